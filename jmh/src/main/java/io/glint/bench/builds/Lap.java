package io.glint.bench.builds;

import io.glint.bench.OnDemandReader;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.tool.RandomWalk;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * A histogram of one build, and the loop that records into it. Each build has its own copy of this
 * class, from its own class loader, so that the compiler sees one build only. So it uses nothing of
 * Glint but what every build has.
 */
public final class Lap implements LongUnaryOperator {
  private final DoubleHistogram histogram;
  private final BoundDoubleHistogram bound;
  private final Attributes[] series;
  private final RandomWalk walk;
  private final Context context;

  /**
   * Makes an instrument of a provider of its own.
   *
   * @param workload name of a {@link Workload}; the enumeration belongs to another class loader
   * @param seed decides values, order, and attributes
   */
  public Lap(String workload, int seriesCount, int seed) {
    final Workload kind = Workload.valueOf(workload);
    this.histogram =
        GlintMeterProvider.builder()
            .registerMetricReader(
                new OnDemandReader(
                    AggregationTemporality.CUMULATIVE, MemoryMode.REUSABLE_DATA, kind.histograms()))
            .setExemplarFilter(
                kind.isInSpan() ? ExemplarFilter.traceBased() : ExemplarFilter.alwaysOff())
            .build()
            .get("io.glint.bench")
            .histogramBuilder("http.server.request.duration")
            .build();
    // Each seed has others, which collide otherwise in a table.
    this.series =
        Arrays.copyOfRange(
            SeriesAttributes.create((seed + 1) * seriesCount),
            seed * seriesCount,
            (seed + 1) * seriesCount);
    this.walk = new RandomWalk(seriesCount, seed);
    this.bound = kind.isBound() ? ((ExtendedDoubleHistogram) histogram).bind(series[0]) : null;
    this.context = kind.isInSpan() ? Context.root().with(Spans.startSampled()) : Context.root();
  }

  /** Records so many times, and returns how many nanoseconds that took. */
  @Override
  @SuppressWarnings("try") // Opened for its effect.
  public long applyAsLong(long recordings) {
    try (Scope unused = context.makeCurrent()) {
      final long start = System.nanoTime();
      if (bound == null) {
        record(recordings);
      } else {
        recordBound(recordings);
      }
      return System.nanoTime() - start;
    }
  }

  private void record(long recordings) {
    for (long i = 0; i < recordings; i++) {
      final int place = walk.next();
      histogram.record(walk.value(), series[place]);
    }
  }

  private void recordBound(long recordings) {
    for (long i = 0; i < recordings; i++) {
      final int unused = walk.next();
      bound.record(walk.value());
    }
  }
}
