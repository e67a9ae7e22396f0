package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.OtlpServer;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.net.URI;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo, from outside: what the pages, the scrapes and the collector see. */
@Timeout(180)
@Tag("long")
class WebstoreTest {
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private static final Pattern BUCKET =
      Pattern.compile(
          "webstore_payment_duration_seconds_bucket\\{(.*?),?le=\"([^\"]+)\"(.*?)\\} (\\d+)"
              + "(?: # \\{(.*?)\\} (\\S+) (\\S+))?");
  private static final Pattern TRACE_ID = Pattern.compile("trace_id=\"([0-9a-f]{32})\"");
  private static final Pattern SPAN_ID = Pattern.compile("span_id=\"([0-9a-f]{16})\"");

  /** An exemplar of the payment duration, as a scrape shows it. */
  record Shown(String traceId, String spanId, double value) {}

  @Test
  void everyBucketHitShowsItsExemplarToEveryScraperAndLeadsToItsTrace() throws Exception {
    // Every request is sampled, so every bucket that was hit must have an exemplar.
    try (WebstoreProcess webstore =
        WebstoreProcess.start(
            Map.of(), "--rate=200", "--slow-every=20", "--interval=1", "--sample-ratio=1.0")) {
      final URI metrics = webstore.metrics();
      webstore.await("a report with a trace", () -> webstore.output().contains("/traces/"));
      Map<String, Shown> before = Map.of();
      for (int scrape = 0; scrape < 3; scrape++) {
        final Map<String, Shown> now = exemplars(WebstoreProcess.get(metrics, OPEN_METRICS).body());
        assertThat(now).hasSizeGreaterThan(5);
        assertThat(now.keySet()).containsAll(before.keySet());
        for (final Map.Entry<String, Shown> entry : now.entrySet()) {
          if (!entry.getValue().equals(before.get(entry.getKey()))) {
            assertLeadsToItsTrace(webstore.shop(), entry.getValue());
          }
        }
        before = now;
      }
    }
  }

  /**
   * Checks that each bucket that was hit has an exemplar, and returns them by series and bucket.
   */
  private static Map<String, Shown> exemplars(String exposition) {
    assertThat(exposition).endsWith("# EOF\n");
    final Map<String, Shown> exemplars = new HashMap<>();
    String series = "";
    long below = 0;
    for (final String line : exposition.lines().toList()) {
      final Matcher matcher = BUCKET.matcher(line);
      if (!matcher.matches()) {
        assertThat(line).doesNotContain("payment_duration_seconds_bucket");
        continue;
      }
      final String labels = matcher.group(1) + matcher.group(3);
      below = labels.equals(series) ? below : 0;
      series = labels;
      final long upTo = Long.parseLong(matcher.group(4));
      assertThat(matcher.group(5) != null).as("an exemplar in %s", line).isEqualTo(upTo > below);
      below = upTo;
      if (matcher.group(5) != null) {
        exemplars.put(
            labels + matcher.group(2),
            new Shown(
                find(TRACE_ID, matcher.group(5)),
                find(SPAN_ID, matcher.group(5)),
                Double.parseDouble(matcher.group(6))));
      }
    }
    return exemplars;
  }

  private static String find(Pattern pattern, String text) {
    final Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  private static void assertLeadsToItsTrace(URI shop, Shown exemplar) throws Exception {
    final String spanId = "\"spanId\":\"" + exemplar.spanId() + "\"";
    final String json =
        WebstoreProcess.trace(shop, exemplar.traceId(), Pattern.compile(Pattern.quote(spanId)));
    final int span = json.indexOf(spanId);
    assertThat(span).as("the span of %s in %s", exemplar, json).isPositive();
    final String duration =
        find(Pattern.compile("\"payment\\.duration_s\":([0-9.eE+-]+)"), json.substring(span));
    assertThat(Double.parseDouble(duration)).isEqualTo(exemplar.value());
  }

  @Test
  void pushesMetricsAndTheirTracesToACollectorAndEndsWithASummary() throws Exception {
    final OtlpServer collector = new OtlpServer();
    try (collector;
        WebstoreProcess webstore =
            WebstoreProcess.start(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url("")),
                "--rate=100",
                "--interval=1",
                "--duration=4")) {
      assertThat(webstore.exitStatus()).as(webstore.output()).isZero();
      assertThat(webstore.output())
          .contains("p50", "p95", "p99", "/traces/", "Summary")
          .doesNotContain("Exception");
    }
    final List<HistogramDataPoint> payments =
        collector.requests().stream()
            .flatMap(request -> request.getResourceMetricsList().stream())
            .flatMap(resource -> resource.getScopeMetricsList().stream())
            .flatMap(scope -> scope.getMetricsList().stream())
            .filter(metric -> metric.getName().equals("webstore.payment.duration"))
            .map(Metric::getHistogram)
            .flatMap(histogram -> histogram.getDataPointsList().stream())
            .toList();
    assertThat(payments).isNotEmpty().allMatch(point -> point.getCount() > 0);
    final Set<String> linked =
        payments.stream()
            .flatMap(point -> point.getExemplarsList().stream())
            .map(exemplar -> HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()))
            .collect(Collectors.toSet());
    assertThat(linked).hasSizeGreaterThan(10);
    assertThat(collector.traceIds()).containsAll(linked);
  }

  @Test
  void anUnreachableCollectorAndAPortInUseAreToldPlainly() throws Exception {
    try (WebstoreProcess first =
        WebstoreProcess.start(
            Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), "--duration=8")) {
      final int port = first.shop().getPort();
      try (WebstoreProcess second = WebstoreProcess.start(Map.of(), "--port=" + port)) {
        assertThat(second.exitStatus()).isEqualTo(2);
        assertThat(second.output())
            .contains(String.valueOf(port), "in use")
            .doesNotContain("\tat ");
      }
      assertThat(first.exitStatus()).isZero();
      assertThat(first.output()).contains("127.0.0.1:1", "Summary").doesNotContain("\tat ");
    }
  }
}
