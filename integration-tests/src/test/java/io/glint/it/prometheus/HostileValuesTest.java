package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What real Prometheus servers store of hostile values, label values and exemplars is what was
 * recorded, bit for bit, in each format and with each scheme of escaping that they know.
 *
 * <p>The names are harmless, so that none clashes with another one: of hostile names {@link
 * HostileScrapesTest} shows that nothing is refused.
 */
@Timeout(200)
class HostileValuesTest {
  private static final AttributeKey<String> CASE = AttributeKey.stringKey("case");
  private static final AttributeKey<String> TEXT = AttributeKey.stringKey("text");

  private static final double[] VALUES = {
    0,
    -0.0,
    1,
    -1,
    0.1,
    0.1 + 0.2,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    Math.nextDown(Double.MIN_NORMAL),
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    1e21,
    1e22,
    // JDK 17 and JDK 25 print this number differently, and Error Prone refuses a literal that
    // differs.
    Double.parseDouble("1e23"),
    123456789012345.0,
    (1L << 53) + 2.0,
    1e-5,
  };

  /**
   * What is not a number is dropped when it is recorded, so it comes from a producer. The last one
   * has the bits by which Prometheus tells that a series has ended.
   */
  private static final double[] NOT_NUMBERS = {
    Double.NaN, Double.longBitsToDouble(0x7ff0000000000002L)
  };

  private static final long[] LONGS = {
    0, 1, (1L << 53) + 1, Long.MAX_VALUE, Long.MAX_VALUE - 1, 1_000_000_000_000_000_000L
  };

  private static final String[] TEXTS = {
    "\"",
    "\\",
    "\\n",
    "\n",
    "\r",
    "\t",
    "\0",
    "a\"} 5\nb 6",
    "# EOF",
    "\n# EOF\n",
    " a ",
    "a=\"b\",c",
    "{}",
    "日本",
    "😀",
    "\u2028",
    "\uFEFF",
    "\\\"",
    "\\\\\n\"",
    "\u007f",
  };

  private static final List<Double> BOUNDS = List.of(0.0, 1e-100, 1e-5, 0.1, 1.0, 1e21, 1e300);

  /**
   * Of histograms, which take nothing that is negative. Prometheus' zero is 1e-128 wide, so nothing
   * is between it and zero.
   */
  private static final double[] MEASURED = {
    0, 0, -0.0, 1e-100, 1e-5, 0.1, 0.1, 1, 1.5, 1e21, 1e301
  };

  private static final int SIGNED_SCALE = 1;
  private static final long SIGNED_ZEROS = 6;

  /** From bucket 3 on, above 2^1.5, with a gap. */
  private static final List<Long> SIGNED_POSITIVE = List.of(10L, 0L, 0L, 0L, 0L, 20L, 5L, 1L << 40);

  /** From bucket -2 on, below -0.5. */
  private static final List<Long> SIGNED_NEGATIVE = List.of(4L, 1L, 0L, 7L);

