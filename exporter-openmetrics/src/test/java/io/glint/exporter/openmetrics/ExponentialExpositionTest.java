package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.exponential;
import static io.glint.exporter.openmetrics.Metrics.exponentialPoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Exposition.ParsedFamily;
import io.glint.exporter.openmetrics.Exposition.ParsedSample;
import io.glint.exporter.openmetrics.Metrics.Metric;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exponential histograms in the text formats: classic ones over bounds that are always the same.
 */
@Tag("long")
class ExponentialExpositionTest {

  private static final Attributes NONE = Attributes.empty();

  private final Renderer renderer = Renderer.plain();

  @Test
  void boundsAreThePowersOfFourFromANanosecondToATerabyte() {
    final Map<Double, Long> buckets =
        buckets(exponential("h", exponentialPoint(NONE, 1, 0, 0, List.of(1L))));
    final List<Double> bounds = new ArrayList<>(buckets.keySet());
    assertThat(bounds).hasSize(37).last().isEqualTo(Double.POSITIVE_INFINITY);
    for (int i = 0; i < 36; i++) {
      assertThat(bounds.get(i)).isEqualTo(Math.pow(2, -30 + 2 * i));
    }
  }

  @Test
  void countSumAndBucketsAreThere() {
    // Scale 1: (1, √2], (√2, 2], (2, 2√2], (2√2, 4], (4, 4√2]; two zeros.
    final Metric metric =
        exponential(
            "h", exponentialPoint(NONE, 12.5, 1, 2, 0, List.of(1L, 2L, 4L, 8L, 16L), List.of()));
    assertThat(renderer.openMetrics(metric.in("s").described("Time")))
        .startsWith(
            """
            # TYPE h_seconds histogram
            # UNIT h_seconds seconds
            # HELP h_seconds Time
            h_seconds_bucket{le="9.313225746154785e-10"} 2
            h_seconds_bucket{le="3.725290298461914e-09"} 2
            """)
        .contains(
            """
            h_seconds_bucket{le="1.0"} 2
            h_seconds_bucket{le="4.0"} 17
            h_seconds_bucket{le="16.0"} 33
            """)
        .endsWith(
            """
            h_seconds_bucket{le="1.099511627776e+12"} 33
            h_seconds_bucket{le="+Inf"} 33
            h_seconds_count 33
            h_seconds_sum 12.5
            # EOF
            """);
    assertThat(renderer.text(metric))
        .contains("# TYPE h histogram\n", "h_bucket{le=\"4.0\"} 17\n", "h_count 33\nh_sum 12.5\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void whatIsBeyondTheBoundsIsInTheFirstAndTheLastBucket() {
    // Of (2^-32, 2^-31], (2^-31, 2^-30], (2^-30, 2^-29]; then (2^39, 2^40], (2^40, 2^41].
    assertThat(buckets(exponential("h", exponentialPoint(NONE, 1, 0, -32, List.of(1L, 2L, 4L)))))
        .containsEntry(Math.pow(2, -30), 3L)
        .containsEntry(Math.pow(2, -28), 7L);
    assertThat(buckets(exponential("h", exponentialPoint(NONE, 1, 0, 39, List.of(1L, 2L)))))
        .containsEntry(Math.pow(2, 38), 0L)
        .containsEntry(Math.pow(2, 40), 1L)
        .containsEntry(Double.POSITIVE_INFINITY, 3L);
  }

  @Test
  void negativeValuesAreBelowAllBoundsAndThenThereIsNoSumInOpenMetrics() {
    final Metric metric =
        exponential("h", exponentialPoint(NONE, 3, 0, 1, 0, List.of(4L), List.of(1L, 1L)));
    assertThat(renderer.openMetrics(metric))
        .contains("h_bucket{le=\"1.0\"} 3\nh_bucket{le=\"4.0\"} 7\n")
        .doesNotContain("h_sum", "h_count");
    assertThat(renderer.text(metric)).contains("h_count 7\nh_sum 3.0\n");
  }

  @Test
  void everyScaleHasAPlaceForEachBucket() {
    for (int scale = -40; scale <= 40; scale++) {
      for (final int offset :
          new int[] {Integer.MIN_VALUE, -1000, -1, 0, 1, 1000, Integer.MAX_VALUE - 1}) {
        final Metric metric =
            exponential("h", exponentialPoint(NONE, 1, scale, offset, List.of(1L, 2L)));
        assertThat(buckets(metric)).containsEntry(Double.POSITIVE_INFINITY, 3L);
      }
    }
  }

  @Test
  void belowTheScaleAtWhichABoundIsExactItStandsForTheNextOneThatThereIs() {
    // Scale -1: (1/4, 1], (1, 4], (4, 16]: exact.
    assertThat(buckets(exponential("h", exponentialPoint(NONE, 1, -1, -1, List.of(1L, 2L, 4L)))))
        .containsEntry(0.25, 0L)
        .containsEntry(1.0, 1L)
        .containsEntry(4.0, 3L)
        .containsEntry(16.0, 7L);
    // Scale -2: (1/16, 1], (1, 16], (16, 256]: 4 stands for 16, and 64 for 256.
    assertThat(buckets(exponential("h", exponentialPoint(NONE, 1, -2, -1, List.of(1L, 2L, 4L)))))
        .containsEntry(Math.pow(2, -4), 0L)
        .containsEntry(0.25, 1L)
        .containsEntry(1.0, 1L)
        .containsEntry(4.0, 3L)
        .containsEntry(16.0, 3L)
        .containsEntry(64.0, 7L)
        .containsEntry(256.0, 7L);
  }

  @Test
  void aNegativeCountIsLeftOutWithAWarning() {
    assertThat(
            renderer.openMetrics(exponential("h", exponentialPoint(NONE, 1, 0, 0, List.of(-1L)))))
        .isEqualTo("# EOF\n");
    assertThat(renderer.warnings).singleElement().asString().contains("'h'", "left out");
  }

  @Test
  void eachBucketShowsAnExemplarThatFellIntoIt() {
    final Metric metric =
        exponential(
            "h",
            exponentialPoint(
                NONE,
                9,
                0,
                0,
                List.of(2L, 0L, 1L),
                exemplar(1.5, NOW, 1),
                exemplar(1.6, NOW + 1, 2),
                exemplar(7, NOW, 3)));
    assertThat(renderer.openMetrics(metric))
        .contains("h_bucket{le=\"4.0\"} 2 # {trace_id=\"00000000000000000000000000000002\"")
        .contains("h_bucket{le=\"16.0\"} 3 # {trace_id=\"00000000000000000000000000000003\"");
    assertThat(renderer.exemplars.get(Metrics.NO_SCOPE, "h", Outcome.EXPORTED)).isEqualTo(2);
    assertThat(renderer.exemplars.get(Metrics.NO_SCOPE, "h", Outcome.NOT_REPRESENTABLE))
        .isEqualTo(1);
    renderer.text(metric);
    assertThat(renderer.exemplars.get(Metrics.NO_SCOPE, "h", Outcome.NOT_REQUESTED)).isEqualTo(3);
  }

  /** From scale 20 down to -10, with few buckets and values of all magnitudes. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void countsNeverFallAndAreExactDownToScaleMinusOne(boolean glint) {
    int inexact = 0;
    for (int seed = 0; seed < 60; seed++) {
      final Random random = new Random(seed);
      final Aggregation aggregation =
          Aggregation.base2ExponentialBucketHistogram(
              Base2ExponentialHistogramOptions.builder()
                  .setMaxBuckets(2 + random.nextInt(159))
                  .build());
      final InMemoryMetricReader reader = InMemoryMetricReader.create();
      final DoubleHistogram histogram =
          provider(glint, reader, aggregation).get("m").histogramBuilder("h").setUnit("s").build();
      final double widest = Math.pow(10, random.nextInt(4));
      final List<Double> values = new ArrayList<>();
      Map<Double, Long> before = new TreeMap<>();
      for (int scrape = 0; scrape < 40; scrape++) {
        for (int i = random.nextInt(5); i >= 0; i--) {
          final double exponent = random.nextGaussian() * widest * (scrape + 1) / 40;
          double value =
              random.nextInt(10) == 0 ? 0 : Math.scalb(1 + random.nextDouble(), (int) exponent);
          if (glint && random.nextInt(5) == 0) {
            // The stock SDK puts some powers of two into the bucket above the right one.
            value = Math.scalb(1.0, 2 * random.nextInt(40) - 30);
          }
          if (value == 0 || (value >= Double.MIN_NORMAL && Double.isFinite(value))) {
            histogram.record(value);
            values.add(value);
          }
        }
        final MetricData metric = reader.collectAllMetrics().iterator().next();
        final int scale =
            metric.getExponentialHistogramData().getPoints().iterator().next().getScale();
        final Map<Double, Long> now = buckets(metric);
        if (!before.isEmpty()) {
          assertThat(now.keySet()).isEqualTo(before.keySet());
        }
        long lower = 0;
        for (final Map.Entry<Double, Long> bucket : now.entrySet()) {
          final String what = "seed " + seed + ", scrape " + scrape + ", le " + bucket.getKey();
          final long count = bucket.getValue();
          final long exact = values.stream().filter(value -> value <= bucket.getKey()).count();
          assertThat(count)
              .as(what)
              .isGreaterThanOrEqualTo(before.getOrDefault(bucket.getKey(), 0L));
          assertThat(count).as(what).isGreaterThanOrEqualTo(lower);
          if (scale >= -1) {
            assertThat(count).as(what).isEqualTo(exact);
          } else {
            assertThat(count).as(what).isGreaterThanOrEqualTo(exact);
            inexact += count > exact ? 1 : 0;
          }
          lower = count;
        }
        assertThat(lower).isEqualTo(values.size());
        before = now;
      }
    }
    // The test has seen what it is about.
    assertThat(inexact).isGreaterThan(100);
  }

  private static MeterProvider provider(
      boolean glint, InMemoryMetricReader reader, Aggregation aggregation) {
    final InstrumentSelector all = InstrumentSelector.builder().setName("*").build();
    final View view = View.builder().setAggregation(aggregation).build();
    return glint
        ? GlintMeterProvider.builder().registerMetricReader(reader).registerView(all, view).build()
        : SdkMeterProvider.builder().registerMetricReader(reader).registerView(all, view).build();
  }

  /** The cumulative counts by upper bound, of an exposition that the strict parser accepts. */
  private Map<Double, Long> buckets(MetricData metric) {
    final ParsedFamily family =
        renderer.parsed(metric).families.stream()
            .filter(f -> !f.name.equals("target"))
            .findFirst()
            .orElseThrow();
    final Map<Double, Long> buckets = new TreeMap<>();
    for (final ParsedSample sample : family.samples) {
      if (sample.name().endsWith("_bucket")) {
        buckets.put(ParsedSample.number(sample.labels().get("le")), Long.parseLong(sample.value()));
      }
    }
    return buckets;
  }
}
