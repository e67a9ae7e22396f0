package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Bound and unbound recorders of the same series, while a delta collector never pauses and evicts
 * what is idle. One series is bound all the time; another one again and again, and is evicted
 * whenever the garbage collector has found its bound instrument. Totals are exact.
 */
@Tag("long")
class BoundStressTest {
  private static final int RECORDS = 2_000_000;
  private static final int COLLECTIONS_PER_GC = 50;
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final Attributes STEADY = Attributes.of(KEY, "steady");
  private static final Attributes PASSING = Attributes.of(KEY, "passing");

  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final Map<Attributes, Long> counted = new HashMap<>();
  private final AtomicLong collections = new AtomicLong();
  private volatile boolean isOver;

  @Test
  @Timeout(120)
  void totalsAreExact() throws Exception {
    final ExecutorService pool = Executors.newFixedThreadPool(4);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setClock(new FastForwardClock())
            .registerMetricReader(cumulative)
            .registerMetricReader(delta)
            .build()) {
      final ExtendedDoubleHistogram histogram =
          (ExtendedDoubleHistogram) provider.get("stress").histogramBuilder("histogram").build();
      final BoundDoubleHistogram steady = histogram.bind(STEADY);
      final SeriesMap series = ((SyncInstrument) histogram).streams().get(1).seriesMap();
      final Series bound = series.find(STEADY);
      final List<Future<Long>> recorders = new ArrayList<>();
      recorders.add(pool.submit(() -> recordBound(steady)));
      recorders.add(pool.submit(() -> recordBound(steady)));
      recorders.add(pool.submit(() -> recordUnbound(histogram)));
      final Future<Long> passing = pool.submit(() -> bindAgainAndAgain(histogram));
      final Set<Series> passed = new HashSet<>();
      // Until a series has come and gone, however fast the recorders are; the timeout bounds it.
      while (recorders.stream().anyMatch(recorder -> !recorder.isDone()) || passed.size() < 2) {
        collect();
        final Series now = series.find(PASSING);
        if (now != null) {
          passed.add(now);
        }
      }
      isOver = true;
      long expected = 0;
      for (final Future<Long> recorder : recorders) {
        expected += recorder.get(60, TimeUnit.SECONDS);
      }
      final long expectedPassing = passing.get(60, TimeUnit.SECONDS);
      collect();
      assertThat(counted)
          .containsOnly(Map.entry(STEADY, expected), Map.entry(PASSING, expectedPassing));
      assertThat(counts(cumulative)).isEqualTo(counted);
      assertThat(passed).as("series that came and went").hasSizeGreaterThan(1);
      assertThat(series.find(STEADY)).isSameAs(bound);
    } finally {
      isOver = true;
      pool.shutdownNow();
    }
  }

  private void collect() {
    counts(delta).forEach((attributes, count) -> counted.merge(attributes, count, Long::sum));
    if (collections.incrementAndGet() % COLLECTIONS_PER_GC == 0) {
      System.gc();
    }
  }

  private static Map<Attributes, Long> counts(InMemoryMetricReader reader) {
    final Map<Attributes, Long> counts = new HashMap<>();
    for (final MetricData metric : reader.collectAllMetrics()) {
      for (final HistogramPointData point : metric.getHistogramData().getPoints()) {
        assertThat(point.getSum()).isEqualTo(7.0 * point.getCount());
        counts.merge(point.getAttributes(), point.getCount(), Long::sum);
      }
    }
    return counts;
  }

  private static long recordBound(BoundDoubleHistogram bound) {
    for (int i = 0; i < RECORDS; i++) {
      bound.record(7);
    }
    return RECORDS;
  }

  private static long recordUnbound(ExtendedDoubleHistogram histogram) {
    for (int i = 0; i < RECORDS; i++) {
      histogram.record(7, STEADY);
    }
    return RECORDS;
  }

  /** Binds, records a little, drops the bound instrument and stays away for some collections. */
  private long bindAgainAndAgain(ExtendedDoubleHistogram histogram) {
    long recorded = 0;
    while (!isOver) {
      final BoundDoubleHistogram bound = histogram.bind(PASSING);
      for (int i = 0; i < 100; i++) {
        bound.record(7);
        histogram.record(7, PASSING);
        recorded += 2;
      }
      final long until = collections.get() + recorded / 200 % 150;
      while (!isOver && collections.get() < until) {
        Thread.onSpinWait();
      }
    }
    return recorded;
  }
}
