package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
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

  @Test
  void theMedianLiesBetweenTwoSamplesByTheirRank() {
    final double[] twenty = IntStream.rangeClosed(1, 20).mapToDouble(i -> 21 - i).toArray();
    // The binomial distribution: 5 of 20 or fewer have a chance of 2.1 %, 6 or fewer of 5.8 %.
    assertThat(Statistics.medianInterval(twenty)).containsExactly(6, 15);
    assertThat(Statistics.medianInterval(6, 5, 4, 3, 2, 1)).containsExactly(1, 6);
    assertThat(Statistics.medianInterval(3, 1, 2)).containsExactly(1, 3);
    assertThat(Statistics.medianInterval(7)).containsExactly(7, 7);
  }
}
