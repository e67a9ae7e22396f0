package io.glint.examples.webstore.watch;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.telemetry.ManualReader;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * What recording one payment costs here and now, with Glint and with the stock SDK. Several times a
 * second each of them records a batch, one right after the other, and every other time in the other
 * order. A batch is in a sampled span, on this one thread, into one series of a histogram of its
 * own with the boundaries of the payments; both are collected before.
 *
 * <p>It is a glance and no benchmark: it shares processors, caches and the compiler with the shop.
 * Of pairs, medians and quartiles are told, so that a batch that was interrupted does not count.
 */
public final class RecordCost implements AutoCloseable {

  /** Calls in one batch. */
  public static final int CALLS = 2_000;

  /** Pairs that the figures are made of. */
  public static final int PAIRS = 101;

  /** Pairs that are thrown away at first, as code that is not compiled yet is measured in them. */
  private static final int WARM_UP = 40;

  private static final long PAUSE_NANOS = 100_000_000;
  private static final int VALUES = 256;

  /**
   * Nanoseconds of a call, and how many times as long the stock SDK takes.
   *
   * @param lowRatio a quarter of the pairs have less
   * @param highRatio a quarter of the pairs have more
   */
  public record Cost(
      double glintNanos,
      double stockNanos,
      double ratio,
      double lowRatio,
      double highRatio,
      int pairs) {}

  private record Pair(double glint, double stock) {
    private double ratio() {
      return stock / glint;
    }
  }

  private static final class Subject {
    private final ManualReader reader;
    private final DoubleHistogram histogram;

    private Subject(ManualReader reader, MeterProvider provider) {
      this.reader = reader;
      this.histogram =
          provider
              .get(Signals.SCOPE)
              .histogramBuilder(Signals.PAYMENT_DURATION)
              .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
              .build();
    }
  }

  private final double[] values = new double[VALUES];
  private final Attributes attributes =
      Attributes.of(Signals.COUNTRY, "FR", Signals.METHOD, "card");
  private final GlintMeterProvider glintProvider;
  private final SdkMeterProvider stockProvider;
  private final Subject glint;
  private final Subject stock;
  private final Deque<Pair> pairs = new ArrayDeque<>();
  private final Thread thread = new Thread(this::run, "webstore-cost");
  private volatile boolean closing;

  private RecordCost() {
    final SplittableRandom chance = new SplittableRandom(39);
    for (int i = 0; i < VALUES; i++) {
      values[i] = 0.018 * Math.exp(0.45 * chance.nextGaussian());
    }
    final ManualReader glintReader = ManualReader.cumulative();
    final ManualReader stockReader = ManualReader.cumulative();
    glintProvider = GlintMeterProvider.builder().registerMetricReader(glintReader).build();
    stockProvider = SdkMeterProvider.builder().registerMetricReader(stockReader).build();
    glint = new Subject(glintReader, glintProvider);
    stock = new Subject(stockReader, stockProvider);
    thread.setDaemon(true);
  }

  public static RecordCost start() {
    final RecordCost cost = new RecordCost();
    cost.thread.start();
    return cost;
  }

  /** Empty until enough pairs have been measured. */
  public Optional<Cost> cost() {
    final Pair[] measured;
    synchronized (pairs) {
      measured = pairs.toArray(new Pair[0]);
    }
    if (measured.length < PAIRS / 4) {
      return Optional.empty();
    }
    return Optional.of(
        new Cost(
            quantile(measured, Pair::glint, 0.5),
            quantile(measured, Pair::stock, 0.5),
            quantile(measured, Pair::ratio, 0.5),
            quantile(measured, Pair::ratio, 0.25),
            quantile(measured, Pair::ratio, 0.75),
            measured.length));
  }

  private static double quantile(Pair[] pairs, ToDoubleFunction<Pair> figure, double share) {
    final double[] sorted = new double[pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      sorted[i] = figure.applyAsDouble(pairs[i]);
    }
    Arrays.sort(sorted);
    return sorted[(int) Math.round(share * (sorted.length - 1))];
  }

  private void run() {
    final Span span =
        Span.wrap(
            SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault()));
    try (Scope scope = span.makeCurrent()) {
      for (long pair = 0; !closing; pair++) {
        final boolean glintFirst = pair % 2 == 0;
        final double first = batch(glintFirst ? glint : stock);
        final double second = batch(glintFirst ? stock : glint);
        if (pair >= WARM_UP) {
          add(glintFirst ? new Pair(first, second) : new Pair(second, first));
        }
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  private void add(Pair pair) {
    synchronized (pairs) {
      pairs.addLast(pair);
      if (pairs.size() > PAIRS) {
        pairs.removeFirst();
      }
    }
  }

  private double batch(Subject subject) {
    subject.reader.collect();
    final long begin = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      subject.histogram.record(values[i % VALUES], attributes);
    }
    return (System.nanoTime() - begin) / (double) CALLS;
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(1_000);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    glintProvider.close();
    stockProvider.close();
  }
}
