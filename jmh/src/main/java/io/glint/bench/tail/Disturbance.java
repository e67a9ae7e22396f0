package io.glint.bench.tail;

import io.glint.bench.OnDemandReader;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.concurrent.locks.LockSupport;

/** What goes on beside the recorders until {@link #end}: a collector, and what makes work. */
abstract class Disturbance extends Thread {
  private static final int NANOS_PER_MILLI = 1_000_000;

  private volatile boolean isEnding;
  private volatile Throwable failure;

  Disturbance(String name) {
    super(name);
    setDaemon(true);
  }

  /** Does a piece of work. */
  abstract void act();

  /** Time from the end of one piece of work to the start of the next, 0 for none. */
  abstract int pauseMillis();

  @Override
  public final void run() {
    try {
      while (!isEnding) {
        act();
        if (pauseMillis() > 0) {
          LockSupport.parkNanos((long) pauseMillis() * NANOS_PER_MILLI);
        }
      }
    } catch (Throwable t) {
      failure = t;
    }
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

  /** Collects; or, if there is no reader, takes the same processor time for nothing. */
  static final class Collecting extends Disturbance {
    private static final int SPINS = 1000;

    private final OnDemandReader reader;
    private final int pauseMillis;
    private long collections;

    Collecting(OnDemandReader reader, int pauseMillis) {
      super("collector");
      this.reader = reader;
      this.pauseMillis = pauseMillis;
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
      collections++;
    }

    @Override
    int pauseMillis() {
      return pauseMillis;
    }

    long collections() {
      return collections;
    }
  }

  /** Makes new attribute sets, and records each of them once. */
  static final class Creating extends Disturbance {
    private static final AttributeKey<String> CUSTOMER = AttributeKey.stringKey("customer");
    private static final int EACH_TIME = 50;
    private static final int PAUSE_MILLIS = 10;

    private final DoubleHistogram instrument;
    private int created;

    /** Makes the thread; without an instrument it does all but record. */
    Creating(DoubleHistogram instrument) {
      super("creator");
      this.instrument = instrument;
    }

    @Override
    void act() {
      for (int i = 0; i < EACH_TIME; i++) {
        final Attributes attributes = Attributes.of(CUSTOMER, "customer-" + created++);
        if (instrument != null) {
          instrument.record(1, attributes);
        }
      }
    }

    @Override
    int pauseMillis() {
      return PAUSE_MILLIS;
    }

    /** Once the thread has ended. */
    int created() {
      return created;
    }
  }

  /** Allocates at a steady rate, and keeps what it allocates for a while. */
  static final class Allocating extends Disturbance {
    private static final int BYTES = 4096;
    private static final int EACH_TIME = 250;
    private static final int PAUSE_MILLIS = 10;

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
    int pauseMillis() {
      return PAUSE_MILLIS;
    }
  }
}
