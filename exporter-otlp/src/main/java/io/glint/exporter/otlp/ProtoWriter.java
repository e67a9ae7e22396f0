package io.glint.exporter.otlp;

import io.glint.sdk.internal.histogram.BucketCounts;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes protobuf messages from their end to their beginning into one growing array.
 *
 * <p>A nested message carries its length in front of it. Writing backwards, the length is known by
 * the time it is needed: no pass to compute sizes, no cache of sizes, no object per message. The
 * price is that the fields of a message and the elements of a repeated field must be written last
 * one first; on the wire they then appear in ascending order.
 *
 * <pre>{@code
 * int end = out.size();        // where the nested message ends
 * out.string(2, "version");
 * out.string(1, "name");
 * out.endMessage(1, end);      // length and tag of field 1
 * }</pre>
 *
 * <p>The array is kept between messages, so that a writer in use allocates nothing. Methods named
 * after a plain type follow the implicit presence of proto3 and leave out the default value; those
 * that end in {@code Present} write it, for members of a oneof and fields declared optional.
 *
 * <p>Not safe for use by several threads at once.
 */
final class ProtoWriter {
  private static final VarHandle LITTLE_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int WIRE_VARINT = 0;
  private static final int WIRE_FIXED64 = 1;
  private static final int WIRE_LENGTH = 2;

  private static final char REPLACEMENT = '\uFFFD';

  private static final int INITIAL_CAPACITY = 8 * 1024;

  /** A larger array is given up again when messages fill less than a quarter of it. */
  private static final int KEPT_CAPACITY = 1024 * 1024;

  /**
   * So many such messages, one after the other. Of a collection in batches the last one is small,
   * and the next one is not.
   */
  static final int SMALL_MESSAGES = 8;

  private final int maxSize;
  private byte[] buffer;

  /** Index of the first byte written; everything from here to the end of the array is content. */
  private int position;

  /** How many messages in a row were far too small for the array. */
  private int smallMessages;

  /** See {@link #part}; null if there is none. */
  private @Nullable ProtoWriter part;

  private boolean isPartUsed;

  /**
   * Creates a writer.
   *
   * @param maxSize the largest message in bytes; writing beyond it throws {@link
   *     RequestTooLargeException}
   */
  ProtoWriter(int maxSize) {
    this.maxSize = maxSize;
    this.buffer = new byte[Math.min(INITIAL_CAPACITY, maxSize)];
    this.position = buffer.length;
  }

  /** Forgets what was written; the array is kept unless it is far too large for long. */
  void reset() {
    if (!isPartUsed) {
      part = null;
    }
    isPartUsed = false;
    final int size = size();
    final boolean isSmall = buffer.length > KEPT_CAPACITY && size < buffer.length / 4;
    smallMessages = isSmall ? smallMessages + 1 : 0;
    if (smallMessages == SMALL_MESSAGES) {
      buffer = new byte[Math.max(size * 2, INITIAL_CAPACITY)];
      smallMessages = 0;
    }
    position = buffer.length;
  }

  /** Leaves the arrays to whoever still reads them, and forgets what was written. */
  void giveUpArray() {
    part = null;
    buffer = new byte[Math.min(INITIAL_CAPACITY, maxSize)];
    position = buffer.length;
  }

  /**
   * A second writer, for messages that this one is cut into. It is kept as long as each message has
   * one, and given up with the array of this one.
   *
   * @param partSize the largest of those messages in bytes
   */
  ProtoWriter part(int partSize) {
    if (part == null || part.maxSize != partSize) {
      part = new ProtoWriter(partSize);
    }
    isPartUsed = true;
    return part;
  }

  /** The number of bytes written so far. */
  int size() {
    return buffer.length - position;
  }

  /** The size of the array, for tests. */
  int capacity() {
    return buffer.length;
  }

  /** The array, whose content is from {@link #start} to {@link #end}. */
  byte[] array() {
    return buffer;
  }

  int start() {
    return position;
  }

  int end() {
    return buffer.length;
  }

  int maxSize() {
    return maxSize;
  }

  void writeTo(OutputStream target) throws IOException {
    target.write(buffer, position, size());
  }

  byte[] toByteArray() {
    return Arrays.copyOfRange(buffer, position, buffer.length);
  }

  /**
   * Completes a nested message, string or packed field: puts its length and tag in front.
   *
   * @param end the {@link #size()} before its first byte was written
   */
  void endMessage(int field, int end) {
    varint(size() - end);
    tag(field, WIRE_LENGTH);
  }

