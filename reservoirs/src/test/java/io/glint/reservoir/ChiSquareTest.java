package io.glint.reservoir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The other tests rely on these p-values. */
class ChiSquareTest {

  /** Critical values as tables have them, with three decimals. */
  @ParameterizedTest
  @CsvSource({
    "1, 3.841, 0.05",
    "1, 10.828, 0.001",
    "2, 0.0201, 0.99",
    "2, 13.816, 0.001",
    "5, 1.1455, 0.95",
    "10, 18.307, 0.05",
    "10, 29.588, 0.001",
    "19, 43.820, 0.001",
    "50, 86.661, 0.001",
    "100, 77.929, 0.95",
    "100, 149.449, 0.001",
    "1000, 1143.917, 0.001",
  })
  void agreesWithTables(int degreesOfFreedom, double critical, double p) {
    assertThat(ChiSquare.upperTail(critical, degreesOfFreedom) / p).isCloseTo(1, within(0.002));
  }

  /** Of two degrees of freedom it is an exponential distribution. */
  @ParameterizedTest
  @CsvSource({"0.1", "1", "1.9999", "2", "4", "20", "200"})
  void isExponentialForTwoDegreesOfFreedom(double x) {
    assertThat(ChiSquare.upperTail(x, 2) / Math.exp(-x / 2)).isCloseTo(1, within(1e-12));
  }

  @Test
  void seesCountsThatAreNotEqual() {
    assertThat(ChiSquare.uniformP(new long[] {1000, 1000, 1000})).isEqualTo(1);
    assertThat(ChiSquare.uniformP(new long[] {1000, 1030, 970})).isGreaterThan(0.1);
    assertThat(ChiSquare.uniformP(new long[] {1000, 1200, 1000})).isLessThan(0.001);
  }
}
