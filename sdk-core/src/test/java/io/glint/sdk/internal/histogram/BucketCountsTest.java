package io.glint.sdk.internal.histogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketCountsTest {

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        127,
        128,
        255,
        256,
        32_767,
        32_768,
        65_535,
        65_536,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) - 1,
        1L << 32,
        Long.MAX_VALUE,
        -1,
        Long.MIN_VALUE
      })
  void eachCountIsReadBack(long largest) {
    final BucketCounts counts = new BucketCounts();
    counts.copy(new long[] {99, 0, largest, 3, 98}, 1, 3);
    assertThat(counts).containsExactly(0L, largest, 3L).isEqualTo(List.of(0L, largest, 3L));
    assertThat(counts.sum()).isEqualTo(largest + 3);
  }

  @Test
  void whatWasWiderOrLongerBeforeDoesNotShow() {
    final BucketCounts counts = new BucketCounts();
    counts.copy(new long[] {1L << 40, 2, 3}, 0, 3);
    counts.copy(new long[] {5, 6}, 0, 2);
    assertThat(counts).containsExactly(5L, 6L);
    counts.copy(new long[] {70_000, 300, 1, 2, 3, 4, 5, 6, 7}, 0, 9);
    assertThat(counts).containsExactly(70_000L, 300L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    counts.copy(new long[0], 0, 0);
    assertThat(counts).isEmpty();
  }

  @Test
  void thereIsNothingBeyondTheLastCount() {
    final BucketCounts counts = new BucketCounts();
    counts.copy(new long[] {1, 2, 3}, 0, 3);
    counts.copy(new long[] {1, 2}, 0, 2);
    assertThatThrownBy(() -> counts.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> counts.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> counts.add(1L)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void varintsAreThoseOfProtobuf() {
    final long[] kinds = {0, 1, 127, 128, 255, 256, 16_384, 65_535, 65_536, 1L << 32, -1};
    final Random random = new Random(1);
    final BucketCounts counts = new BucketCounts();
    for (int round = 0; round < 20_000; round++) {
      final long[] numbers = new long[random.nextInt(40)];
      // The first ones of the kinds fit into few bytes.
      final int most = 1 + random.nextInt(kinds.length);
      final int empty = random.nextInt(4);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = random.nextInt(4) < empty ? 0 : kinds[random.nextInt(most)];
      }
      counts.copy(numbers, 0, numbers.length);
      final byte[] expected = varints(numbers);
      final int behind = random.nextInt(3);
      final byte[] target = new byte[counts.varintRoom() + behind];
      final int end = target.length - behind;

      final int start = counts.writeVarints(target, end);
      assertThat(Arrays.copyOfRange(target, start, end)).as("%s", counts).isEqualTo(expected);
      assertThat(Arrays.copyOfRange(target, end, target.length)).isEqualTo(new byte[behind]);
    }
  }

  /** One byte after the other, seven bits in each, by the definition. */
  private static byte[] varints(long[] numbers) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (final long number : numbers) {
      long rest = number;
      while (rest >>> 7 != 0) {
        out.write((int) (rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      out.write((int) rest);
    }
    return out.toByteArray();
  }
}
