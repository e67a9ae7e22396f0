package io.glint.bench.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.bench.tool.Arrivals;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;

class TailToolTest {
  @Test
  void percentilesAreNamedByTheirNines() {
    assertThat(TailTool.percentile(1)).isEqualTo("0 %");
    assertThat(TailTool.percentile(10)).isEqualTo("90 %");
    assertThat(TailTool.percentile(100)).isEqualTo("99 %");
    assertThat(TailTool.percentile(10_000)).isEqualTo("99.99 %");
  }

  @Test
  void ratiosAreThoseOfPairs() {
    assertThat(TailTool.ratios(new double[] {1, 3}, new double[] {10, 6}))
        .containsExactly(0.1, 0.5);
  }

  @Test
  void theVerdictSaysWhetherAnythingCanBeTold() {
    final double[] ratios = {0.05, 0.08, 0.3};
    assertThat(TailTool.verdict(Scenario.DELTA, ratios, 31, 100, 150))
        .contains("0.080 (0.050–0.300)", "met: yes", "at the floor");
    assertThat(TailTool.verdict(Scenario.CUMULATIVE, new double[] {0.2}, 31, 100, 5000))
        .contains("met: no", "50.0 times");
    assertThat(TailTool.verdict(Scenario.GARBAGE, ratios, 31, 100, 150)).doesNotContain("P9");
  }

  @Test
  void histogramsAreKeptAsOthersReadThem() {
    final HistogramFile file = new HistogramFile();
    for (int fork = 0; fork < 2; fork++) {
      final Histogram histogram = Latencies.create();
      Latencies.add(histogram, 1_000_000 + fork);
      file.add(Scenario.DELTA, Side.GLINT, fork, TailFork.SERVICE, histogram);
    }

    final HistogramLogReader reader =
        new HistogramLogReader(
            new ByteArrayInputStream(file.text().getBytes(StandardCharsets.UTF_8)));
    final Histogram first = (Histogram) reader.nextIntervalHistogram();
    assertThat(first.getTag()).isEqualTo("DELTA.GLINT.1.service");
    assertThat(first.getTotalCount()).isEqualTo(1);
    assertThat(first.valuesAreEquivalent(first.getMaxValue(), 1_000_000)).isTrue();
    assertThat(reader.nextIntervalHistogram().getTag()).isEqualTo("DELTA.GLINT.2.service");
    assertThat(reader.nextIntervalHistogram()).isNull();
  }

  @Test
  void callsAreDueAtTheRateAskedForAndAtRandom() {
    final Arrivals arrivals = new Arrivals(100_000, 0);
    long sum = 0;
    long longest = 0;
    for (int i = 0; i < 16_384; i++) {
      final long gap = arrivals.nextGap();
      assertThat(gap).isNotNegative();
      sum += gap;
      longest = Math.max(longest, gap);
    }
    assertThat(sum / 16_384.0).isBetween(9_500.0, 10_500.0);
    assertThat(longest).isGreaterThan(50_000);
  }
}
