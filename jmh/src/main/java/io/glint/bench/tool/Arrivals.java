package io.glint.bench.tool;

import java.util.SplittableRandom;

/**
 * When calls are due: at a given rate on average, at random moments that do not depend on each
 * other, as requests arrive. At fixed intervals two threads would always, or never, be in a call at
 * the same time. Drawn beforehand; not thread-safe.
 */
public final class Arrivals {
  private static final int LENGTH = 1 << 14;
  private static final long SEED = 0x7461_696c;

  private final long[] gaps = new long[LENGTH];
  private int step;

  /** Draws them, in an order that the thread decides. */
  public Arrivals(int perSecond, int thread) {
    final SplittableRandom random = new SplittableRandom(SEED + thread);
    final double mean = 1e9 / perSecond;
    for (int i = 0; i < LENGTH; i++) {
      gaps[i] = Math.round(-mean * Math.log(1 - random.nextDouble()));
    }
  }

  /** Nanoseconds from one call being due to the next. */
  public long nextGap() {
    return gaps[step++ & (LENGTH - 1)];
  }
}
