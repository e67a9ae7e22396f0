package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsServer;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.glint.testing.TestIdentity;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS and mutual TLS, with each transport. */
@Timeout(60)
@Tag("long")
class TransportTlsTest {
  private static final List<MetricData> METRICS =
      List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1)));

  private static TestIdentity localhost;
  private static TestIdentity otherHost;
  private static TestIdentity expired;
  private static TestIdentity client;

  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  enum Kind {
    JDK_HTTP,
    OKHTTP_HTTP,
    OKHTTP_GRPC;

    TestServer server(TestIdentity identity, boolean wantsClient) throws IOException {
      return this == OKHTTP_GRPC
          ? grpcServer(identity, wantsClient)
          : httpServer(identity, wantsClient);
    }

    OtlpMetricExporterBuilder exporter(String authority) {
      return exporter("https", authority);
    }

    OtlpMetricExporterBuilder plain(String authority) {
      return exporter("http", authority);
    }

    private OtlpMetricExporterBuilder exporter(String scheme, String authority) {
      final String url = scheme + "://" + authority;
      final OtlpMetricExporterBuilder builder =
          OtlpMetricExporter.builder().setTimeout(Duration.ofSeconds(20));
      return switch (this) {
        case JDK_HTTP -> builder.setEndpoint(url + "/v1/metrics");
        case OKHTTP_HTTP ->
            builder
                .setEndpoint(url + "/v1/metrics")
                .setSenderProvider(
                    "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider");
        case OKHTTP_GRPC -> builder.setProtocol("grpc").setEndpoint(url);
      };
    }
  }

  record TestServer(int port, IntSupplier requests, AutoCloseable closing)
      implements AutoCloseable {
    String authority() {
      return "localhost:" + port;
    }

    @Override
    public void close() throws Exception {
      closing.close();
    }
  }

  @BeforeAll
  static void makeIdentities(@TempDir Path directory) {
    localhost = TestIdentity.of(directory, "localhost", "localhost");
    otherHost = TestIdentity.of(directory, "other", "other.example");
    expired = TestIdentity.expired(directory, "localhost");
    client = TestIdentity.of(directory, "client", "client.example");
  }

  @AfterEach
  void close() {
    log.close();
  }

  @ParameterizedTest
  @EnumSource
  void trustedCertificatesAreTrusted(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, false);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setTrustedCertificates(localhost.certificatePem())
                .build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(server.requests.getAsInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aContextWithItsTrustManagerIsUsed(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, true);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setSslContext(client.contextTrusting(localhost), localhost.trustManager())
                .build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void clientIdentifiesItself(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, true);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setTrustedCertificates(localhost.certificatePem())
                .setClientTls(client.keyPem(), client.certificatePem())
                .build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void clientWithoutACertificateIsTold(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, true);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setRetryPolicy(null)
                .setTrustedCertificates(localhost.certificatePem())
                .build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(server.requests.getAsInt()).isZero();
    }
    // However the connection ended.
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("client's certificate", "setClientTls");
  }

  @ParameterizedTest
  @EnumSource
  void withoutTlsAPortThatTakesTlsOnlyIsNamed(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, false);
        OtlpMetricExporter exporter = kind.plain(server.authority()).setRetryPolicy(null).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(server.requests.getAsInt()).isZero();
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("takes TLS only", "begins with https://");
  }

  /** Which is the only way to a proxy with gRPC. */
  @ParameterizedTest
  @EnumSource
  void requestsGoThroughTheProxyOfTheSystemProperties(Kind kind, @TempDir Path directory)
      throws Exception {
    final TestIdentity far = TestIdentity.of(directory, "far", "collector.invalid");
    try (TestServer server = kind.server(far, false);
        TunnelProxy proxy = new TunnelProxy(server.port())) {
      System.setProperty("https.proxyHost", proxy.address().getHostString());
      System.setProperty("https.proxyPort", Integer.toString(proxy.address().getPort()));
      try (OtlpMetricExporter exporter =
          kind.exporter("collector.invalid:4317")
              .setTrustedCertificates(far.certificatePem())
              .build()) {
        assertThat(export(exporter).isSuccess()).isTrue();
      } finally {
        System.clearProperty("https.proxyHost");
        System.clearProperty("https.proxyPort");
      }
      assertThat(server.requests.getAsInt()).isEqualTo(1);
      assertThat(proxy.tunnels).containsExactly("CONNECT collector.invalid:4317 HTTP/1.1");
    }
  }

  @Test
  void overTlsAGrpcServerIsNamed() throws Exception {
    try (TestServer server = Kind.OKHTTP_GRPC.server(localhost, false);
        OtlpMetricExporter exporter =
            Kind.JDK_HTTP
                .exporter(server.authority())
                .setTrustedCertificates(localhost.certificatePem())
                .build()) {
      failsOnce(exporter, server, "of a gRPC server", "OTLP/gRPC", "4318");
    }
  }

  @ParameterizedTest
  @EnumSource
  void serverThatIsNotTrustedFailsOnce(Kind kind) throws Exception {
    try (TestServer server = kind.server(localhost, false);
        OtlpMetricExporter exporter = kind.exporter(server.authority()).build()) {
      failsOnce(exporter, server, "certificate", "setTrustedCertificates");
    }
  }

  @ParameterizedTest
  @EnumSource
  void certificateOfAnotherHostFailsOnce(Kind kind) throws Exception {
    try (TestServer server = kind.server(otherHost, false);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setTrustedCertificates(otherHost.certificatePem())
                .build()) {
      failsOnce(exporter, server, "localhost", "certificate");
    }
  }

  @ParameterizedTest
  @EnumSource
  void certificateThatHasExpiredFailsOnce(Kind kind) throws Exception {
    try (TestServer server = kind.server(expired, false);
        OtlpMetricExporter exporter =
            kind.exporter(server.authority())
                .setTrustedCertificates(expired.trustedPem())
                .build()) {
      failsOnce(exporter, server, "certificate", "validity check failed");
    }
  }

  private void failsOnce(OtlpMetricExporter exporter, TestServer server, String... parts) {
    final CompletableResultCode result = export(exporter);
    assertThat(result.isSuccess()).isFalse();
    assertThat(result.getFailureThrowable())
        .hasMessageContaining("after 1 attempt:")
        .hasMessageContaining("No total is lost")
        .hasMessageContainingAll(parts);
    assertThat(server.requests.getAsInt()).isZero();
    assertThat(log.warnings()).hasSize(1);
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return exporter.export(METRICS).join(30, TimeUnit.SECONDS);
  }

  private static TestServer grpcServer(TestIdentity identity, boolean wantsClient) {
    final GrpcServer server =
        new GrpcServer(
            GrpcServer.credentials(identity, wantsClient ? client : null), builder -> builder);
    return new TestServer(server.port(), server.received::size, server);
  }

  private static TestServer httpServer(TestIdentity identity, boolean wantsClient)
      throws IOException {
    final HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(identity.https(wantsClient ? client : null));
    final AtomicInteger requests = new AtomicInteger();
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          requests.incrementAndGet();
          OtlpServer.reply(exchange, 200, new byte[0]);
        });
    server.start();
    return new TestServer(server.getAddress().getPort(), requests::get, () -> server.stop(0));
  }
}