  void fixed64(int field, long value) {
    if (value != 0) {
      fixed64Present(field, value);
    }
  }

  void fixed64Present(int field, long value) {
    rawFixed64(value);
    tag(field, WIRE_FIXED64);
  }

  void float64(int field, double value) {
    // By bits: -0.0 is not the default value.
    fixed64(field, Double.doubleToRawLongBits(value));
  }

  void float64Present(int field, double value) {
    fixed64Present(field, Double.doubleToRawLongBits(value));
  }

  void bool(int field, boolean value) {
    if (value) {
      boolPresent(field, true);
    }
  }

  void boolPresent(int field, boolean value) {
    rawByte(value ? 1 : 0);
    tag(field, WIRE_VARINT);
  }

  /** A field of type int64 or of an enumeration. */
  void int64(int field, long value) {
    if (value != 0) {
      int64Present(field, value);
    }
  }

  void int64Present(int field, long value) {
    varint(value);
    tag(field, WIRE_VARINT);
  }

  /** A field of type sint32, which puts the sign into the lowest bit. */
  void sint32(int field, int value) {
    if (value != 0) {
      varint(((value << 1) ^ (value >> 31)) & 0xFFFF_FFFFL);
      tag(field, WIRE_VARINT);
    }
  }

  void string(int field, String value) {
    if (!value.isEmpty()) {
      stringPresent(field, value);
    }
  }

  void stringPresent(int field, String value) {
    final int end = size();
    utf8(value);
    endMessage(field, end);
  }

  /** A bytes field given in lower- or upper-case hexadecimal digits, as trace and span ids are. */
  void hexBytes(int field, String digits) {
    final int end = size();
    final int count = digits.length() / 2;
    ensure(count);
    for (int i = count - 1; i >= 0; i--) {
      final int high = Character.digit(digits.charAt(2 * i), 16);
      final int low = Character.digit(digits.charAt(2 * i + 1), 16);
      buffer[--position] = (byte) (high << 4 | low);
    }
    endMessage(field, end);
  }

  /** A bytes field given as a number, its highest byte first. */
  void bigEndian(int field, long number) {
    final int end = size();
    rawBigEndian(number);
    endMessage(field, end);
  }

  /** A bytes field given as two numbers, each with its highest byte first. */
  void bigEndian(int field, long high, long low) {
    final int end = size();
    rawBigEndian(low);
    rawBigEndian(high);
    endMessage(field, end);
  }

  private void rawBigEndian(long number) {
    ensure(Long.BYTES);
    position -= Long.BYTES;
    BIG_ENDIAN_LONG.set(buffer, position, number);
  }

  /** A bytes field: what remains in the buffer, whose position stays. */
  void bytesPresent(int field, ByteBuffer value) {
    final int end = size();
    final int length = value.remaining();
    ensure(length);
    position -= length;
    value.get(value.position(), buffer, position, length);
    endMessage(field, end);
  }

  /** Fields that were encoded before. */
  void raw(byte[] bytes, int from, int to) {
    final int length = to - from;
    ensure(length);
    position -= length;
    System.arraycopy(bytes, from, buffer, position, length);
  }

  /**
   * Writes once more what was written when the size grew from one to the other.
   *
   * @param end the {@link #size()} before it was written
   * @param start the size afterwards
   */
  void repeat(int end, int start) {
    final int length = start - end;
    ensure(length);
    position -= length;
    System.arraycopy(buffer, buffer.length - start, buffer, position, length);
  }

  void raw(byte[] bytes) {
    raw(bytes, 0, bytes.length);
  }

  /** One element of a packed field of 64-bit numbers; {@link #endMessage} completes the field. */
  void rawFixed64(long value) {
    ensure(Long.BYTES);
    position -= Long.BYTES;
    LITTLE_ENDIAN_LONG.set(buffer, position, value);
  }

  /** A packed field of 64-bit numbers; none if it has no elements. */
  void packedFixed64(int field, List<Long> numbers) {
    final int count = numbers.size();
    if (count > 0) {
      final int length = reserve(count);
      for (int i = 0; i < count; i++) {
        LITTLE_ENDIAN_LONG.set(buffer, position + i * Long.BYTES, get(numbers, i));
      }
      endPacked(field, length);
    }
  }

