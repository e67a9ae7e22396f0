package io.glint.reservoir;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomNumbersTest {

  /** On which the exact tests of probabilities rely. */
  @ParameterizedTest
  @ValueSource(doubles = {0x1.0p-53, 0.001, 0.25, 0.3, 0.5, 0.999, 1})
  void aSeedCanBeFoundForAnyRandomNumber(double u) {
    final long afterOne = RandomNumbers.nextState(ReservoirTestSupport.seedFor(u, 1));
    assertThat(RandomNumbers.toUnitInterval(afterOne))
        .isEqualTo(Math.floor(u * 0x1.0p53) * 0x1.0p-53);
    long afterThree = ReservoirTestSupport.seedFor(u, 3);
    for (int i = 0; i < 3; i++) {
      afterThree = RandomNumbers.nextState(afterThree);
    }
    assertThat(afterThree).isEqualTo(afterOne);
  }
}
