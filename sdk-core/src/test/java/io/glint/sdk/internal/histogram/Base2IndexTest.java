package io.glint.sdk.internal.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The index against an oracle in decimal arithmetic of 80 digits. */
@Tag("long")
class Base2IndexTest {
  private static final MathContext DIGITS = new MathContext(80, RoundingMode.HALF_EVEN);

  static IntStream scales() {
    return IntStream.rangeClosed(Base2Index.MIN_SCALE, Base2Index.MAX_SCALE);
  }

  /** base(s) = 2^(2^-s), for scales above 0. */
  private static BigDecimal base(int scale) {
    BigDecimal base = BigDecimal.valueOf(2);
    for (int i = 0; i < scale; i++) {
      base = base.sqrt(DIGITS);
    }
    return base;
  }

  @ParameterizedTest
  @MethodSource("scales")
  void everyPowerOfTwoIsTheLastValueOfItsBucket(int scale) {
    for (int exponent = -1022; exponent <= 1023; exponent++) {
      final double power = Math.scalb(1.0, exponent);
      assertThat(Base2Index.at(power, scale))
          .as("2^%s at scale %s", exponent, scale)
          .isEqualTo(lastBucketUpTo(exponent, scale));
      assertThat(Base2Index.at(Math.nextUp(power), scale))
          .as("the double after 2^%s at scale %s", exponent, scale)
          .isEqualTo(firstBucketAbove(exponent, scale));
    }
  }

  private static int lastBucketUpTo(int exponent, int scale) {
    return scale >= 0 ? (exponent << scale) - 1 : (exponent - 1) >> -scale;
  }

  private static int firstBucketAbove(int exponent, int scale) {
    return scale >= 0 ? exponent << scale : exponent >> -scale;
  }

  @ParameterizedTest
  @MethodSource("scales")
  void everyBoundaryIsExactToTheNeighbouringDoubles(int scale) {
    if (scale <= 0) {
      return; // All boundaries are powers of two.
    }
    final BigDecimal base = base(scale);
    BigDecimal boundary = BigDecimal.ONE;
    for (int bucket = 1; bucket < 1 << scale; bucket++) {
      boundary = boundary.multiply(base, DIGITS);
      final double near = boundary.doubleValue();
      double value = Math.nextDown(Math.nextDown(near));
      for (int step = 0; step < 5; step++) {
        final boolean isAbove = new BigDecimal(value).compareTo(boundary) > 0;
        if (Base2Index.at(value, scale) != (isAbove ? bucket : bucket - 1)) {
          assertThat(Base2Index.at(value, scale))
              .as("%s at scale %s", value, scale)
              .isEqualTo(isAbove ? bucket : bucket - 1);
        }
        value = Math.nextUp(value);
      }
    }
  }

  /** What holds in one octave holds in all, as only the exponent differs. */
  @ParameterizedTest
  @MethodSource("scales")
  void octavesDifferByTheirExponentOnly(int scale) {
    if (scale < 0) {
      return;
    }
    final SplittableRandom random = new SplittableRandom(scale);
    for (int i = 0; i < 100_000; i++) {
      final double value = 1 + random.nextDouble();
      final int exponent = random.nextInt(-1022, 1023);
      assertThat(Base2Index.at(Math.scalb(value, exponent), scale))
          .isEqualTo(Base2Index.at(value, scale) + (exponent << scale));
    }
  }

  @Test
  void anIndexAtALowerScaleIsTheShiftedOneOfAHigherScale() {
    final SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100_000; i++) {
      final double value = Math.abs(Double.longBitsToDouble(random.nextLong()));
      if (!(value >= Double.MIN_NORMAL && value <= Double.MAX_VALUE)) {
        continue;
      }
      final int finest = Base2Index.at(value, Base2Index.MAX_SCALE);
      for (int scale = Base2Index.MIN_SCALE; scale < Base2Index.MAX_SCALE; scale++) {
        assertThat(Base2Index.at(value, scale)).isEqualTo(finest >> (Base2Index.MAX_SCALE - scale));
      }
    }
  }
}