  private final Map<Map<String, String>, Double> expected = new HashMap<>();
  private final Map<String, Map<String, String>> expectedExemplars = new HashMap<>();

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void whatIsStoredIsWhatWasRecorded(String property, @TempDir Path directory) throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final List<String> accepts = HostileScrapesTest.accepts(property);
    final OpenMetricsServer server =
        OpenMetricsServer.builder().setPort(0).setScopeLabelsEnabled(false).build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(server)
            .registerMetricProducer(resource -> List.of(notNumbers(resource), signed(resource)))
            .registerView(
                InstrumentSelector.builder().setName("native").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("traced").build(),
                GlintView.builder().setAttributeFilter(Set.of("case")).build())
            .build()) {
      record(provider.get("hostile"));
      try (ScrapeTaps taps = new ScrapeTaps(server.getPort(), accepts);
          PrometheusProcess prometheus =
              PrometheusProcess.start(
                  program, directory, taps.configuration(), "--enable-feature=native-histograms")) {
        taps.awaitStored();
        for (int i = 0; i < accepts.size(); i++) {
          check(prometheus, i, accepts.get(i));
        }
      }
    }
  }

  private void record(Meter meter) {
    final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
    final DoubleCounter counter = meter.counterBuilder("counter").ofDoubles().build();
    final DoubleUpDownCounter upDown = meter.upDownCounterBuilder("updown").ofDoubles().build();
    for (int i = 0; i < VALUES.length; i++) {
      final Attributes ofCase = Attributes.of(CASE, "" + i);
      final double value = VALUES[i];
      gauge.set(value, ofCase);
      expect("gauge", i, null, value);
      if (Double.isFinite(value)) {
        upDown.add(value, ofCase);
        // A sum begins with 0, and 0 and -0.0 are 0.
        expect("updown", i, null, 0 + value);
        if (value >= 0) {
          counter.add(value, ofCase);
          expect("counter_total", i, null, 0 + value);
        }
      }
    }
    final LongGauge longs = meter.gaugeBuilder("longs").ofLongs().build();
    final LongCounter counted = meter.counterBuilder("counted").build();
    for (int i = 0; i < LONGS.length; i++) {
      final Attributes ofCase = Attributes.of(CASE, "" + i);
      longs.set(-LONGS[i], ofCase);
      expect("longs", i, null, (double) -LONGS[i]);
      counted.add(LONGS[i], ofCase);
      expect("counted_total", i, null, (double) LONGS[i]);
    }
    for (int i = 0; i < NOT_NUMBERS.length; i++) {
      expect("nan", i, null, Double.NaN);
    }
    recordTexts(meter);
    final DoubleHistogram explicit =
        meter.histogramBuilder("explicit").setExplicitBucketBoundariesAdvice(BOUNDS).build();
    final DoubleHistogram exponential = meter.histogramBuilder("native").build();
    for (final double value : MEASURED) {
      explicit.record(value);
      exponential.record(value);
    }
  }

  private void recordTexts(Meter meter) {
    final DoubleGauge texts = meter.gaugeBuilder("texts").build();
    final DoubleCounter traced = meter.counterBuilder("traced").ofDoubles().build();
    for (int i = 0; i < TEXTS.length; i++) {
      final Attributes attributes = Attributes.of(CASE, "" + i, TEXT, TEXTS[i]);
      texts.set(i, attributes);
      expect("texts", i, TEXTS[i], i);
      final double value = i + 0.1;
      final String trace = String.format("%032x", i + 1);
      final String span = trace.substring(16);
      traced.add(
          value,
          attributes,
          Context.root()
              .with(
                  Span.wrap(
                      SpanContext.create(
                          trace, span, TraceFlags.getSampled(), TraceState.getDefault()))));
      expect("traced_total", i, null, value);
      expectedExemplars.put(
          i + " " + value, Map.of("trace_id", trace, "span_id", span, "text", TEXTS[i]));
    }
  }

  private static MetricData notNumbers(Resource resource) {
    final long now = System.currentTimeMillis() * 1_000_000;
    final List<DoublePointData> points = new ArrayList<>();
    for (int i = 0; i < NOT_NUMBERS.length; i++) {
      points.add(
          DoublePointData.create(now, now, Attributes.of(CASE, "" + i), NOT_NUMBERS[i], List.of()));
    }
    return ImmutableMetricData.createDoubleGauge(
        resource,
        InstrumentationScopeInfo.create("hostile"),
        "nan",
        "",
        "",
        GaugeData.createDoubleGaugeData(points));
  }

  /** Below zero, about zero and above it, which no instrument can record. */
  private static MetricData signed(Resource resource) {
    final long now = System.currentTimeMillis() * 1_000_000;
    return ImmutableMetricData.createExponentialHistogram(
        resource,
        InstrumentationScopeInfo.create("hostile"),
        "signed",
        "",
        "",
        ExponentialHistogramData.create(
            AggregationTemporality.CUMULATIVE,
            List.of(
                ExponentialHistogramPointData.create(
                    SIGNED_SCALE,
                    -12.5,
                    SIGNED_ZEROS,
                    false,
                    0,
                    false,
                    0,
                    ExponentialHistogramBuckets.create(SIGNED_SCALE, 3, SIGNED_POSITIVE),
                    ExponentialHistogramBuckets.create(SIGNED_SCALE, -2, SIGNED_NEGATIVE),
                    now,
                    now,
                    Attributes.empty(),
                    List.of()))));
  }

  private void expect(String name, int number, String text, double value) {
    final Map<String, String> labels = new HashMap<>(Map.of("__name__", name, "case", "" + number));
    if (text != null) {
      labels.put("text", text);
    }
    expected.put(labels, value);
  }

  private void check(PrometheusProcess prometheus, int job, String accept) throws Exception {
    final Map<Map<String, String>, Double> stored = new HashMap<>();
    final Map<String, Double> explicit = new HashMap<>();
    final Map<String, Double> textOfNative = new HashMap<>();
    final Map<String, Double> textOfSigned = new HashMap<>();
    Json.Value nativeHistogram = null;
    Json.Value signedHistogram = null;
    final String selector = PrometheusProcess.encoded("{job=\"j" + job + "\"}");
    for (final Json.Value series :
        Json.data(prometheus.get("/api/v1/query?query=" + selector)).get("result").list()) {
      final Map<String, String> labels = new HashMap<>(series.get("metric").strings());
      labels.keySet().removeAll(Set.of("job", "instance"));
      // The scheme of dots doubles underscores.
      final String name = labels.get("__name__").replace("__", "_");
      labels.put("__name__", name);
      if (name.equals("native")) {
        nativeHistogram = series.get("histogram").list().get(1);
        continue;
      }
      if (name.equals("signed")) {
        signedHistogram = series.get("histogram").list().get(1);
        continue;
      }
      final double value = series.get("value").list().get(1).number();
      if (name.startsWith("explicit")) {
        explicit.put(name + labels.getOrDefault("le", ""), value);
      } else if (name.startsWith("native")) {
        textOfNative.put(name + labels.getOrDefault("le", ""), value);
      } else if (name.startsWith("signed")) {
        textOfSigned.put(name + labels.getOrDefault("le", ""), value);
      } else if (labels.containsKey("case")) {
        stored.put(labels, value);
      }
    }
    // Double.equals tells zeros apart, and takes NaN for equal to itself.
    final Map<Map<String, String>, Double> other = new HashMap<>(stored);
    other.entrySet().removeAll(expected.entrySet());
    final Map<Map<String, String>, Double> missing = new HashMap<>(expected);
    missing.entrySet().removeAll(stored.entrySet());
    assertThat(List.of(missing, other)).as(accept).containsOnly(Map.of());
    checkBuckets(accept, "explicit", explicit);
    if (accept.contains("protobuf")) {
      assertThat(nativeHistogram).as(accept).isNotNull();
      checkNative(accept, nativeHistogram);
      assertThat(signedHistogram).as(accept).isNotNull();
      checkSigned(accept, signedHistogram);
    } else {
      checkTextOfNative(accept, textOfNative);
      checkTextOfSigned(accept, textOfSigned);
    }
    checkExemplars(prometheus, job, accept);
  }

  private static void checkBuckets(String accept, String name, Map<String, Double> stored) {
    int buckets = 0;
    for (final Map.Entry<String, Double> each : stored.entrySet()) {
      if (each.getKey().startsWith(name + "_bucket")) {
        final String bound = each.getKey().substring(name.length() + "_bucket".length());
        assertThat(each.getValue())
            .as("%s: %s", accept, each.getKey())
            .isEqualTo(
                between(
                    Double.NEGATIVE_INFINITY,
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound)));
        buckets++;
      }
    }
    assertThat(buckets).as("%s: buckets of %s", accept, name).isGreaterThan(BOUNDS.size());
    assertThat(stored).as(accept).containsEntry(name + "_count", (double) MEASURED.length);
    assertThat(stored).as(accept).containsEntry(name + "_sum", Arrays.stream(MEASURED).sum());
  }

  /**
   * A histogram from 1e-100 to 1e301 has the scale -4 with its 160 buckets: its bounds are the
   * powers of two to the 16. The bounds of text are powers of four. Each counts up to the next
   * bound that the histogram has.
   */
  private static void checkTextOfNative(String accept, Map<String, Double> stored) {
    final Map<String, Double> counted = new HashMap<>();
    counted.put("native_count", (double) MEASURED.length);
    counted.put("native_sum", Arrays.stream(MEASURED).sum());
    counted.put("native_bucket+Inf", (double) MEASURED.length);
    for (final String key : stored.keySet()) {
      if (key.startsWith("native_bucket") && !key.endsWith("+Inf")) {
        final int exponent =
            Math.getExponent(Double.parseDouble(key.substring("native_bucket".length())));
        final double next = Math.scalb(1.0, -16 * Math.floorDiv(-exponent, 16));
        counted.put(key, between(Double.NEGATIVE_INFINITY, next));
      }
    }
    assertThat(counted).as(accept).hasSizeGreaterThan(30);
    assertThat(stored).as(accept).isEqualTo(counted);
  }

  private static void checkNative(String accept, Json.Value histogram) {
    assertThat(histogram.get("count").number()).as(accept).isEqualTo(MEASURED.length);
    assertThat(histogram.get("sum").number()).as(accept).isEqualTo(Arrays.stream(MEASURED).sum());
    double counted = 0;
    for (final Json.Value bucket : histogram.get("buckets").list()) {
      final List<Json.Value> parts = bucket.list();
      // 0 is open at the left, 1 at the right, 3 is closed at both.
      final int openness = Integer.parseInt(parts.get(0).string());
      double low = parts.get(1).number();
      double high = parts.get(2).number();
      low = openness == 0 ? low : Math.nextDown(low);
      high = openness == 1 ? Math.nextDown(high) : high;
      final double count = parts.get(3).number();
      assertThat(count).as("%s: %s", accept, parts).isEqualTo(between(low, high));
      counted += count;
    }
    assertThat(counted).as(accept).isEqualTo(MEASURED.length);
  }

  private static void checkSigned(String accept, Json.Value histogram) {
    final Map<List<Double>, Double> buckets = new HashMap<>();
    for (int i = 0; i < SIGNED_NEGATIVE.size(); i++) {
      // What is at the lower bound of a negative bucket is in it.
      expectBucket(buckets, -bound(i - 1), -bound(i - 2), 1, SIGNED_NEGATIVE.get(i));
    }
    expectBucket(buckets, -1e-128, 1e-128, 3, SIGNED_ZEROS);
    for (int i = 0; i < SIGNED_POSITIVE.size(); i++) {
      expectBucket(buckets, bound(i + 3), bound(i + 4), 0, SIGNED_POSITIVE.get(i));
    }
    final Map<List<Double>, Double> stored = new HashMap<>();
    for (final Json.Value bucket : histogram.get("buckets").list()) {
      final List<Json.Value> parts = bucket.list();
      expectBucket(
          stored,
          parts.get(1).number(),
          parts.get(2).number(),
          Integer.parseInt(parts.get(0).string()),
          parts.get(3).number());
    }
    assertThat(stored).as(accept).isEqualTo(buckets);
    assertThat(histogram.get("count").number()).as(accept).isEqualTo(signedBelow(1e300));
    assertThat(histogram.get("sum").number()).as(accept).isEqualTo(-12.5);
  }

  /** The lower bound of a bucket; of powers of the root of two. */
  private static double bound(int bucket) {
    return Math.pow(2, bucket / 2.0);
  }

  /** By the bounds as floats: the last digit of a double may differ. */
  private static void expectBucket(
      Map<List<Double>, Double> buckets, double low, double high, int openness, double count) {
    if (count > 0) {
      buckets.put(List.of((double) (float) low, (double) (float) high, openness + 0.0), count);
    }
  }

  /** The classic buckets are bounded by powers of four, which are bounds of it. */
  private static void checkTextOfSigned(String accept, Map<String, Double> stored) {
    int buckets = 0;
    for (final Map.Entry<String, Double> each : stored.entrySet()) {
      if (each.getKey().startsWith("signed_bucket")) {
        final String bound = each.getKey().substring("signed_bucket".length());
        assertThat(each.getValue())
            .as("%s: %s", accept, each.getKey())
            .isEqualTo(signedBelow(bound.equals("+Inf") ? 1e300 : Double.parseDouble(bound)));
        buckets++;
      }
    }
    assertThat(buckets).as(accept).isEqualTo(37);
    // OpenMetrics 1.0 has neither sum nor count where there are negative values.
    assertThat(stored.get("signed_sum"))
        .as(accept)
        .isEqualTo(accept.startsWith("text/plain") ? -12.5 : null);
    assertThat(stored.get("signed_count"))
        .as(accept)
        .isEqualTo(accept.startsWith("text/plain") ? signedBelow(1e300) : null);
  }

  private static double signedBelow(double bound) {
    long count = SIGNED_ZEROS + SIGNED_NEGATIVE.stream().mapToLong(Long::longValue).sum();
    for (int i = 0; i < SIGNED_POSITIVE.size(); i++) {
      count += bound(i + 4) <= bound * 1.000001 ? SIGNED_POSITIVE.get(i) : 0;
    }
    return count;
  }

  /** How many were measured above the one and not above the other. */
  private static double between(double low, double high) {
    return Arrays.stream(MEASURED).filter(value -> value > low && value <= high).count();
  }

  private void checkExemplars(PrometheusProcess prometheus, int job, String accept)
      throws Exception {
    final long now = System.currentTimeMillis() / 1000;
    final Map<String, Map<String, String>> stored = new HashMap<>();
    for (final Json.Value series :
        Json.data(
                prometheus.get(
                    "/api/v1/query_exemplars?query="
                        + PrometheusProcess.encoded("{job=\"j" + job + "\",case=~\".+\"}")
                        + "&start="
                        + (now - 600)
                        + "&end="
                        + (now + 60)))
            .list()) {
      for (final Json.Value exemplar : series.get("exemplars").list()) {
        final Map<String, String> labels = new HashMap<>();
        exemplar
            .get("labels")
            .strings()
            .forEach((key, value) -> labels.put(key.replace("__", "_"), value));
        stored.put(
            series.get("seriesLabels").strings().get("case") + ' ' + exemplar.get("value").number(),
            labels);
      }
    }
    final Map<String, Map<String, String>> shown = new HashMap<>();
    if (!accept.startsWith("text/plain")) {
      final boolean isText = accept.startsWith("application/openmetrics-text");
      expectedExemplars.forEach(
          (key, labels) -> {
            final Map<String, String> written = new HashMap<>(labels);
            // Prometheus refuses NUL in exemplars, and keeps the escapes that text has.
            written.replaceAll((name, value) -> value.replace('\0', '\uFFFD'));
            if (isText) {
              written.replaceAll((name, value) -> escaped(value));
            }
            shown.put(key, written);
          });
    }
    assertThat(stored).as(accept).isEqualTo(shown);
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
