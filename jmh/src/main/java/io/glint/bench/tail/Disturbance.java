package io.glint.bench.tail;

import io.glint.bench.OnDemandReader;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** What goes on beside the recorders until {@link #end}: a collector, and what makes work. */
abstract class Disturbance extends Thread {
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private volatile boolean isEnding;
  private volatile Throwable failure;
  private long pieces;
  private long ranNanos;

  Disturbance(String name) {
    super(name);
    setDaemon(true);
  }

  /** Does a piece of work. */
  abstract void act();

  /** Time from one piece of work to the next, however long each takes; 0 for no pause. */
  abstract int periodMillis();

  @Override
  public final void run() {
    final long start = System.nanoTime();
    try {
      while (!isEnding) {
        act();
        pieces++;
        final long due = start + pieces * periodMillis() * NANOS_PER_MILLI;
        for (long left = due - System.nanoTime();
            left > 0 && !isEnding;
            left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
      }
    } catch (Throwable t) {
      failure = t;
    }
    ranNanos = System.nanoTime() - start;
  }

  /** How often it acted in a second, once it has ended. */
  final double piecesPerSecond() {
    return pieces * NANOS_PER_SECOND / ranNanos;
  }

  /**
   * Ends the thread and waits for it.
   *
   * @throws IllegalStateException if it has failed
   */
  final void end() throws InterruptedException {
    isEnding = true;
    join();
    if (failure != null) {
      throw new IllegalStateException(getName() + " failed", failure);
    }
  }

  /** Collects; or, if there is no reader, takes some processor time for nothing. */
  static final class Collecting extends Disturbance {
    private static final int SPINS = 1000;

    private final OnDemandReader reader;
    private final int periodMillis;

    Collecting(OnDemandReader reader, int periodMillis) {
      super("collector");
      this.reader = reader;
      this.periodMillis = periodMillis;
    }

    @Override
    void act() {
      if (reader != null) {
        reader.collect();
      } else {
        for (int i = 0; i < SPINS; i++) {
          Thread.onSpinWait();
        }
      }
    }

    @Override
    int periodMillis() {
      return periodMillis;
    }
  }

  /** Makes new attribute sets, records each of them once, and measures how long that takes. */
  static final class Creating extends Disturbance {
    private static final AttributeKey<String> CUSTOMER = AttributeKey.stringKey("customer");
    private static final int EACH_TIME = 50;
    private static final int PERIOD_MILLIS = 10;

    private final DoubleHistogram instrument;
    private final long measureNanos;
    private final Histogram firstCalls = Latencies.create();
    private int created;

    /**
     * Makes the thread.
     *
     * @param instrument null to do all but record
     * @param measureNanos when the warm-up ends, by {@link System#nanoTime}
     */
    Creating(DoubleHistogram instrument, long measureNanos) {
      super("creator");
      this.instrument = instrument;
      this.measureNanos = measureNanos;
    }

    @Override
    void act() {
      for (int i = 0; i < EACH_TIME; i++) {
        final Attributes attributes = Attributes.of(CUSTOMER, "customer-" + created++);
        final long before = System.nanoTime();
        if (instrument != null) {
          instrument.record(1, attributes);
        }
        final long after = System.nanoTime();
        if (before - measureNanos >= 0) {
          Latencies.add(firstCalls, after - before);
        }
      }
    }

    @Override
    int periodMillis() {
      return PERIOD_MILLIS;
    }

    /** Service times of the calls that saw a set first, once the thread has ended. */
    Histogram firstCalls() {
      return firstCalls;
    }

    /** Once the thread has ended. */
    int created() {
      return created;
    }

    /** Once the thread has ended. */
    double createdPerSecond() {
      return EACH_TIME * piecesPerSecond();
    }
  }

  /** Allocates at a steady rate, and keeps what it allocates for a while. */
  static final class Allocating extends Disturbance {
    private static final int BYTES = 4096;
    private static final int EACH_TIME = 250;
    private static final int PERIOD_MILLIS = 10;

    private final byte[][] kept = new byte[10_000][];
    private int allocated;

    Allocating() {
      super("allocator");
    }

    @Override
    void act() {
      for (int i = 0; i < EACH_TIME; i++) {
        kept[allocated++ % kept.length] = new byte[BYTES];
      }
    }

    @Override
    int periodMillis() {
      return PERIOD_MILLIS;
    }
  }
}
