package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus server scrapes over TLS, with a certificate of its own and a password. */
@EnabledIfSystemProperty(
    named = PrometheusProcess.PROPERTY,
    matches = ".+",
    disabledReason = PrometheusProcess.WHY_SKIPPED)
@Timeout(180)
class SecuredScrapesTest {
  private static final char[] PASSWORD = "password".toCharArray();

  @Test
  void prometheusScrapesWithCertificateAndPasswordAndNobodyElse(@TempDir Path directory)
      throws Exception {
    makeKeys(directory, "server");
    makeKeys(directory, "client");
    final OpenMetricsServer server =
        OpenMetricsServer.builder()
            .setHost("127.0.0.1")
            .setPort(0)
            .setTls(directory.resolve("server.crt"), directory.resolve("server.key"))
            .setTrustedClients(directory.resolve("client.crt"))
            .setBasicAuthentication("prometheus", "secret")
            .build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      provider.get("shop").counterBuilder("orders").build().add(3);
      try (PrometheusProcess prometheus =
          PrometheusProcess.start(directory, configuration(server.getPort(), directory))) {
        awaitScrapes(prometheus);
        assertThat(value(prometheus, "orders_total")).containsExactly("right=3");
        assertThat(value(prometheus, "up"))
            .containsExactlyInAnyOrder("right=1", "wrong_password=0", "no_certificate=0");
      }
    }
  }

  private static String configuration(int port, Path directory) {
    final String tls =
        """
            scheme: https
            tls_config:
              ca_file: %s/server.crt
        """
            .formatted(directory);
    final String certificate =
        """
              cert_file: %s/client.crt
              key_file: %s/client.key
        """
            .formatted(directory, directory);
    final String target =
        """
            static_configs:
              - targets: ['127.0.0.1:%d']
        """
            .formatted(port);
    return """
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
        scrape_configs:
        """
        + "  - job_name: right\n"
        + tls
        + certificate
        + "    basic_auth: {username: prometheus, password: secret}\n"
        + target
        + "  - job_name: wrong_password\n"
        + tls
        + certificate
        + "    basic_auth: {username: prometheus, password: guessed}\n"
        + target
        + "  - job_name: no_certificate\n"
        + tls
        + "    basic_auth: {username: prometheus, password: secret}\n"
        + target;
  }

  private static void awaitScrapes(PrometheusProcess prometheus) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (value(prometheus, "up").size() < 3 || value(prometheus, "orders_total").isEmpty()) {
      assertThat(System.nanoTime()).as("time").isLessThan(deadline);
      Thread.sleep(500);
    }
  }

  /** What a query finds: job and value. */
  private static List<String> value(PrometheusProcess prometheus, String query) throws Exception {
    return Json.data(prometheus.get("/api/v1/query?query=" + query)).get("result").list().stream()
        .map(
            result ->
                result.get("metric").strings().get("job")
                    + "="
                    + result.get("value").list().get(1).string())
        .toList();
  }

  /** A key and a certificate that it has signed itself, as PEM. */
  private static void makeKeys(Path directory, String name) throws Exception {
    final Path store = directory.resolve(name + ".p12");
    final Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-alias",
                    name,
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "SAN=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    store.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    final KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    pem(directory.resolve(name + ".crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded());
    pem(directory.resolve(name + ".key"), "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
  }

  private static void pem(Path file, String kind, byte[] content) throws Exception {
    Files.writeString(
        file,
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + kind
            + "-----\n");
  }
}
