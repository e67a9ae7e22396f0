package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomValuesTest {
  private static final int STEPS = 1 << 18;

  @Test
  void allAreVisitedAboutEquallyOften() {
    final RandomValues values =
        new RandomValues(DoubleStream.iterate(0, i -> i + 1).iterator()::next);
    final int[] visits = new int[2048];
    for (int step = 0; step < STEPS; step++) {
      visits[(int) values.at(step)]++;
    }
    // 128 on average, with a standard deviation of 11.
    assertThat(Arrays.stream(visits).min().getAsInt()).isGreaterThan(60);
    assertThat(Arrays.stream(visits).max().getAsInt()).isLessThan(220);
  }

  /** No more than by chance, a value is the one that came a period before. */
  @Test
  void orderDoesNotRepeat() {
    final RandomValues values = new RandomValues(new SplittableRandom(1)::nextDouble);
    for (final int period : new int[] {1, 2, 3, 1024, 2048, 4096, 1 << 14, 1 << 16, 1 << 17}) {
      final long same =
          IntStream.range(0, STEPS)
              .filter(step -> values.at(step) == values.at(step + period))
              .count();
      // One in 2048, by chance.
      assertThat(same).as("period %s", period).isBetween(64L, 256L);
    }
  }

  @Test
  void latenciesAreInNearlyAllDefaultBuckets() {
    final double[] bounds = {0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500};
    final RandomValues values = RandomValues.latencies(new SplittableRandom(1));
    for (int i = 1; i < bounds.length; i++) {
      final double above = bounds[i - 1];
      final double to = bounds[i];
      assertThat(IntStream.range(0, STEPS).mapToDouble(values::at))
          .as("(%s, %s]", above, to)
          .anyMatch(value -> value > above && value <= to);
    }
  }
}
