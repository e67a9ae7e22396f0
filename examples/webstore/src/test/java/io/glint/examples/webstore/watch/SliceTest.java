package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.watch.Interval.Linked;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SliceTest {

  @Test
  void eachSlowBucketHasItsGreatestExemplarAsADotAndAllQuickOnesHaveOne() {
    final Slice slice = slice(0.012, 0.4, 0.02, 0.9, 0.6, 1.2, 7.0);

    assertThat(slice.dots()).extracting(Linked::value).containsExactly(0.4, 0.9, 1.2, 7.0);
  }

  @Test
  void anUpperBoundBelongsToItsBucket() {
    assertThat(Slice.bucketOf(0.01)).isZero();
    assertThat(Slice.bucketOf(0.0101)).isEqualTo(1);
    assertThat(Slice.bucketOf(5.0)).isEqualTo(13);
    assertThat(Slice.bucketOf(5.1)).isEqualTo(14);
  }

  private static Slice slice(double... values) {
    final List<Linked> linked =
        Arrays.stream(values)
            .mapToObj(value -> new Linked(value, "t" + value, "s", "FR", "card"))
            .toList();
    return Slice.of(
        7,
        1_000,
        2_000,
        new Interval(0, 0, 0, Distribution.EMPTY, Optional.empty(), Optional.empty(), linked));
  }
}
