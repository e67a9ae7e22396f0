package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Eight threads record five million measurements each while a collector never pauses. Totals are
 * exact, every point in between is coherent, and every exemplar is from a measurement that was made
 * and is counted in its point.
 */
@Tag("long")
class RecordingStressTest {
  private static final int THREADS = 8;
  private static final int RECORDS = 5_000_000;
  private static final AttributeKey<Long> SERIES = AttributeKey.longKey("series");

  private static final Attributes SERIES_0 = Attributes.of(SERIES, 0L);

  /** One value for each series: then the sum of a coherent point is its count times the value. */
  private static final double[] VALUES = {3, 7, 60, 20_000};

  private static final int[] BUCKETS = {1, 2, 5, 15};

  @ParameterizedTest
  @CsvSource({"CUMULATIVE, false", "DELTA, false", "CUMULATIVE, true", "DELTA, true"})
  void totalsAreExactAndEveryPointIsCoherent(
      AggregationTemporality temporality, boolean isExponential) throws Exception {
    final boolean isDelta = temporality == AggregationTemporality.DELTA;
    final InMemoryMetricReader reader =
        InMemoryMetricReader.create(
            type -> temporality,
            DefaultAggregationSelector.getDefault()
                .with(
                    InstrumentType.HISTOGRAM,
                    isExponential
                        ? Aggregation.base2ExponentialBucketHistogram()
                        : Aggregation.defaultAggregation()));
    final Totals totals = new Totals(isDelta);
    final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            // Delta series are evicted whenever an interval passes them by.
            .setClock(isDelta ? new FastForwardClock() : Clock.getDefault())
            .registerMetricReader(reader)
            .build()) {
      final Meter meter = provider.get("stress");
      final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
      final LongCounter counter = meter.counterBuilder("counter").build();
      final List<Future<?>> recorders = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        final int thread = t;
        recorders.add(pool.submit(() -> record(thread, histogram, counter)));
      }
      boolean running = true;
      int collections = 0;
      boolean haveMet = false;
      while (running) {
        running = recorders.stream().anyMatch(recorder -> !recorder.isDone());
        totals.add(reader.collectAllMetrics());
        collections++;
        final Series series = ((SyncInstrument) histogram).first.seriesMap().find(SERIES_0);
        haveMet |= series != null && series.isStriped();
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(60, TimeUnit.SECONDS);
      }
      totals.add(reader.collectAllMetrics());
      assertThat(collections).as("collections meanwhile").isGreaterThan(10);
      assertThat(haveMet).as("threads have met in a series").isTrue();
    } finally {
      pool.shutdownNow();
    }
    totals.assertExact();
  }

  private static void record(int thread, DoubleHistogram histogram, LongCounter counter) {
    final Attributes[] attributes = new Attributes[VALUES.length];
    final Context[] spans = new Context[VALUES.length];
    for (int i = 0; i < VALUES.length; i++) {
      attributes[i] = Attributes.of(SERIES, (long) i);
      // The ids tell the series, so that an exemplar of mixed origin shows.
      spans[i] = Readers.span(1 + i + 16L * thread, /* sampled= */ true);
    }
    for (int i = 0; i < RECORDS; i++) {
      final int series = (i >>> 3) & 3;
      histogram.record(VALUES[series], attributes[series], spans[series]);
      if ((i & 7) == 0) {
        counter.add(2, attributes[series], spans[series]);
      }
    }
  }

  private static final class Totals {
    private final boolean isDelta;
    private final Map<Long, Long> counts = new HashMap<>();
    private long counted;

    Totals(boolean isDelta) {
      this.isDelta = isDelta;
    }

    void add(Iterable<MetricData> metrics) {
      long counterNow = 0;
      for (final MetricData metric : metrics) {
        for (final HistogramPointData point : metric.getHistogramData().getPoints()) {
          final long series = point.getAttributes().get(SERIES);
          assertThat(point.getCounts().get(BUCKETS[(int) series])).isEqualTo(point.getCount());
          assertThat(point.getCounts().stream().mapToLong(Long::longValue).sum())
              .isEqualTo(point.getCount());
          add(point, point.getCount(), point.getSum(), point.getMin(), point.getMax());
        }
        for (final ExponentialHistogramPointData point :
            metric.getExponentialHistogramData().getPoints()) {
          assertThat(point.getScale()).isEqualTo(20);
          assertThat(point.getPositiveBuckets().getBucketCounts())
              .containsExactly(point.getCount());
          add(point, point.getCount(), point.getSum(), point.getMin(), point.getMax());
        }
        for (final LongPointData point : metric.getLongSumData().getPoints()) {
          assertThat(point.getValue() % 2).isZero();
          counterNow += point.getValue();
        }
      }
      counted = isDelta ? counted + counterNow : counterNow;
    }

    private void add(PointData point, long count, double sum, double min, double max) {
      final long series = point.getAttributes().get(SERIES);
      final double value = VALUES[(int) series];
      assertThat(count).isPositive();
      assertThat(sum).isEqualTo(count * value);
      assertThat(min).isEqualTo(value);
      assertThat(max).isEqualTo(value);
      assertThat(point.getExemplars()).isNotEmpty();
      for (final ExemplarData exemplar : point.getExemplars()) {
        check(point, series, (DoubleExemplarData) exemplar);
      }
      if (isDelta) {
        counts.merge(series, count, Long::sum);
      } else {
        assertThat(count).isGreaterThanOrEqualTo(counts.getOrDefault(series, 0L));
        counts.put(series, count);
      }
    }

    private void check(PointData point, long series, DoubleExemplarData exemplar) {
      assertThat(exemplar.getValue()).isEqualTo(VALUES[(int) series]);
      final long id = Long.parseLong(exemplar.getSpanContext().getSpanId(), 16);
      assertThat((id - 1) % 16).isEqualTo(series);
      assertThat(exemplar.getSpanContext()).isEqualTo(Readers.spanContext(id, /* sampled= */ true));
      assertThat(exemplar.getFilteredAttributes().isEmpty()).isTrue();
      if (!isDelta) {
        // It may have been made while the collection ran.
        assertThat(exemplar.getEpochNanos())
            .isBetween(point.getStartEpochNanos(), Clock.getDefault().now());
      }
    }

    void assertExact() {
      assertThat(counts.values())
          .hasSize(VALUES.length)
          .containsOnly((long) THREADS * RECORDS / VALUES.length);
      assertThat(counted).isEqualTo(2L * THREADS * RECORDS / 8);
    }
  }
}
