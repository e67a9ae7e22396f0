package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomWalkTest {
  @Test
  void allSeriesAreVisitedNearlyEquallyOften() {
    for (final int series : new int[] {1, 3, 128, 5000}) {
      final RandomWalk walk = new RandomWalk(series, 0);
      final int[] visits = new int[series];
      for (int i = 0; i < 1 << 14; i++) {
        visits[walk.next()]++;
      }
      assertThat(visits).doesNotContain(0);
    }
  }

  @Test
  void threadsGoDifferentWaysAndEachTheSameWayAgain() {
    final RandomWalk first = new RandomWalk(128, 0);
    final RandomWalk again = new RandomWalk(128, 0);
    final RandomWalk second = new RandomWalk(128, 1);
    int meetings = 0;
    for (int i = 0; i < 2048; i++) {
      final int series = first.next();
      assertThat(again.next()).isEqualTo(series);
      assertThat(again.value()).isEqualTo(first.value());
      meetings += second.next() == series ? 1 : 0;
    }
    assertThat(meetings).isLessThan(200);
  }
}
