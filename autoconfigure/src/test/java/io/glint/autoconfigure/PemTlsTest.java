package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.LogCapture;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys from PEM files, against a server that asks its clients who they are. */
@Timeout(60)
@Tag("long")
class PemTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path folder;
  private Path certificate;
  private Path key;
  private KeyStore store;

  /** One key for both sides, which sign for themselves. */
  private void make(String algorithm) throws Exception {
    final Path file = folder.resolve(algorithm + ".p12");
    final Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "both",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    certificate = pem("CERTIFICATE", store.getCertificate("both").getEncoded());
    key = pem("PRIVATE KEY", store.getKey("both", PASSWORD).getEncoded());
  }

  private Path pem(String what, byte[] content) throws Exception {
    return Files.writeString(
        folder.resolve(what + ".pem"),
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + what
            + "-----\n");
  }

  private HttpsServer server() throws Exception {
    final KeyManagerFactory keys =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    final KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("both", store.getCertificate("both"));
    final TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    final HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            final SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(true);
            parameters.setSSLParameters(ssl);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private MetricExporter exporter(int port, Path trusted, Path clientKey, Path clientChain) {
    return new OtlpProvider()
        .createExporter(
            DefaultConfigProperties.createFromMap(
                Map.of(
                    "otel.exporter.otlp.protocol",
                    "http/protobuf",
                    "otel.exporter.otlp.metrics.endpoint",
                    "https://localhost:" + port + "/",
                    "otel.exporter.otlp.certificate",
                    trusted.toString(),
                    "otel.exporter.otlp.client.key",
                    clientKey.toString(),
                    "otel.exporter.otlp.client.certificate",
                    clientChain.toString())));
  }

  private static Collection<MetricData> metrics() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      provider.get("meter").counterBuilder("counter").build().add(1);
      return reader.collectAllMetrics();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void theServerIsTrustedAndTheClientKnown(String algorithm) throws Exception {
    make(algorithm);
    final HttpsServer server = server();
    try (MetricExporter exporter =
        exporter(server.getAddress().getPort(), certificate, key, certificate)) {
      assertThat(exporter.export(metrics()).join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsMissingOrNoPemIsToldAndLeftOut() throws Exception {
    make("RSA");
    final Path other = Files.writeString(folder.resolve("other"), "text");
    try (LogCapture log = new LogCapture(GlintAutoConfiguration.class);
        MetricExporter noFile = exporter(1, folder.resolve("none"), key, certificate);
        MetricExporter noCertificate = exporter(1, other, key, certificate);
        MetricExporter noKey = exporter(1, certificate, other, certificate);
        MetricExporter noChain = exporter(1, certificate, key, other)) {
      assertThat(log.warnings())
          .hasSize(4)
          .allMatch(line -> line.contains("PEM") && line.contains("Used instead"));
      assertThat(log.warnings().get(0)).contains("otel.exporter.otlp.certificate", "none");
      assertThat(log.warnings().get(2)).contains("otel.exporter.otlp.client.key", "PKCS #8");
    }
  }
}
