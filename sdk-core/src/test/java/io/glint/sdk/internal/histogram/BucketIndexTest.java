package io.glint.sdk.internal.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BucketIndexTest {

  static Stream<double[]> boundaries() {
    final SplittableRandom random = new SplittableRandom(42);
    final double[] thousand = random.doubles(1000, 0.001, 1e6).sorted().distinct().toArray();
    final double[] close = new double[200];
    for (int i = 0; i < close.length; i++) {
      close[i] = i == 0 ? 1 : Math.nextUp(close[i - 1]);
    }
    return Stream.of(
        new double[] {},
        new double[] {0},
        new double[] {5},
        new double[] {-5},
        new double[] {-5, -1, 0, 2},
        new double[] {0, 1},
        new double[] {-1, 1},
        new double[] {Double.MIN_VALUE, Double.MIN_NORMAL, 1, Double.MAX_VALUE},
        new double[] {0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1e3, 2.5e3, 5e3, 7.5e3, 1e4},
        new double[] {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
        new double[] {1e-300, 1e-100, 1, 1e100, 1e300},
        close,
        thousand);
  }

  @ParameterizedTest
  @MethodSource("boundaries")
  void agreesWithALinearSearchEverywhere(double[] boundaries) {
    final BucketIndex index = new BucketIndex(boundaries);
    assertThat(index.bucketCount()).isEqualTo(boundaries.length + 1);
    for (final double boundary : boundaries) {
      check(index, boundaries, boundary);
      check(index, boundaries, Math.nextUp(boundary));
      check(index, boundaries, Math.nextDown(boundary));
    }
    for (final double value :
        new double[] {
          0,
          -0.0,
          1,
          -1,
          Double.MIN_VALUE,
          -Double.MIN_VALUE,
          Double.MIN_NORMAL,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY
        }) {
      check(index, boundaries, value);
    }
    final SplittableRandom random = new SplittableRandom(boundaries.length);
    for (int i = 0; i < 200_000; i++) {
      final double anyBits = Double.longBitsToDouble(random.nextLong());
      if (!Double.isNaN(anyBits)) {
        check(index, boundaries, anyBits);
      }
      check(index, boundaries, Math.exp(random.nextDouble() * 30 - 10));
    }
  }

  private static void check(BucketIndex index, double[] boundaries, double value) {
    int expected = 0;
    while (expected < boundaries.length && value > boundaries[expected]) {
      expected++;
    }
    if (index.indexOf(value) != expected) {
      assertThat(index.indexOf(value))
          .as("bucket of %s among %s boundaries", value, boundaries.length)
          .isEqualTo(expected);
    }
  }

  @Test
  void upperBoundariesAreInclusive() {
    final BucketIndex index = new BucketIndex(new double[] {0, 5, 10});
    assertThat(index.indexOf(0)).isEqualTo(0);
    assertThat(index.indexOf(5)).isEqualTo(1);
    assertThat(index.indexOf(Math.nextUp(5.0))).isEqualTo(2);
    assertThat(index.indexOf(10)).isEqualTo(2);
    assertThat(index.indexOf(10.1)).isEqualTo(3);
  }
}
