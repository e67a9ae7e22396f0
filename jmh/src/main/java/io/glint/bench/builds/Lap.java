package io.glint.bench.builds;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * A histogram of one build, and the loop that records into it. Each build has its own copy of this
 * class, from its own class loader, so that the compiler sees one build only. So it uses nothing of
 * Glint but what every build has.
 */
public final class Lap implements LongUnaryOperator {
  private static final int VALUES = 1 << 11;
  private static final int VALUES_SHIFT = Long.SIZE - 11;

  /** An order of several series that is shorter would be learnt by a branch predictor. */
  private static final int STEPS = 1 << 15;

  private final DoubleHistogram histogram;
  private final BoundDoubleHistogram bound;
  private final Attributes[] series;
  private final double[] values = new double[VALUES];
  private final Context context;
  private int step;

  /**
   * Makes an instrument of a provider of its own.
   *
   * @param workload name of a {@link Workload}; the enumeration belongs to another class loader
   * @param seed decides values, order, and attributes
   */
  public Lap(String workload, int seriesCount, int seed) {
    final Workload kind = Workload.valueOf(workload);
    final SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < VALUES; i++) {
      values[i] = 40 * Math.exp(1.3 * random.nextGaussian());
    }
    this.histogram =
        GlintMeterProvider.builder()
            .registerMetricReader(new IdleReader(kind.isExponential()))
            .setExemplarFilter(
                kind.isInSpan() ? ExemplarFilter.traceBased() : ExemplarFilter.alwaysOff())
            .build()
            .get("io.glint.bench")
            .histogramBuilder("http.server.request.duration")
            .build();
    final Attributes[] sets = new Attributes[seriesCount];
    for (int i = 0; i < seriesCount; i++) {
      sets[i] =
          Attributes.of(
              AttributeKey.stringKey("http.request.method"),
              "GET",
              AttributeKey.stringKey("http.route"),
              "/" + seed + "/" + i,
              AttributeKey.longKey("http.response.status_code"),
              200L);
    }
    this.series = new Attributes[seriesCount == 1 ? 1 : STEPS];
    for (int i = 0; i < series.length; i++) {
      series[i] = sets[random.nextInt(seriesCount)];
    }
    this.bound = kind.isBound() ? ((ExtendedDoubleHistogram) histogram).bind(sets[0]) : null;
    this.context = kind.isInSpan() ? Context.root().with(sampledSpan()) : Context.root();
  }

  private static Span sampledSpan() {
    return Span.wrap(
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault()));
  }

  /** Records so many times, and returns how many nanoseconds that took. */
  @Override
  @SuppressWarnings("try") // Opened for its effect.
  public long applyAsLong(long recordings) {
    try (Scope unused = context.makeCurrent()) {
      final long start = System.nanoTime();
      if (bound == null) {
        record((int) recordings);
      } else {
        recordBound((int) recordings);
      }
      return System.nanoTime() - start;
    }
  }

  private void record(int recordings) {
    int at = step;
    double upcoming = value(at);
    for (int i = 0; i < recordings; i++) {
      final double value = upcoming;
      upcoming = value(++at);
      histogram.record(value, series[at & (series.length - 1)]);
    }
    step = at;
  }

  private void recordBound(int recordings) {
    int at = step;
    double upcoming = value(at);
    for (int i = 0; i < recordings; i++) {
      final double value = upcoming;
      upcoming = value(++at);
      bound.record(value);
    }
    step = at;
  }

  /** As {@link io.glint.bench.tool.RandomValues#at}, in an order that does not repeat. */
  private double value(int at) {
    final long once = at * 0x9e37_79b9_7f4a_7c15L;
    final long twice = (once ^ (once >>> 32)) * 0xbf58_476d_1ce4_e5b9L;
    return values[(int) (twice >>> VALUES_SHIFT)];
  }
}
