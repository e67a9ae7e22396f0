package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Timestamp;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Prometheus server with native histograms scrapes protobuf: what it has then is what was
 * recorded, and it complains of nothing. Two versions of it, where there are both.
 */
@Timeout(300)
class NativeHistogramsTest {
  private static final long RECORDED_SECONDS = 12;

  private static final Map<String, ExemplarReservoirFactory> RESERVOIRS =
      Map.of(
          "recent",
          ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT),
          "extremes",
          ExemplarReservoirFactory.extremes(2),
          "octaves",
          ExemplarReservoirFactory.octaveAligned());

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("http.method");
  private static final Pattern COMPLAINT =
      Pattern.compile(
          "(?i)level=(warn|error)|Error while adding exemplar|Out of bounds|Duplicate sample");

  /** One measurement, by the number of its trace. */
  private record Recorded(double value, long beforeMillis, long afterMillis) {}

  private final Map<String, Recorded> recorded = new LinkedHashMap<>();
  private final Random random = new Random(7);

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void theServerHasWhatWasRecorded(String property, @TempDir Path directory) throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(server);
    RESERVOIRS.forEach(
        (name, factory) ->
            builder.registerView(
                InstrumentSelector.builder().setName("latency." + name).build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .setExemplarReservoir(factory)
                    .build()));
    try (GlintMeterProvider provider = builder.build();
        ScrapeTap tap = new ScrapeTap(server.getPort(), null);
        PrometheusProcess prometheus =
            PrometheusProcess.start(
                program,
                directory,
                configuration(tap),
                "--enable-feature=native-histograms",
                "--log.level=debug")) {
      record(provider);
      // What was recorded last is to be seen, too.
      final int before = tap.answers().size();
      final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (tap.answers().size() < before + 4 && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      assertThat(tap.answers()).hasSizeGreaterThan(10);
      checkClassic(prometheus);
      final boolean hasExemplars = property.equals(PrometheusProcess.NEWER_PROPERTY);
      for (final String name : RESERVOIRS.keySet()) {
        checkNative(prometheus, "latency_" + name);
        // Version 2.42 takes exemplars of classic buckets only.
        checkExemplars(prometheus, "latency_" + name, tap, hasExemplars);
      }
      assertThat(prometheus.log().stream().filter(line -> COMPLAINT.matcher(line).find()).toList())
          .isEmpty();
      checkCounts(prometheus);
    }
  }

  private static String configuration(ScrapeTap tap) {
    return """
        global:
          scrape_interval: 500ms
          scrape_timeout: 500ms
        scrape_configs:
          - job_name: glint
            static_configs:
              - targets: ['%s']
        """
        .formatted(tap.target());
  }

  private void record(GlintMeterProvider provider) throws InterruptedException {
    final List<DoubleHistogram> histograms = new ArrayList<>();
    for (final String name : RESERVOIRS.keySet()) {
      histograms.add(provider.get("native").histogramBuilder("latency." + name).build());
    }
    histograms.add(
        provider
            .get("")
            .histogramBuilder("explicit")
            .setExplicitBucketBoundariesAdvice(List.of(1.0, 10.0))
            .build());
    final LongCounter counter = provider.get("native").counterBuilder("requests").build();
    final Attributes attributes = Attributes.of(KEY, "GET \"é\"");
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECORDED_SECONDS);
    for (int i = 1; System.nanoTime() < end; i++) {
      // Over many powers of two, so that the scale falls while it is scraped; and some zeros.
      final double value = i % 20 == 0 ? 0 : Math.exp(random.nextGaussian() * (1 + i / 100.0));
      final String trace = String.format("%032x", i);
      final Context context =
          Context.root()
              .with(
                  Span.wrap(
                      SpanContext.create(
                          trace,
                          trace.substring(16),
                          TraceFlags.getSampled(),
                          TraceState.getDefault())));
      final long before = System.currentTimeMillis();
      histograms.forEach(histogram -> histogram.record(value, attributes, context));
      counter.add(1, attributes, context);
      recorded.put(trace, new Recorded(value, before, System.currentTimeMillis()));
      Thread.sleep(random.nextInt(20));
    }
  }

  private static Json.Value one(PrometheusProcess prometheus, String query) throws Exception {
    final String answer = prometheus.get("/api/v1/query?query=" + PrometheusProcess.encoded(query));
    final List<Json.Value> results = Json.data(answer).get("result").list();
    assertThat(results).as(query + ": " + answer).hasSize(1);
    return results.get(0);
  }

  private static double value(PrometheusProcess prometheus, String query) throws Exception {
    return one(prometheus, query).get("value").list().get(1).number();
  }

  private double recordedBetween(double low, double high) {
    return recorded.values().stream()
        .filter(each -> each.value() > low && each.value() <= high)
        .count();
  }

  private double sum() {
    return recorded.values().stream().mapToDouble(Recorded::value).sum();
  }

  private void checkClassic(PrometheusProcess prometheus) throws Exception {
    assertThat(value(prometheus, "min_over_time(up[10m])")).isEqualTo(1);
    assertThat(value(prometheus, "requests_total")).isEqualTo(recorded.size());
    assertThat(value(prometheus, "explicit_count")).isEqualTo(recorded.size());
    assertThat(value(prometheus, "explicit_sum")).isCloseTo(sum(), Percentage.withPercentage(1e-9));
    assertThat(value(prometheus, "explicit_bucket{le=\"10.0\"} or explicit_bucket{le=\"10\"}"))
        .isEqualTo(recordedBetween(-1, 10));
    assertThat(value(prometheus, "target_info")).isEqualTo(1);
  }

  private void checkNative(PrometheusProcess prometheus, String name) throws Exception {
    final Json.Value series = one(prometheus, name);
    assertThat(series.get("metric").strings()).containsEntry("http_method", "GET \"é\"");
    final Json.Value histogram = series.get("histogram").list().get(1);
    assertThat(histogram.get("count").number()).isEqualTo(recorded.size());
    assertThat(histogram.get("sum").number()).isCloseTo(sum(), Percentage.withPercentage(1e-9));
    double counted = 0;
    for (final Json.Value bucket : histogram.get("buckets").list()) {
      final List<Json.Value> parts = bucket.list();
      // The zero bucket is closed on both sides, the others on the right one.
      final double low =
          parts.get(0).string().equals("3")
              ? Math.nextDown(parts.get(1).number())
              : parts.get(1).number();
      final double count = parts.get(3).number();
      assertThat(count)
          .as("%s: %s", name, parts)
          .isEqualTo(recordedBetween(low, parts.get(2).number()));
      counted += count;
    }
    assertThat(counted).isEqualTo(recorded.size());
    // There are no classic buckets beside.
    assertThat(
            Json.data(prometheus.get("/api/v1/query?query=" + name + "_bucket"))
                .get("result")
                .list())
        .isEmpty();
  }

  /** What it has is what was shown, except what was older than the latest that it had. */
  private void checkExemplars(
      PrometheusProcess prometheus, String name, ScrapeTap tap, boolean hasExemplars)
      throws Exception {
    final Map<String, Long> shown = new TreeMap<>();
    final List<String> expected = new ArrayList<>();
    long latest = 0;
    for (final ScrapeTap.Answer answer : tap.answers()) {
      long latestOfScrape = 0;
      for (final Metrics.Exemplar exemplar : exemplars(answer.bytes(), name)) {
        final String trace = exemplar.getLabel(0).getValue();
        final Timestamp time = exemplar.getTimestamp();
        final long millis = time.getSeconds() * 1000 + time.getNanos() / 1_000_000;
        final Recorded measured = recorded.get(trace);
        assertThat(exemplar.getValue()).isEqualTo(measured.value());
        assertThat(millis).isBetween(measured.beforeMillis() - 5, measured.afterMillis() + 5);
        if (shown.put(trace, millis) == null && millis > latest) {
          expected.add(trace);
        }
        latestOfScrape = Math.max(latestOfScrape, millis);
      }
      assertThat(latestOfScrape)
          .as("the latest exemplar of a scrape")
          .isGreaterThanOrEqualTo(latest);
      latest = latestOfScrape;
    }
    assertThat(expected).hasSizeGreaterThan(10);
    final List<String> stored = new ArrayList<>();
    final String answer =
        prometheus.get(
            "/api/v1/query_exemplars?query="
                + name
                + "&start="
                + (System.currentTimeMillis() / 1000 - 3600)
                + "&end="
                + (System.currentTimeMillis() / 1000 + 60));
    for (final Json.Value series : Json.data(answer).list()) {
      for (final Json.Value exemplar : series.get("exemplars").list()) {
        final String trace = exemplar.get("labels").strings().get("trace_id");
        assertThat(exemplar.get("value").number()).isEqualTo(recorded.get(trace).value());
        stored.add(trace);
      }
    }
    if (hasExemplars) {
      assertThat(stored).containsAll(expected);
    } else {
      assertThat(stored).isEmpty();
    }
  }

  private static List<Metrics.Exemplar> exemplars(byte[] body, String name) throws Exception {
    final List<Metrics.Exemplar> exemplars = new ArrayList<>();
    final ByteArrayInputStream stream = new ByteArrayInputStream(body);
    for (Metrics.MetricFamily family = Metrics.MetricFamily.parseDelimitedFrom(stream);
        family != null;
        family = Metrics.MetricFamily.parseDelimitedFrom(stream)) {
      if (family.getName().equals(name)) {
        exemplars.addAll(family.getMetric(0).getHistogram().getExemplarsList());
      }
    }
    return exemplars;
  }

  private static void checkCounts(PrometheusProcess prometheus) throws Exception {
    Exposition.of(prometheus.get("/metrics"))
        .samples
        .forEach(
            (series, sample) -> {
              if (series
                  .name()
                  .matches(
                      "prometheus_(target_scrapes|tsdb)_\\w*(out_of_order|out_of_bound|duplicate|too_old)\\w*_total")) {
                assertThat(sample.value()).as(series.name()).isZero();
              }
            });
  }
}
