package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.LogCapture;
import io.glint.testing.TestIdentity;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, certificates of clients, and who may read. */
@Tag("long")
@Timeout(60)
class SecuredServerTest {

  @TempDir static Path directory;
  private static TestIdentity server;
  private static TestIdentity client;

  private final LogCapture log = new LogCapture(OpenMetricsServer.class);
  private final OpenMetricsServerBuilder builder =
      OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
  private OpenMetricsServer running;

  @BeforeAll
  static void makeKeys() throws Exception {
    server = TestIdentity.of(directory, "server", "127.0.0.1");
    client = TestIdentity.of(directory, "client", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    log.close();
  }

  private void start() {
    running = builder.build();
    running.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            return List.of(Metrics.gauge("a", 1));
          }
        });
  }

  private HttpResponse<String> get(SSLContext context, String path, String... headers)
      throws IOException, InterruptedException {
    final HttpClient.Builder http = HttpClient.newBuilder();
    if (context != null) {
      http.sslContext(context);
    }
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    (context == null ? "http" : "https")
                        + "://127.0.0.1:"
                        + running.getPort()
                        + path))
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.build().send(request.build(), BodyHandlers.ofString());
  }

  private static String basic(String credentials) {
    return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pem", "key store", "context"})
  void scrapesAreEncrypted(String kind) throws Exception {
    switch (kind) {
      case "pem" -> builder.setTls(server.certificate(), server.key());
      case "key store" -> builder.setTls(server.store(), TestIdentity.password());
      default -> builder.setTls(server.contextTrusting(client));
    }
    start();
    final HttpResponse<String> response = get(server.contextOfOthers(), "/metrics");
    assertThat(response.body()).isEqualTo("# TYPE a gauge\na 1.0\n");
    assertThat(response.sslSession().map(SSLSession::getProtocol)).contains("TLSv1.3");
    assertThat(running).asString().startsWith("OpenMetricsServer{https://127.0.0.1:");
    assertThatThrownBy(() -> get(client.contextOfOthers(), "/metrics"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(null, "/metrics")).isInstanceOf(IOException.class);
    // The client may know before the server has logged it.
    while (log.messages().isEmpty()) {
      Thread.sleep(5);
    }
    assertThat(log.messages()).singleElement().asString().contains("TLS handshake", "https");
    assertThat(get(server.contextOfOthers(), "/metrics").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyClientsWithATrustedCertificateAreServed(boolean ofFiles) throws Exception {
    final CopyOnWriteArrayList<String> names = new CopyOnWriteArrayList<>();
    if (ofFiles) {
      builder.setTls(server.certificate(), server.key()).setTrustedClients(client.certificate());
    } else {
      builder.setTls(server.contextTrusting(client)).setClientCertificateRequired(true);
    }
    builder.setAuthenticator(
        "Certificate",
        request ->
            names.add(request.clientCertificates().get(0).getSubjectX500Principal().getName()));
    start();
    assertThat(get(client.contextTrusting(server), "/metrics").statusCode()).isEqualTo(200);
    assertThat(names).containsExactly("CN=client");
    assertThatThrownBy(() -> get(server.contextOfOthers(), "/metrics"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(server.contextTrusting(server), "/metrics"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(server.contextOfOthers(), "/-/healthy"))
        .isInstanceOf(IOException.class);
    assertThat(names).hasSize(1);
  }

  @Test
  void aClientThatDoesNotEndItsHandshakeIsCutOff() throws Exception {
    builder.setTls(server.certificate(), server.key());
    // All others are far away.
    builder.limits = new HttpLimits(64, 3_600_000, 500, 3_600_000, 3_600_000, 3_600_000);
    start();
    try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), running.getPort())) {
      silent.setSoTimeout(20_000);
      // The beginning of a record, whose rest never comes.
      silent.getOutputStream().write(new byte[] {22, 3, 1, 2});
      int read;
      try {
        read = silent.getInputStream().read();
      } catch (SocketException e) {
        // Closed with our bytes unread.
        read = -1;
      }
      assertThat(read).isEqualTo(-1);
    }
    assertThat(get(server.contextOfOthers(), "/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void aCertificateThatWasRenewedIsUsedForNewConnections() throws Exception {
    final TestIdentity old = TestIdentity.of(directory, "old", "127.0.0.1");
    builder.setTls(old.certificate(), old.key());
    start();
    assertThat(get(old.contextOfOthers(), "/metrics").statusCode()).isEqualTo(200);
    Files.writeString(old.key(), "half written");
    renew(old.key());
    assertThat(get(old.contextOfOthers(), "/metrics").statusCode()).isEqualTo(200);
    assertThat(log.messages()).singleElement().asString().contains("old.key", "the old ones");
    Files.copy(server.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(server.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
    renew(old.key());
    assertThat(get(server.contextOfOthers(), "/metrics").statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get(old.contextOfOthers(), "/metrics"))
        .isInstanceOf(IOException.class);
  }

  /** Gives the file another time, and waits until the server looks again. */
  private static void renew(Path file) throws Exception {
    Files.setLastModifiedTime(
        file, FileTime.from(Files.getLastModifiedTime(file).toInstant().plusSeconds(5)));
    Thread.sleep(1100);
  }

  @Test
  void onlyWhoKnowsThePasswordReads() throws Exception {
    builder.setBasicAuthentication("prometheus", "sécret:1");
    start();
    for (final String path : List.of("/metrics", "/", "/nowhere", "/metrics/below")) {
      final HttpResponse<String> response = get(null, path);
      assertThat(response.statusCode()).as(path).isEqualTo(401);
      assertThat(response.headers().firstValue("WWW-Authenticate"))
          .contains("Basic realm=\"metrics\", charset=\"UTF-8\"");
      assertThat(response.body()).doesNotContain("# TYPE");
    }
    assertThat(get(null, "/metrics", "Authorization", basic("prometheus:sécret:1")).body())
        .isEqualTo("# TYPE a gauge\na 1.0\n");
    assertThat(
            get(
                    null,
                    "/metrics",
                    "Authorization",
                    basic("prometheus:sécret:1").replace("Basic", "bAsIc"))
                .statusCode())
        .isEqualTo(200);
    assertThat(get(null, "/-/healthy").statusCode()).isEqualTo(200);
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prometheus:sécret:2",
        "prometheus:sécret:",
        "prometheus:sécret:11",
        "Prometheus:sécret:1",
        "prometheus",
        ":",
        ""
      })
  void otherCredentialsAreRefused(String credentials) throws Exception {
    builder.setBasicAuthentication("prometheus", "sécret:1");
    start();
    assertThat(get(null, "/metrics", "Authorization", basic(credentials)).statusCode())
        .isEqualTo(401);
    assertThat(
            get(null, "/metrics", "Authorization", "Bearer " + credentials.length()).statusCode())
        .isEqualTo(401);
    assertThat(get(null, "/metrics", "Authorization", "Basic %%%").statusCode()).isEqualTo(401);
    final String right = basic("prometheus:sécret:1");
    assertThat(get(null, "/metrics", "Authorization", right, "Authorization", right).statusCode())
        .isEqualTo(401);
  }

  @Test
  void theApplicationDecidesWhoReads() throws Exception {
    builder.setAuthenticator(
        "Bearer realm=\"metrics\"",
        request -> {
          if (request.query() != null) {
            throw new IllegalStateException("secret");
          }
          return request.headers("AUTHORIZATION").equals(List.of("Bearer token"))
              && request.remoteAddress().getAddress().isLoopbackAddress()
              && request.path().equals("/metrics")
              && request.method().equals("GET");
        });
    start();
    final HttpResponse<String> refused = get(null, "/metrics");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("WWW-Authenticate"))
        .contains("Bearer realm=\"metrics\"");
    assertThat(get(null, "/metrics", "authorization", "Bearer token").statusCode()).isEqualTo(200);
    final HttpResponse<String> failed = get(null, "/metrics?x", "authorization", "Bearer token");
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).doesNotContain("secret", "# TYPE");
    assertThat(log.messages()).singleElement().asString().contains("failed");
  }

  @Test
  void pathsAreThoseThatAreSet() throws Exception {
    builder.setPath("/internal/prom").setHealthPath("/up");
    start();
    assertThat(get(null, "/internal/prom").body()).contains("a 1");
    assertThat(get(null, "/internal/prom/x?name[]=b".replace("[]", "%5B%5D")).body()).isEmpty();
    assertThat(get(null, "/up").statusCode()).isEqualTo(200);
    assertThat(get(null, "/metrics").statusCode()).isEqualTo(404);
    assertThat(get(null, "/").body()).contains("/internal/prom", "/up");
    assertThat(running).asString().endsWith("/internal/prom}");
  }

  @ParameterizedTest
  @CsvSource({"/internal, /internal/metrics", "/metrics/up, /metrics", "/up, /"})
  void aPathBelowAnotherOneIsItsOwn(String healthPath, String path) throws Exception {
    builder.setPath(path).setHealthPath(healthPath).setBasicAuthentication("u", "p");
    start();
    assertThat(get(null, healthPath).body()).isEqualTo("Exporter is healthy.\n");
    assertThat(get(null, path).statusCode()).isEqualTo(401);
    assertThat(get(null, path, "Authorization", basic("u:p")).body()).contains("a 1");
  }

  @Test
  void theServerIsPrivateOnThisMachineOrWhereItAsksWhoIsThere() throws Exception {
    start();
    assertThat(running.isPrivate()).isTrue();
    running.close();
    builder.setHost("0.0.0.0");
    start();
    assertThat(running.isPrivate()).isFalse();
    running.close();
    builder.setTls(server.certificate(), server.key());
    start();
    assertThat(running.isPrivate()).isFalse();
    running.close();
    builder.setTrustedClients(client.certificate());
    start();
    assertThat(running.isPrivate()).isTrue();
    running.close();
    final OpenMetricsServerBuilder asking =
        OpenMetricsServer.builder().setHost("0.0.0.0").setPort(0).setBasicAuthentication("u", "p");
    running = asking.build();
    assertThat(running.isPrivate()).isTrue();
  }

  @Test
  void settingsThatCannotBeAreExplained() throws Exception {
    for (final String path :
        List.of("", "metrics", "/metrics/", "/a b", "/a?b", "/a#b", "/ä", "/a\nb")) {
      assertThatThrownBy(() -> builder.setPath(path))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("slash");
      assertThatThrownBy(() -> builder.setHealthPath(path))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> builder.setBasicAuthentication("a:b", "p"))
        .hasMessageContaining("colon");
    assertThatThrownBy(() -> builder.setBasicAuthentication("", "p"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.setBasicAuthentication("u", ""))
        .hasMessageContaining("password");
    for (final String challenge : List.of("", " ", "a\r\nb", "ä")) {
      assertThatThrownBy(() -> builder.setAuthenticator(challenge, request -> true))
          .hasMessageContaining("challenge");
    }
    assertThatThrownBy(() -> secure().setPath("/a").setHealthPath("/a").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setHealthPath");
    assertThatThrownBy(() -> secure().setTrustedClients(client.certificate()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setTls");
    assertThatThrownBy(
            () ->
                secure()
                    .setTls(server.store(), TestIdentity.password())
                    .setClientCertificateRequired(true)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setTrustedClients");
    assertThatThrownBy(
            () ->
                secure()
                    .setTls(SSLContext.getDefault())
                    .setTrustedClients(client.certificate())
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setClientCertificateRequired");
  }

  @Test
  void filesThatCannotBeReadAreExplained() {
    final Path missing = directory.resolve("missing.pem");
    assertThatThrownBy(() -> secure().setTls(missing, server.key()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("missing.pem", "setTls", "PEM");
    assertThatThrownBy(() -> secure().setTls(server.key(), server.key()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("server.key");
    assertThatThrownBy(() -> secure().setTls(server.certificate(), server.certificate()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("BEGIN PRIVATE KEY");
    assertThatThrownBy(() -> secure().setTls(server.store(), "wrong".toCharArray()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("server.p12")
        .hasMessageNotContainingAny("wrong");
    assertThatThrownBy(
            () ->
                secure()
                    .setTls(server.certificate(), server.key())
                    .setTrustedClients(missing)
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("missing.pem");
  }

  private static OpenMetricsServerBuilder secure() {
    return OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
  }
}
