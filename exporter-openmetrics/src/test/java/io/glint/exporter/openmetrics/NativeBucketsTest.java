package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NativeBucketsTest {

  private static Map<Integer, Long> counts(NativeBuckets.Side side) {
    side.makeSpans();
    final Map<Integer, Long> counts = new TreeMap<>();
    int index = 0;
    int next = 0;
    for (int span = 0; span < side.spans(); span++) {
      assertThat(side.spanLength(span)).isPositive();
      assertThat(span == 0 || side.spanOffset(span) > 0).isTrue();
      index += side.spanOffset(span);
      for (int i = 0; i < side.spanLength(span); i++) {
        final long count = side.spannedCount(next++);
        if (count > 0) {
          counts.put(index, count);
        }
        index++;
      }
    }
    assertThat(next).isEqualTo(side.spannedCounts());
    return counts;
  }

  private static List<Long> randomCounts(Random random) {
    final List<Long> counts = new ArrayList<>();
    for (int i = random.nextInt(200); i > 0; i--) {
      counts.add(random.nextInt(4) == 0 ? 1L + random.nextInt(1000) : 0L);
    }
    return counts;
  }

  /** By real numbers: the bucket of the lower scale that has the upper bound of a bucket. */
  private static Map<Integer, Long> expected(int scale, int offset, List<Long> counts, int schema) {
    final Map<Integer, Long> expected = new TreeMap<>();
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) > 0) {
        final double logarithm = (offset + i + 1) / Math.pow(2, scale - schema);
        expected.merge((int) Math.ceil(logarithm), counts.get(i), Long::sum);
      }
    }
    return expected;
  }

  @Test
  void downscalingKeepsEachValueBetweenTheSameBounds() {
    final Random random = new Random(1);
    final NativeBuckets buckets = new NativeBuckets();
    for (int round = 0; round < 5000; round++) {
      final int scale = random.nextInt(25) - 4;
      int offset = random.nextInt(1600) - 800;
      List<Long> counts = randomCounts(random);
      // Within what a double can be, at each scale.
      offset = scale < 0 ? offset >> (8 - scale) : offset;
      counts = scale < 0 ? counts.subList(0, Math.min(3, counts.size())) : counts;
      final boolean valid =
          buckets.set(Metrics.exponentialPoint(Attributes.empty(), 1, scale, offset, counts));
      assertThat(valid).isTrue();
      final int schema = Math.min(scale, 8);
      assertThat(buckets.schema()).isEqualTo(schema);
      assertThat(counts(buckets.positive())).isEqualTo(expected(scale, offset, counts, schema));
      assertThat(buckets.count()).isEqualTo(counts.stream().mapToLong(Long::longValue).sum());
    }
  }

  @Test
  void sumsAreExactAtTheLowerScale() {
    final Random random = new Random(2);
    for (int round = 0; round < 2000; round++) {
      final NativeBuckets one = new NativeBuckets();
      final NativeBuckets other = new NativeBuckets();
      final int scale = random.nextInt(12);
      final int otherScale = random.nextInt(12);
      final int offset = random.nextInt(300) - 150;
      final int otherOffset = random.nextInt(300) - 150;
      final List<Long> counts = randomCounts(random);
      final List<Long> otherCounts = randomCounts(random);
      one.set(Metrics.exponentialPoint(Attributes.empty(), 1, scale, offset, counts));
      other.set(
          Metrics.exponentialPoint(Attributes.empty(), 1, otherScale, otherOffset, otherCounts));
      one.add(other);
      final int schema = Math.min(8, Math.min(scale, otherScale));
      final Map<Integer, Long> expected = expected(scale, offset, counts, schema);
      expected(otherScale, otherOffset, otherCounts, schema)
          .forEach((index, count) -> expected.merge(index, count, Long::sum));
      // What no double can be is in the last bucket, at low scales.
      final Map<Integer, Long> actual = counts(one.positive());
      final long first = (-1075L << schema);
      final long last = (1024L << schema) + 1;
      final Map<Integer, Long> clamped = new TreeMap<>();
      expected.forEach(
          (index, count) ->
              clamped.merge((int) Math.max(first, Math.min(last, index)), count, Long::sum));
      assertThat(one.schema()).isEqualTo(schema);
      assertThat(actual).isEqualTo(clamped);
    }
  }
}
