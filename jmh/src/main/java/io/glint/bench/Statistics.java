package io.glint.bench;

import java.util.Arrays;

/**
 * Medians and quartiles. Time samples have a long tail to one side, whatever else the machine does,
 * which moves a mean and widens its confidence interval without saying anything of the program.
 */
public final class Statistics {
  private Statistics() {}

  public static double median(double... samples) {
    return quantile(samples, 0.5);
  }

  /** Half the distance between the quartiles: half of the samples are about this close. */
  public static double halfInterquartileRange(double... samples) {
    return (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2;
  }

  /** The quantile by linear interpolation between the two closest samples. */
  public static double quantile(double[] samples, double q) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("There is no quantile of no samples");
    }
    final double[] sorted = samples.clone();
    Arrays.sort(sorted);
    final double place = q * (sorted.length - 1);
    final int below = (int) place;
    final int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Where the median of whatever the samples come from is, with a confidence of 95 % or a little
   * more, whatever their distribution: two of the samples, by their rank.
   *
   * @return the lower and the upper bound; the smallest and the largest sample of fewer than six
   */
  public static double[] medianInterval(double... samples) {
    final double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int rank = 0;
    double chance = Math.pow(0.5, sorted.length);
    double below = chance;
    while (below <= 0.025 && rank < sorted.length / 2) {
      rank++;
      chance *= (double) (sorted.length - rank + 1) / rank;
      below += chance;
    }
    final int place = Math.max(0, rank - 1);
    return new double[] {sorted[place], sorted[sorted.length - 1 - place]};
  }
}
