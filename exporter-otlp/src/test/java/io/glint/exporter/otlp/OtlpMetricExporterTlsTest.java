package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate only a given context trusts. */
@Timeout(60)
class OtlpMetricExporterTlsTest {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final List<MetricData> METRICS =
      List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1)));

  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static SSLContext context;
  private static HttpsServer server;

  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @BeforeAll
  static void startServer(@TempDir Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    context = contextWithOwnCertificate(directory.resolve("keys.p12"));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          REQUESTS.incrementAndGet();
          OtlpServer.reply(exchange, 200, new byte[0]);
        });
    server.start();
  }

  @AfterAll
  static void stopServer() {
    server.stop(0);
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void givenContextIsUsedToTrustTheServer() {
    try (OtlpMetricExporter exporter = builder().setSslContext(context).build()) {
      final int before = REQUESTS.get();
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(REQUESTS).hasValue(before + 1);
    }
  }

  @Test
  void serverThatIsNotTrustedFailsTheExportWithoutARetry() {
    // The default policy would take seconds to run out of attempts.
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContaining("after 1 attempt:")
          .hasMessageContaining("certificate");
    }
  }

  @Test
  void overPlainHttpTheDefaultContextIsNotAskedForAnything() throws Exception {
    final SSLContext before = SSLContext.getDefault();
    // It refuses whatever it is asked for.
    SSLContext.setDefault(new NoTls());
    try (OtlpServer plain = new OtlpServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder().setEndpoint(plain.url("/v1/metrics")).build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(plain.received).hasSize(1);
    } finally {
      SSLContext.setDefault(before);
    }
  }

  private static OtlpMetricExporterBuilder builder() {
    return OtlpMetricExporter.builder()
        .setEndpoint("https://localhost:" + server.getAddress().getPort() + "/v1/metrics");
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return exporter.export(METRICS).join(20, TimeUnit.SECONDS);
  }

  /** The JDK has no API to make a certificate, but a tool. */
  private static SSLContext contextWithOwnCertificate(Path keyStoreFile)
      throws IOException, InterruptedException, GeneralSecurityException {
    final Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "server",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                keyStoreFile.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();

    final KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keyStoreFile)) {
      keys.load(in, PASSWORD);
    }
    final KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    final KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    final TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trusted);
    final SSLContext result = SSLContext.getInstance("TLS");
    result.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return result;
  }
}
