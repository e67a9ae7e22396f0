package io.glint.bench.memory;

import io.glint.bench.Spans;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

  /** The thread that fills, whoever that is. */
  private static final long MAIN_ID = Thread.currentThread().getId();

  private static final ExecutorService OTHER = Executors.newSingleThreadExecutor(Filling::other);

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

  /**
   * Lets two threads record into each series at the same time, always the same two: more threads
   * would make more cells.
   */
  static void meet(Subject subject, State state, int from, int to) throws InterruptedException {
    final AtomicInteger arrivals = new AtomicInteger();
    final Future<?> other =
        OTHER.submit(
            () -> {
              try {
                walk(subject, state, from, to, arrivals);
              } finally {
                // If it has failed, nobody is to wait for it.
                arrivals.addAndGet(1 << 30);
              }
            });
    walk(subject, state, from, to, arrivals);
    try {
      other.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("The other thread has failed", e);
    }
  }

  private static void walk(Subject subject, State state, int from, int to, AtomicInteger arrivals) {
    for (int series = from; series < to; series++) {
      final Context[] contexts = contexts(state);
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
        final int bucket = i % VALUES.length;
        record(subject, contexts[bucket], series, VALUES[bucket]);
      }
    }
  }

  /** One for each bucket, so that its exemplar has a span that no other exemplar has. */
  private static Context[] contexts(State state) {
    final Context[] contexts = new Context[VALUES.length];
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = state.isSampled() ? Context.root().with(Spans.startSampled()) : Context.root();
    }
    return contexts;
  }

  @SuppressWarnings("try") // Opened for its effect.
  private static void record(Subject subject, Context context, int series, double value) {
    try (Scope scope = context.makeCurrent()) {
      subject.record(series, value);
    }
  }

  /** As the next thread of a pool has the next id, by which Glint tells threads apart. */
  private static Thread other(Runnable task) {
    Thread thread;
    do {
      thread = new Thread(task, "other");
    } while ((thread.getId() - MAIN_ID) % 2 == 0);
    thread.setDaemon(true);
    return thread;
  }
}
