package io.glint.bench.tool;

import java.util.SplittableRandom;

/**
 * An order in which one thread goes through series, and the values that it records, all drawn
 * before it starts. Each thread has a seed of its own: threads in lock step would make a hot spot
 * that no service has. Not thread-safe.
 */
public final class RandomWalk {
  private static final int SMALLEST_LENGTH = 2048;
  private static final double MEDIAN_MILLIS = 40;
  private static final double SIGMA = 1.3;
  private static final long SEED = 0x6c69_6e74;

  private final int[] series;
  private final double[] values;
  private final int mask;
  private int step;

  /**
   * Draws a walk that visits all series equally often, or nearly so.
   *
   * @param seriesCount number of series, above 0
   * @param thread decides the order
   */
  public RandomWalk(int seriesCount, int thread) {
    final SplittableRandom random = new SplittableRandom(SEED + thread);
    final int length =
        Math.max(SMALLEST_LENGTH, Integer.highestOneBit(Math.max(2, seriesCount) - 1) << 1);
    this.mask = length - 1;
    this.series = new int[length];
    this.values = new double[length];
    for (int i = 0; i < length; i++) {
      series[i] = i % seriesCount;
      values[i] = MEDIAN_MILLIS * Math.exp(SIGMA * random.nextGaussian());
    }
    for (int i = length - 1; i > 0; i--) {
      final int other = random.nextInt(i + 1);
      final int swapped = series[i];
      series[i] = series[other];
      series[other] = swapped;
    }
  }

  /** Takes a step, and says at which place it is. */
  public int next() {
    return step++ & mask;
  }

  /** Series at a place. */
  public int series(int place) {
    return series[place];
  }

  /** Value at a place, a log-normal latency in milliseconds. */
  public double value(int place) {
    return values[place];
  }
}
