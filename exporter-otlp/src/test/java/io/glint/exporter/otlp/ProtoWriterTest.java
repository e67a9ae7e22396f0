package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoWriterTest {
  private final ProtoWriter out = new ProtoWriter(1 << 20);

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        127,
        128,
        16_383,
        16_384,
        Integer.MAX_VALUE,
        Long.MAX_VALUE,
        -1,
        Long.MIN_VALUE
      })
  void varintIsReadBack(long value) throws IOException {
    out.int64Present(15, value);
    out.int64Present(16, value);

    final CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
    assertThat(in.readTag()).isEqualTo(16 << 3 | WireFormat.WIRETYPE_VARINT);
    assertThat(in.readInt64()).isEqualTo(value);
    assertThat(in.readTag()).isEqualTo(15 << 3 | WireFormat.WIRETYPE_VARINT);
    assertThat(in.readInt64()).isEqualTo(value);
    assertThat(in.isAtEnd()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void sint32IsReadBack(int value) throws IOException {
    out.sint32(1, value);

    final CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
    in.readTag();
    assertThat(in.readSInt32()).isEqualTo(value);
    assertThat(in.isAtEnd()).isTrue();
  }

  @Test
  void aPartIsKeptAsLongAsEachMessageHasOne() {
    final ProtoWriter whole = new ProtoWriter(1_000);
    final ProtoWriter part = whole.part(100);
    whole.reset();
    assertThat(whole.part(100)).isSameAs(part);
    whole.reset();
    whole.reset();
    assertThat(whole.part(100)).isNotSameAs(part);

    final ProtoWriter read = whole.part(100);
    whole.giveUpArray();
    assertThat(whole.part(100)).isNotSameAs(read);
  }

  @Test
  void defaultValuesAreLeftOutOnlyByImplicitPresence() {
    out.fixed64(1, 0);
    out.float64(1, 0.0);
    out.bool(1, false);
    out.int64(1, 0);
    out.sint32(1, 0);
    out.string(1, "");
    assertThat(out.size()).isZero();

    out.fixed64Present(1, 0);
    out.float64Present(1, 0.0);
    out.boolPresent(1, false);
    out.int64Present(1, 0);
    out.stringPresent(1, "");
    assertThat(out.size()).isEqualTo(9 + 9 + 2 + 2 + 2);
  }

  @Test
  void negativeZeroIsNotADefaultValue() {
    out.float64(1, -0.0);
    assertThat(out.size()).isEqualTo(9);
  }

  @Test
  void anyTextIsEncodedAsTheJdkDoes() throws IOException {
    // For half a surrogate pair, which has no encoding, the JDK would write a question mark.
    final CharsetEncoder jdk =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith("\uFFFD".getBytes(StandardCharsets.UTF_8));
    final Random random = new Random(42);
    for (int round = 0; round < 2_000; round++) {
      final String text = randomText(random);
      out.reset();
      out.stringPresent(1, text);

      final CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
      in.readTag();
      assertThat(in.readByteBuffer()).isEqualTo(jdk.encode(CharBuffer.wrap(text)));
      assertThat(in.isAtEnd()).isTrue();
    }
  }

  @Test
  void halfASurrogatePairBecomesTheReplacementCharacter() throws IOException {
    out.stringPresent(1, "\uD83Da\uDE00\uDE00\uD83D\uDE00\uD83D");

    final CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
    in.readTag();
    assertThat(in.readStringRequireUtf8()).isEqualTo("\uFFFDa\uFFFD\uFFFD\uD83D\uDE00\uFFFD");
  }

  @Test
  void contentSurvivesGrowth() throws IOException {
    final int count = 50_000;
    for (int i = count - 1; i >= 0; i--) {
      out.int64Present(1, i);
    }
    final CodedInputStream in = CodedInputStream.newInstance(out.toByteArray());
    for (int i = 0; i < count; i++) {
      in.readTag();
      assertThat(in.readInt64()).isEqualTo(i);
    }
    assertThat(in.isAtEnd()).isTrue();
  }

  @Test
  void limitIsExact() {
    final ProtoWriter limited = new ProtoWriter(100);
    final String fits = "x".repeat(98);
    assertThatCode(() -> limited.stringPresent(1, fits)).doesNotThrowAnyException();
    assertThat(limited.size()).isEqualTo(100);

    limited.reset();
    assertThatThrownBy(() -> limited.stringPresent(1, fits + "x"))
        .isInstanceOf(RequestTooLargeException.class);
  }

  @Test
  void arrayOfARareLargeMessageIsGivenUp() throws IOException {
    final ProtoWriter writer = new ProtoWriter(64 << 20);
    final byte[] large = new byte[8 << 20];
    Arrays.fill(large, (byte) 'x');
    writer.stringPresent(1, new String(large, StandardCharsets.US_ASCII));
    for (int i = 0; i < ProtoWriter.SMALL_MESSAGES; i++) {
      writer.reset();
      assertThat(writer.capacity()).isGreaterThanOrEqualTo(large.length);
      writer.stringPresent(1, "small");
    }
    writer.reset();
    writer.stringPresent(1, "small");

    assertThat(new String(writer.toByteArray(), 2, 5, StandardCharsets.US_ASCII))
        .isEqualTo("small");
    assertThat(writer.capacity()).isLessThan(1 << 20);
  }

  @Test
  void arrayIsKeptWhereTheLastOfSomeMessagesIsAlwaysSmall() {
    final ProtoWriter writer = new ProtoWriter(64 << 20);
    final byte[] large = new byte[8 << 20];
    byte[] array = null;
    for (int i = 0; i < 4 * ProtoWriter.SMALL_MESSAGES; i++) {
      writer.reset();
      writer.raw(large);
      if (array != null) {
        assertThat(writer.array()).isSameAs(array);
      }
      array = writer.array();
      writer.reset();
      writer.stringPresent(1, "small");
    }
  }

  private static String randomText(Random random) {
    final StringBuilder text = new StringBuilder();
    final int length = random.nextInt(20);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(5)) {
        case 0 -> text.append((char) random.nextInt(0x80));
        case 1 -> text.append((char) random.nextInt(0x800));
        case 2 -> text.append((char) random.nextInt(0x10000));
        case 3 -> text.append((char) (0xD800 + random.nextInt(0x800)));
        default -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
      }
    }
    return text.toString();
  }
}
