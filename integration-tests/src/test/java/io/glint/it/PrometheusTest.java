package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.it.prometheus.PrometheusProcess;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Prometheus server, which the demo starts, scrapes it and gives its exemplars back. Runs
 * where a system property names the program; CI installs one and fetches a newer one.
 */
@Timeout(180)
class PrometheusTest {
  private static final int ENOUGH = 500;

  private static final Pattern EXEMPLAR =
      Pattern.compile("\\{\"labels\":\\{([^}]*)\\},\"value\":\"([^\"]+)\",\"timestamp\":[^}]+\\}");

  private static final Pattern TRACE_ID = Pattern.compile("\"trace_id\":\"([0-9a-f]{32})\"");
  private static final Pattern DURATION = Pattern.compile("\"payment\\.duration_s\":([0-9.eE+-]+)");

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void everyExemplarThatPrometheusHasLeadsToItsTrace(String property) throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final URI prometheus;
    try (WebstoreProcess webstore =
        WebstoreProcess.start(
            Map.of(), "--prometheus=" + program, "--rate=100", "--slow-every=20", "--interval=1")) {
      prometheus = webstore.prometheus();
      await(() -> exemplars(prometheus, "{__name__=~\".+\"}").size() > ENOUGH);
      assertThat(get(prometheus, "/api/v1/query?query=up").body()).contains("\"1\"");

      final Set<String> traces = new HashSet<>();
      for (final MatchResult exemplar : exemplars(prometheus, "{__name__=~\".+\"}")) {
        traces.add(traceId(exemplar));
      }
      for (final String trace : traces) {
        assertThat(get(webstore.shop(), "/traces/" + trace).statusCode()).as(trace).isEqualTo(200);
      }

      final List<MatchResult> payments =
          exemplars(prometheus, "webstore_payment_duration_seconds_bucket");
      assertThat(payments).hasSizeGreaterThan(50);
      for (final MatchResult payment : payments) {
        final String trace = WebstoreProcess.trace(webstore.shop(), traceId(payment), DURATION);
        final Matcher duration = DURATION.matcher(trace);
        assertThat(duration.find()).as(trace).isTrue();
        assertThat(Double.parseDouble(duration.group(1)))
            .isEqualTo(Double.parseDouble(payment.group(2)));
      }
      assertThat(get(webstore.shop(), "/?format=html").body()).contains("id=\"graph\"");
      assertThat(webstore.output()).doesNotContain("Exception", "WARNING");
    }
    Assertions.assertThatThrownBy(
            () -> new Socket(prometheus.getHost(), prometheus.getPort()).close())
        .as("it is gone with the demo")
        .isInstanceOf(ConnectException.class);
  }

  private static List<MatchResult> exemplars(URI prometheus, String query) throws Exception {
    final Instant now = Instant.now();
    final String answer =
        get(
                prometheus,
                "/api/v1/query_exemplars?query="
                    + PrometheusProcess.encoded(query)
                    + "&start="
                    + now.minusSeconds(600).getEpochSecond()
                    + "&end="
                    + now.plusSeconds(60).getEpochSecond())
            .body();
    return EXEMPLAR.matcher(answer).results().toList();
  }

  private static String traceId(MatchResult exemplar) {
    final Matcher traceId = TRACE_ID.matcher(exemplar.group(1));
    assertThat(traceId.find()).as(exemplar.group()).isTrue();
    return traceId.group(1);
  }

  private static HttpResponse<String> get(URI server, String path) throws Exception {
    return WebstoreProcess.get(server.resolve(path), "application/json");
  }

  /** Waits for at most a minute. */
  private static void await(Condition condition) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(500);
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }
}
