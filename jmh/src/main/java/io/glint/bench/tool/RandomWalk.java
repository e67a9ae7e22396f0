package io.glint.bench.tool;

import java.util.SplittableRandom;

/**
 * An order in which one thread goes through series, and latencies that it records, all drawn before
 * it starts. Each thread has a seed of its own: threads in lock step would make a hot spot that no
 * service has. Not thread-safe.
 */
public final class RandomWalk {
  /** An order of several series that is shorter would be learnt by a branch predictor. */
  private static final int SMALLEST_LENGTH = 1 << 14;

  private static final long SEED = 0x6c69_6e74;

  private final int[] series;
  private final RandomValues values;
  private final int mask;
  private int step;
  private double value;
  private double upcoming;

  /**
   * Draws a walk that visits all series equally often, or nearly so.
   *
   * @param seriesCount number of series, above 0
   * @param thread decides the order
   */
  public RandomWalk(int seriesCount, int thread) {
    final SplittableRandom random = new SplittableRandom(SEED + thread);
    final int length =
        seriesCount == 1
            ? 1
            : Math.max(SMALLEST_LENGTH, Integer.highestOneBit(seriesCount - 1) << 1);
    this.mask = length - 1;
    this.series = new int[length];
    this.values = RandomValues.latencies(random);
    this.upcoming = values.at(-1);
    for (int i = 0; i < length; i++) {
      series[i] = i % seriesCount;
    }
    for (int i = length - 1; i > 0; i--) {
      final int other = random.nextInt(i + 1);
      final int swapped = series[i];
      series[i] = series[other];
      series[other] = swapped;
    }
  }

  /** Takes a step, and says to which series. Finds the value of the step after that, in time. */
  public int next() {
    value = upcoming;
    upcoming = values.at(step);
    return series[step++ & mask];
  }

  /** Value of the last step taken, see {@link RandomValues#latencies}. */
  public double value() {
    return value;
  }
}
