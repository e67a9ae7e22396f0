package io.glint.bench.tail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void aHistogramSurvivesTheWayFromOneJvmToAnother() {
    final Histogram histogram = Latencies.create();
    for (long i = 1; i <= 1_000_000; i++) {
      Latencies.add(histogram, i);
    }
    assertThat(Latencies.decode(Latencies.encode(histogram))).isEqualTo(histogram);
    assertThat(Latencies.judged(histogram)).isBetween(999_000.0, 1_001_000.0);
  }

  @Test
  void theSlowestThousandthIsNotTypical() {
    final Histogram histogram = Latencies.create();
    for (int i = 0; i < 999; i++) {
      Latencies.add(histogram, i % 2 == 0 ? 100 : 301);
    }
    Latencies.add(histogram, 1_000_000_000);

    assertThat(Latencies.typical(histogram)).isBetween(200.0, 201.0);
  }

  @Test
  void mergingCountsAll() {
    final Histogram first = Latencies.create();
    Latencies.add(first, 10);
    final Histogram second = Latencies.create();
    Latencies.add(second, 1000);
    final Histogram both = Latencies.merge(List.of(first, second));
    assertThat(both.getTotalCount()).isEqualTo(2);
    assertThat(both.getMaxValue()).isEqualTo(1000);
  }

  @Test
  void aDurationOutOfRangeIsCountedToo() {
    final Histogram histogram = Latencies.create();
    Latencies.add(histogram, -5);
    Latencies.add(histogram, Long.MAX_VALUE);
    assertThat(histogram.getTotalCount()).isEqualTo(2);
  }
}