  /** A packed field of doubles; none if it has no elements. */
  void packedDoubles(int field, List<Double> numbers) {
    final int count = numbers.size();
    if (count > 0) {
      final int length = reserve(count);
      for (int i = 0; i < count; i++) {
        LITTLE_ENDIAN_LONG.set(
            buffer, position + i * Long.BYTES, Double.doubleToRawLongBits(numbers.get(i)));
      }
      endPacked(field, length);
    }
  }

  /** A packed field of varints; none if it has no elements. */
  void packedVarints(int field, List<Long> numbers) {
    final int count = numbers.size();
    if (count > 0) {
      final int end = size();
      if (numbers instanceof BucketCounts counts && counts.varintRoom() <= maxSize - end) {
        ensure(counts.varintRoom());
        position = counts.writeVarints(buffer, position);
      } else {
        for (int i = count - 1; i >= 0; i--) {
          varint(get(numbers, i));
        }
      }
      endMessage(field, end);
    }
  }

  /** The lists of Glint's points make no object of a number, whatever other lists come here. */
  private static long get(List<Long> numbers, int index) {
    return numbers instanceof BucketCounts counts ? counts.getLong(index) : numbers.get(index);
  }

  /** Makes room in front of what is written, and answers the number of bytes. */
  private int reserve(int longs) {
    final int length = Math.multiplyExact(longs, Long.BYTES);
    ensure(length);
    position -= length;
    return length;
  }

  private void endPacked(int field, int length) {
    varint(length);
    tag(field, WIRE_LENGTH);
  }

  /** One element of a packed field of varints. */
  void varint(long value) {
    // Counts of buckets and lengths of messages are nearly always this short.
    if (value >>> 7 == 0) {
      rawByte((int) value);
    } else if (value >>> 14 == 0) {
      ensure(2);
      position -= 2;
      buffer[position] = (byte) (value | 0x80);
      buffer[position + 1] = (byte) (value >>> 7);
    } else {
      longVarint(value);
    }
  }

  private void longVarint(long value) {
    final int length = varintLength(value);
    ensure(length);
    position -= length;
    int at = position;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[at++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    buffer[at] = (byte) rest;
  }

  /** The bytes of a varint. */
  static int varintLength(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** The tag of a string, a message or a packed field whose number is below 16: one byte. */
  static byte lengthTag(int field) {
    return (byte) (field << 3 | WIRE_LENGTH);
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void rawByte(int value) {
    ensure(1);
    buffer[--position] = (byte) value;
  }

  private void utf8(String text) {
    int i = text.length() - 1;
    ensure(text.length());
    // Nearly all names, keys and values are ASCII.
    while (i >= 0 && text.charAt(i) < 0x80) {
      buffer[--position] = (byte) text.charAt(i--);
    }
    while (i >= 0) {
      final char c = text.charAt(i--);
      if (c < 0x80) {
        rawByte(c);
      } else if (c < 0x800) {
        continuation(c);
        rawByte(0xC0 | c >> 6);
      } else if (!Character.isSurrogate(c)) {
        continuation(c);
        continuation(c >> 6);
        rawByte(0xE0 | c >> 12);
      } else if (Character.isLowSurrogate(c)
          && i >= 0
          && Character.isHighSurrogate(text.charAt(i))) {
        final int codePoint = Character.toCodePoint(text.charAt(i--), c);
        continuation(codePoint);
        continuation(codePoint >> 6);
        continuation(codePoint >> 12);
        rawByte(0xF0 | codePoint >> 18);
      } else {
        // Half a surrogate pair has no encoding; the replacement character stands in for it.
        continuation(REPLACEMENT);
        continuation(REPLACEMENT >> 6);
        rawByte(0xE0 | REPLACEMENT >> 12);
      }
    }
  }

  private void continuation(int bits) {
    rawByte(0x80 | (bits & 0x3F));
  }

  private void ensure(int bytes) {
    if (position < bytes) {
      grow(bytes);
    }
  }

  private void grow(int bytes) {
    final int size = size();
    final long needed = (long) size + bytes;
    if (needed > maxSize) {
      throw new RequestTooLargeException();
    }
    final int capacity = (int) Math.min(maxSize, Math.max(needed, 2L * buffer.length));
    final byte[] larger = new byte[capacity];
    System.arraycopy(buffer, position, larger, capacity - size, size);
    buffer = larger;
    position = capacity - size;
  }
}
