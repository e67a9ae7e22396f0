package io.glint.bench.memory;

import io.glint.bench.Spans;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Brings series of a subject into a state. */
final class Filling {
  /** One for each of the 16 default buckets. */
  static final double[] VALUES = {
    0, 3, 7, 17, 37, 62, 87, 175, 375, 625, 875, 1750, 3750, 6250, 8750, 20_000
  };

  /** Calls of each of the two threads that meet in a series. */
  private static final int CALLS_WHEN_MEETING = 400;

  private static final int SPINS_BEFORE_PARKING = 20_000;

  private Filling() {}

  /** Records one value into each bucket of each series, sampled ones in spans of their own. */
  @SuppressWarnings("try") // Scopes are opened for their effect.
  static void fill(Subject subject, State state, int from, int to) throws InterruptedException {
    for (final double value : VALUES) {
      for (int series = from; series < to; series++) {
        if (state.isSampled()) {
          try (Scope scope = Spans.startSampled().makeCurrent()) {
            subject.record(series, value);
          }
        } else {
          subject.record(series, value);
        }
      }
      if (state.isSampled()) {
        subject.awaitNextExemplar();
      }
    }
  }

  /** Lets two threads record into each series at the same time. */
  static void meet(Subject subject, State state, int from, int to) throws InterruptedException {
    final AtomicInteger arrivals = new AtomicInteger();
    final Context context =
        state.isSampled() ? Context.root().with(Spans.startSampled()) : Context.root();
    final Runnable recorder = context.wrap(() -> walk(subject, from, to, arrivals));
    final Thread other = new Thread(recorder, "other");
    other.setDaemon(true);
    other.start();
    recorder.run();
    other.join();
  }

  private static void walk(Subject subject, int from, int to, AtomicInteger arrivals) {
    for (int series = from; series < to; series++) {
      arrivals.incrementAndGet();
      final int both = 2 * (series - from + 1);
      for (int spins = 0; arrivals.get() < both; spins++) {
        if (spins < SPINS_BEFORE_PARKING) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(1);
        }
      }
      for (int i = 0; i < CALLS_WHEN_MEETING; i++) {
        subject.record(series, VALUES[i % VALUES.length]);
      }
    }
  }
}
