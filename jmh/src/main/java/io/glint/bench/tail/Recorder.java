package io.glint.bench.tail;

import io.glint.bench.Spans;
import io.glint.bench.tool.Arrivals;
import io.glint.bench.tool.RandomWalk;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import org.HdrHistogram.Histogram;

/**
 * A thread that records when a call is due and measures each call twice: from when it began, the
 * service time; and from when it was due, the response time. A call that is late because the one
 * before was slow counts as late: nothing is omitted because the measuring thread was stuck.
 */
final class Recorder extends Thread {
  private final DoubleHistogram instrument;
  private final long idleNanos;
  private final Attributes[] series;
  private final RandomWalk walk;
  private final Arrivals arrivals;
  private final long startNanos;
  private final long measureNanos;
  private final long measuredNanos;
  private final Histogram service = Latencies.create();
  private final Histogram response = Latencies.create();
  private long calls;
  private long warmupCalls;

  /**
   * Makes a recorder that is yet to be started.
   *
   * @param instrument null to do all but record
   * @param idleNanos how long a call does nothing if there is no instrument
   * @param startNanos when to start, by {@link System#nanoTime}
   * @param measureNanos when the warm-up ends
   * @param measuredNanos for how long to record after that
   */
  Recorder(
      DoubleHistogram instrument,
      long idleNanos,
      Attributes[] series,
      int perSecond,
      int index,
      long startNanos,
      long measureNanos,
      long measuredNanos) {
    super("recorder-" + index);
    this.instrument = instrument;
    this.idleNanos = idleNanos;
    this.series = series;
    this.walk = new RandomWalk(series.length, index);
    this.arrivals = new Arrivals(perSecond, index);
    this.startNanos = startNanos;
    this.measureNanos = measureNanos;
    this.measuredNanos = measuredNanos;
    setDaemon(true);
  }

  @Override
  @SuppressWarnings("try") // Opened for its effect.
  public void run() {
    final Span span = Spans.startSampled();
    try (Scope scope = span.makeCurrent()) {
      // In two calls, so that both are compiled for what they do.
      final long due = recordUntil(measureNanos, startNanos);
      service.reset();
      response.reset();
      warmupCalls = calls;
      calls = 0;
      // What the warm-up is late is the compiler's.
      final long now = System.nanoTime();
      final long begin = due - now < 0 ? now : due;
      recordUntil(begin + measuredNanos, begin);
    }
  }

  private long recordUntil(long end, long firstDue) {
    long due = firstDue;
    while (due - end < 0) {
      final Attributes attributes = series[walk.next()];
      final double value = walk.value();
      long before = System.nanoTime();
      while (before - due < 0) {
        Thread.onSpinWait();
        before = System.nanoTime();
      }
      if (instrument != null) {
        instrument.record(value, attributes);
      } else if (idleNanos > 0) {
        spin(before + idleNanos);
      }
      final long after = System.nanoTime();
      Latencies.add(service, after - before);
      Latencies.add(response, after - due);
      calls++;
      due += arrivals.nextGap();
    }
    return due;
  }

  private static void spin(long until) {
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  /** Once the thread has ended. */
  Histogram service() {
    return service;
  }

  /** Once the thread has ended. */
  Histogram response() {
    return response;
  }

  /** Calls before those that were measured, once the thread has ended. */
  long warmupCalls() {
    return warmupCalls;
  }

  /** Calls that were measured, once the thread has ended. */
  long calls() {
    return calls;
  }
}
