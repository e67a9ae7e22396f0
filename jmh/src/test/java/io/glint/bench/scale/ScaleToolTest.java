package io.glint.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScaleToolTest {
  @Test
  void theSpreadIsTheLargestByTheSmallest() {
    assertThat(ScaleTool.spread(4, 2, 10)).isEqualTo(5);
  }

  @Test
  void threadsBeyondTheProcessorsTakeNoProcessorTime() {
    assertThat(ThreadCost.processorNanos(1000, 1, 2, 100)).isEqualTo(10);
    assertThat(ThreadCost.processorNanos(1000, 8, 2, 100)).isEqualTo(20);
  }

  @Test
  void boundariesRiseWithinTheRangeOfTheValues() {
    assertThat(BoundCost.bounds(1)).containsExactly(100.0);
    assertThat(BoundCost.bounds(1000))
        .hasSize(1000)
        .isSorted()
        .doesNotHaveDuplicates()
        .allMatch(bound -> bound > 1 && bound < 10_000);
  }
}
