package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
  @Test
  void durationsHaveTheUnitThatSuitsThem() {
    assertThat(Numbers.duration(31)).isEqualTo("31.0 ns");
    assertThat(Numbers.duration(43_000)).isEqualTo("43.0 µs");
    assertThat(Numbers.duration(3_500_000)).isEqualTo("3.50 ms");
    assertThat(Numbers.duration(2e9)).isEqualTo("2.00 s");
  }

  @Test
  void theRangeIsShownBesideTheMedian() {
    assertThat(Numbers.withRange(3, 1, 2)).isEqualTo("2.00 (1.00–3.00)");
  }

  @Test
  void powersOfAThousandAreWords() {
    assertThat(Numbers.count(100)).isEqualTo("100");
    assertThat(Numbers.count(10_000)).isEqualTo("10k");
    assertThat(Numbers.count(1_500)).isEqualTo("1500");
    assertThat(Numbers.count(1_000_000)).isEqualTo("1M");
  }
}
