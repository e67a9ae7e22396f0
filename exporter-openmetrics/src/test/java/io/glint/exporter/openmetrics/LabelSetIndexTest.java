package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LabelSetIndexTest {

  private final TextBuffer labels = new TextBuffer(64);
  private final LabelSetIndex index = new LabelSetIndex(labels);

  @Test
  void clearedIndexKnowsNothingWhateverItHeldBefore() {
    for (int round = 0; round < 3; round++) {
      for (final int size : new int[] {1, 5, 40, 10_000, 3, 700, 0, 2_000}) {
        assertThat(added(size)).as("of %d", size).isEqualTo(size);
        assertThat(added(size)).as("again of %d", size).isZero();
        labels.clear();
        index.clear();
      }
    }
  }

  @Test
  void smallUseLeavesTheRestOfALargeTableAlone() {
    added(500_000);
    clear();
    final long start = System.nanoTime();
    for (int family = 0; family < 20_000; family++) {
      added(2);
      clear();
    }
    // Filling a million slots 20 000 times takes several seconds.
    assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
  }

  @Test
  void largeTableIsKeptWhileItIsNeededAndThenGivenUp() {
    added(200_000);
    clear();
    added(3);
    index.reset();
    final int large = index.slots();
    assertThat(large).isGreaterThan(200_000);
    labels.reset();
    for (int i = 0; i < Retention.SMALL_USES; i++) {
      assertThat(index.slots()).isEqualTo(large);
      added(3);
      index.reset();
      labels.reset();
    }
    assertThat(index.slots()).isLessThan(100);
    labels.reset();
    assertThat(added(1_000)).isEqualTo(1_000);
    assertThat(added(1_000)).isZero();
  }

  private void clear() {
    labels.clear();
    index.clear();
  }

  private int added(int count) {
    int added = 0;
    for (int i = 0; i < count; i++) {
      final int start = labels.size();
      labels.ascii(Integer.toString(i));
      final int size = index.size();
      if (index.add(start, labels.size()) == size) {
        added++;
      }
    }
    return added;
  }
}
