package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.it.prometheus.PrometheusProcess;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
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

  /** Names the jar of Zipkin's server. */
  private static final String ZIPKIN = "glint.zipkin";

  private static final Pattern ID = Pattern.compile("\"traceId\":\"\\w+\"");

  private static final Pattern PRODUCTS =
      Pattern.compile(
          "(?m)^webstore_requests_total\\{[^}]*\"200\"[^}]*\"/products\"[^}]*} ([0-9.eE+]+)$");

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

  /**
   * Metrics made from spans are left out where traces are sampled: their spans are over when they
   * are measured, and nothing can mark them any more.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyExemplarThatPrometheusHasLeadsToItsTraceInZipkin(boolean tailSampled) throws Exception {
    final String prometheusProgram = System.getProperty(PrometheusProcess.PROPERTY, "");
    final String zipkinJar = System.getProperty(ZIPKIN, "");
    assumeTrue(
        !prometheusProgram.isEmpty() && !zipkinJar.isEmpty(),
        "the system properties "
            + PrometheusProcess.PROPERTY
            + " and "
            + ZIPKIN
            + " name no Prometheus and no jar of Zipkin's server");
    final List<String> flags =
        new ArrayList<>(
            List.of(
                "--prometheus=" + prometheusProgram,
                "--zipkin=" + zipkinJar,
                "--rate=100",
                "--slow-every=20",
                "--interval=1"));
    if (tailSampled) {
      flags.add("--tail-sampling");
    }
    final URI zipkin;
    try (WebstoreProcess webstore = WebstoreProcess.start(Map.of(), flags.toArray(String[]::new))) {
      zipkin = webstore.zipkin();
      final String query =
          tailSampled ? "{__name__=~\".+\",__name__!~\"webstore_span.*\"}" : "{__name__=~\".+\"}";
      final URI prometheus = webstore.prometheus();
      await(() -> exemplars(prometheus, query).size() > ENOUGH);

      final Set<String> traces = new HashSet<>();
      for (final MatchResult exemplar : exemplars(prometheus, query)) {
        traces.add(traceId(exemplar));
      }
      for (final String trace : traces) {
        // Traces are sent once a second.
        await(() -> get(zipkin, "/api/v2/trace/" + trace).statusCode() == 200);
      }

      final MatchResult payment =
          exemplars(prometheus, "webstore_payment_duration_seconds_bucket").get(0);
      assertThat(get(zipkin, "/api/v2/trace/" + traceId(payment)).body())
          .as("the value of the exemplar")
          .contains("\"payment.duration_s\":\"" + Double.valueOf(payment.group(2)) + "\"")
          .contains("\"name\":\"ask payment provider\"", "\"serviceName\":\"webstore\"");
      assertThat(get(webstore.metrics(), "/-/live/data.json").body())
          .as("links of dots")
          .contains("\"traceUrl\":\"" + zipkin + "zipkin/traces/{traceId}\"");
      if (tailSampled) {
        // The demo has no other request of which many are alike.
        final long kept =
            ID.matcher(get(zipkin, "/api/v2/traces?limit=100000&spanName=get%20/products").body())
                .results()
                .map(MatchResult::group)
                .distinct()
                .count();
        final Matcher requests =
            PRODUCTS.matcher(WebstoreProcess.get(webstore.metrics(), "text/plain").body());
        assertThat(requests.find()).isTrue();
        System.out.printf(
            "Zipkin behind a tail sampler: %d traces of exemplars, all there; of %s requests for"
                + " products %d%n",
            traces.size(), requests.group(1), kept);
        assertThat(kept)
            .as("it is a sample")
            .isPositive()
            .isLessThan((long) (0.8 * Double.parseDouble(requests.group(1))));
      }
      assertThat(webstore.output()).doesNotContain("Exception", "WARNING");
    }
    Assertions.assertThatThrownBy(() -> new Socket(zipkin.getHost(), zipkin.getPort()).close())
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
