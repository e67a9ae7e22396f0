package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.TestIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Prometheus servers scrape over TLS, with a certificate of their own and a password. */
@Timeout(180)
class SecuredScrapesTest {
  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void prometheusScrapesWithCertificateAndPasswordAndNobodyElse(
      String property, @TempDir Path directory) throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final TestIdentity own = TestIdentity.of(directory, "server", "127.0.0.1");
    final TestIdentity client = TestIdentity.of(directory, "client", "127.0.0.1");
    final OpenMetricsServer server =
        OpenMetricsServer.builder()
            .setHost("127.0.0.1")
            .setPort(0)
            .setTls(own.certificate(), own.key())
            .setTrustedClients(client.certificate())
            .setBasicAuthentication("prometheus", "secret")
            .build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      provider.get("shop").counterBuilder("orders").build().add(3);
      try (PrometheusProcess prometheus =
          PrometheusProcess.start(program, directory, configuration(server.getPort(), directory))) {
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
}
