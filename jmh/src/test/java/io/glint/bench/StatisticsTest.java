package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void medianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
    assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
    assertThat(Statistics.median(9, 1, 5, 6)).isEqualTo(5.5);
    assertThat(Statistics.median(7)).isEqualTo(7);
  }

  @Test
  void outlierDoesNotWidenTheInterquartileRange() {
    assertThat(Statistics.halfInterquartileRange(10, 11, 12, 13, 14)).isEqualTo(1);
    assertThat(Statistics.halfInterquartileRange(10, 11, 12, 13, 1e9)).isEqualTo(1);
  }

  @Test
  void quantilesInterpolate() {
    final double[] samples = {40, 10, 30, 20};
    assertThat(Statistics.quantile(samples, 0)).isEqualTo(10);
    assertThat(Statistics.quantile(samples, 0.25)).isEqualTo(17.5);
    assertThat(Statistics.quantile(samples, 1)).isEqualTo(40);
    assertThat(samples).containsExactly(40, 10, 30, 20);
  }

  @Test
  void noSamplesHaveNoMedian() {
    assertThatThrownBy(Statistics::median).isInstanceOf(IllegalArgumentException.class);
  }
}
