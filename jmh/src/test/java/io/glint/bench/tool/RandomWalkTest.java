package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomWalkTest {
  @Test
  void allSeriesAreVisitedNearlyEquallyOften() {
    for (final int series : new int[] {1, 3, 128, 5000}) {
      final RandomWalk walk = new RandomWalk(series, 0);
      final int[] visits = new int[series];
      for (int i = 0; i < 8192; i++) {
        visits[walk.series(walk.next())]++;
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
      assertThat(first.series(i)).isEqualTo(again.series(i));
      assertThat(first.value(i)).isEqualTo(again.value(i));
      meetings += first.series(i) == second.series(i) ? 1 : 0;
    }
    assertThat(meetings).isLessThan(200);
  }
}
