package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class TextBufferTest {

  private static final int LARGE = 4 * TextBuffer.KEPT_CAPACITY;

  private final TextBuffer buffer = new TextBuffer(16);

  @Test
  void largeArrayIsGivenUpAfterSeveralSmallUsesInARow() {
    buffer.ascii("x".repeat(LARGE));
    buffer.reset();
    for (int i = 0; i < Retention.SMALL_USES; i++) {
      assertThat(buffer.capacity()).isGreaterThanOrEqualTo(LARGE);
      buffer.ascii("small");
      buffer.reset();
    }
    assertThat(buffer.capacity()).isLessThan(TextBuffer.KEPT_CAPACITY);
    assertThat(buffer.ascii("again").text(0, 5)).isEqualTo("again");
  }

  @Test
  void largeArrayIsKeptIfAnyUseSinceTheLastResetNeededIt() {
    for (int i = 0; i < 3; i++) {
      buffer.ascii("x".repeat(LARGE));
      buffer.clear();
      buffer.ascii("small");
      buffer.reset();
      assertThat(buffer.capacity()).isGreaterThanOrEqualTo(LARGE);
    }
  }

  @Test
  void largeArrayIsKeptIfLargeAndSmallUsesTakeTurns() {
    for (int i = 0; i < 4 * Retention.SMALL_USES; i++) {
      buffer.ascii(i % 2 == 0 ? "x".repeat(LARGE) : "small");
      buffer.reset();
      assertThat(buffer.capacity()).isGreaterThanOrEqualTo(LARGE);
    }
  }

  @Test
  void arraysOfMoreThanAGigabyteAreNotCopiedForEachFewBytes() {
    assertThat(TextBuffer.capacity(16, 17)).isEqualTo(32);
    assertThat(TextBuffer.capacity(16, 100)).isEqualTo(100);
    assertThat(TextBuffer.capacity(1 << 30, (1L << 30) + 8)).isEqualTo(TextBuffer.MAX_CAPACITY);
    assertThat(TextBuffer.capacity(1 << 30, TextBuffer.MAX_CAPACITY))
        .isEqualTo(TextBuffer.MAX_CAPACITY);
    assertThatIllegalStateException()
        .isThrownBy(() -> TextBuffer.capacity(1 << 30, TextBuffer.MAX_CAPACITY + 1L))
        .withMessageContainingAll("body of a scrape", "name[]");
  }

  @Test
  void idsOfSpansHaveAllTheirDigits() {
    TextExemplarWriter.spanIds(buffer, 0x0123456789abcdefL, -1, 0).put(' ');
    TextExemplarWriter.spanIds(buffer, 0, Long.MIN_VALUE, 0xa9L);
    assertThat(buffer.text(0, buffer.size()))
        .isEqualTo(
            "trace_id=\"0123456789abcdef"
                + "f".repeat(16)
                + "\",span_id=\""
                + "0".repeat(16)
                + "\" trace_id=\""
                + "0".repeat(16)
                + "8"
                + "0".repeat(15)
                + "\",span_id=\""
                + "0".repeat(14)
                + "a9\"");
  }

  @Test
  void charactersAreCountedAndNotBytes() {
    buffer.ascii("before").labelValue("a\"é日😀\uD83D");
    assertThat(buffer.charactersFrom("before".length())).isEqualTo(7);
    assertThat(buffer.charactersFrom(buffer.size())).isZero();
  }
}
