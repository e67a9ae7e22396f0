package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.it.prometheus.PrometheusProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus server scrapes the demo and gives its exemplars back. Runs where the system
 * property {@code glint.prometheus} names the program; CI installs it.
 */
@EnabledIfSystemProperty(
    named = PrometheusProcess.PROPERTY,
    matches = ".+",
    disabledReason = PrometheusProcess.WHY_SKIPPED)
@Timeout(180)
class PrometheusTest {
  private static final Pattern RETURNED =
      Pattern.compile("\\{\"labels\":\\{([^}]*)\\},\"value\":\"([^\"]+)\",\"timestamp\":[^}]+\\}");

  private static final Pattern DURATION = Pattern.compile("\"payment\\.duration_s\":([0-9.eE+-]+)");

  @Test
  void prometheusScrapesTheDemoAndReturnsItsExemplars(@TempDir Path directory) throws Exception {
    try (WebstoreProcess webstore =
        WebstoreProcess.start(Map.of(), "--rate=100", "--slow-every=20", "--interval=1")) {
      final URI metrics = webstore.metrics();
      final String configuration =
          """
          global:
            scrape_interval: 1s
          scrape_configs:
            - job_name: webstore
              static_configs:
                - targets: ['%s:%d']
          """
              .formatted(metrics.getHost(), metrics.getPort());
      try (PrometheusProcess prometheus = PrometheusProcess.start(directory, configuration)) {
        final String exemplars = awaitExemplars(prometheus);
        assertThat(prometheus.get("/api/v1/query?query=up")).contains("\"1\"");
        final Matcher matcher = RETURNED.matcher(exemplars);
        int checked = 0;
        while (matcher.find() && checked < 20) {
          assertLeadsToItsTrace(webstore.shop(), matcher.group(1), matcher.group(2));
          checked++;
        }
        assertThat(checked).as(exemplars).isGreaterThanOrEqualTo(5);
      }
    }
  }

  /** Waits for several exemplars, at most a minute. */
  private static String awaitExemplars(PrometheusProcess prometheus) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String answer = "";
    while (System.nanoTime() < deadline) {
      Thread.sleep(500);
      answer = queryExemplars(prometheus);
      if (RETURNED.matcher(answer).results().count() >= 5) {
        return answer;
      }
    }
    throw new AssertionError(answer + "\n" + String.join("\n", prometheus.log()));
  }

  private static String queryExemplars(PrometheusProcess prometheus) throws Exception {
    final Instant now = Instant.now();
    return prometheus.get(
        "/api/v1/query_exemplars?query=webstore_payment_duration_seconds_bucket&start="
            + now.minusSeconds(600).getEpochSecond()
            + "&end="
            + now.plusSeconds(60).getEpochSecond());
  }

  private static void assertLeadsToItsTrace(URI shop, String labels, String value)
      throws Exception {
    final Matcher traceId = Pattern.compile("\"trace_id\":\"([0-9a-f]{32})\"").matcher(labels);
    assertThat(traceId.find()).as(labels).isTrue();
    final String trace = WebstoreProcess.trace(shop, traceId.group(1), DURATION);
    final Matcher duration = DURATION.matcher(trace);
    assertThat(duration.find()).as(trace).isTrue();
    assertThat(Double.parseDouble(duration.group(1))).isEqualTo(Double.parseDouble(value));
  }
}
