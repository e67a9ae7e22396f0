package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight threads record five million measurements each while a collector never pauses. Totals are
 * exact, every point in between is coherent, and every exemplar is from a measurement that was made
 * and is counted in its point.
 */
class RecordingStressTest {
  private static final int THREADS = 8;
  private static final int RECORDS = 5_000_000;
  private static final AttributeKey<Long> SERIES = AttributeKey.longKey("series");

  /** One value for each series: then the sum of a coherent point is its count times the value. */
  private static final double[] VALUES = {3, 7, 60, 20_000};

  private static final int[] BUCKETS = {1, 2, 5, 15};

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void totalsAreExactAndEveryPointIsCoherent(AggregationTemporality temporality) throws Exception {
    final boolean isDelta = temporality == AggregationTemporality.DELTA;
    final InMemoryMetricReader reader =
        isDelta ? InMemoryMetricReader.createDelta() : InMemoryMetricReader.create();
    final Totals totals = new Totals(isDelta);
    final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
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
      while (running) {
        running = recorders.stream().anyMatch(recorder -> !recorder.isDone());
        totals.add(reader.collectAllMetrics());
        collections++;
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(60, TimeUnit.SECONDS);
      }
      totals.add(reader.collectAllMetrics());
      assertThat(collections).isGreaterThan(100);
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
          add(point);
        }
        for (final LongPointData point : metric.getLongSumData().getPoints()) {
          assertThat(point.getValue() % 2).isZero();
          counterNow += point.getValue();
        }
      }
      counted = isDelta ? counted + counterNow : counterNow;
    }

    private void add(HistogramPointData point) {
      final long series = point.getAttributes().get(SERIES);
      final double value = VALUES[(int) series];
      final int bucket = BUCKETS[(int) series];
      final long count = point.getCount();
      assertThat(count).isPositive();
      assertThat(point.getCounts().get(bucket)).isEqualTo(count);
      assertThat(point.getCounts().stream().mapToLong(Long::longValue).sum()).isEqualTo(count);
      assertThat(point.getSum()).isEqualTo(count * value);
      assertThat(point.getMin()).isEqualTo(value);
      assertThat(point.getMax()).isEqualTo(value);
      assertThat(point.getExemplars()).hasSize(1);
      final DoubleExemplarData exemplar = point.getExemplars().get(0);
      assertThat(exemplar.getValue()).isEqualTo(value);
      final long id = Long.parseLong(exemplar.getSpanContext().getSpanId(), 16);
      assertThat((id - 1) % 16).isEqualTo(series);
      assertThat(exemplar.getSpanContext()).isEqualTo(Readers.spanContext(id, /* sampled= */ true));
      assertThat(exemplar.getFilteredAttributes().isEmpty()).isTrue();
      assertThat(exemplar.getEpochNanos())
          .isBetween(point.getStartEpochNanos(), point.getEpochNanos());
      if (isDelta) {
        counts.merge(series, count, Long::sum);
      } else {
        assertThat(count).isGreaterThanOrEqualTo(counts.getOrDefault(series, 0L));
        counts.put(series, count);
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
