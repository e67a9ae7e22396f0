package io.glint.exporter.otlp;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one protobuf message field by field: what a server answers, and requests that were encoded.
 * Every read is checked against the end of the message; what cannot be read throws {@link
 * IllegalArgumentException}.
 */
final class ProtoReader {
  static final int WIRE_VARINT = 0;
  static final int WIRE_FIXED64 = 1;
  static final int WIRE_LENGTH = 2;
  static final int WIRE_FIXED32 = 5;

  private static final VarHandle LITTLE_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] data;
  private int position;
  private int end;
  private int fieldStart;
  private int wireType;

  ProtoReader(byte[] data) {
    this(data, 0, data.length);
  }

  /** A reader of the bytes from {@code position} up to {@code end}, which must not change. */
  ProtoReader(byte[] data, int position, int end) {
    this.data = data;
    this.position = position;
    this.end = end;
  }

  /** Starts over, with other bytes of the same array. */
  void restart(int from, int to) {
    position = from;
    end = to;
  }

  /** Goes on in the nested message, and ends with it. */
  void enter() {
    final int start = contentStart();
    restart(start, position);
  }

  /** The number of the next field, or 0 at the end of the message. */
  int nextField() {
    if (position == end) {
      return 0;
    }
    fieldStart = position;
    final long tag = readVarint();
    wireType = (int) (tag & 7);
    final int field = (int) (tag >>> 3);
    if (field <= 0) {
      throw malformed("field number " + field);
    }
    return field;
  }

  /** Goes on to the next field of that number, past others; false if there is none. */
  boolean seek(int number) {
    for (int field = nextField(); field != 0; field = nextField()) {
      if (field == number) {
        return true;
      }
      skip();
    }
    return false;
  }

  /** The wire type of the field {@link #nextField} answered. */
  int wireType() {
    return wireType;
  }

  /** Where the field begins that {@link #nextField} answered. */
  int fieldStart() {
    return fieldStart;
  }

  /** Where the next field begins, or the end of the message. */
  int position() {
    return position;
  }

  long readVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == end) {
        throw malformed("a number is cut off");
      }
      final byte b = data[position++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number is longer than 64 bits");
  }

  int readSint32() {
    final long value = readVarint();
    return (int) (value >>> 1) ^ -(int) (value & 1);
  }

  long readFixed64() {
    return (long) LITTLE_ENDIAN_LONG.get(data, skipBytes(Long.BYTES));
  }

  double readDouble() {
    return Double.longBitsToDouble(readFixed64());
  }

  byte[] readBytes() {
    final int start = contentStart();
    return Arrays.copyOfRange(data, start, position);
  }

  /** Whether a number follows, in a packed field. */
  boolean hasMore() {
    return position < end;
  }

  /** A packed field of 64-bit numbers of fixed size. */
  long[] readPackedFixed64() {
    final ProtoReader in = readMessage();
    final long[] numbers = new long[(in.end - in.position) / Long.BYTES];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readFixed64();
    }
    return numbers;
  }

  /** A packed field of varints. */
  long[] readPackedVarints() {
    final ProtoReader in = readMessage();
    final long[] numbers = new long[in.end - in.position];
    int count = 0;
    while (in.hasMore()) {
      numbers[count++] = in.readVarint();
    }
    return Arrays.copyOf(numbers, count);
  }

  /** Passes over the value of a field, and answers the whole field, its number included. */
  byte[] copyField() {
    skip();
    return Arrays.copyOfRange(data, fieldStart, position);
  }

  /** Passes over the value of a field, and appends the whole field, its number included. */
  void copyField(ByteArrayOutputStream target) {
    skip();
    target.write(data, fieldStart, position - fieldStart);
  }

  /** Passes over a nested message or other field with a length, and answers where it begins. */
  int contentStart() {
    return skipBytes(readVarint());
  }

  /** A reader of the nested message; this one goes on behind it. */
  ProtoReader readMessage() {
    return new ProtoReader(data, contentStart(), position);
  }

  String readString() {
    final int start = contentStart();
    return new String(data, start, position - start, StandardCharsets.UTF_8);
  }

  /** Passes over the value of a field that is not of interest. */
  void skip() {
    switch (wireType) {
      case WIRE_VARINT -> readVarint();
      case WIRE_FIXED64 -> skipBytes(Long.BYTES);
      case WIRE_LENGTH -> skipBytes(readVarint());
      case WIRE_FIXED32 -> skipBytes(Integer.BYTES);
      default -> throw malformed("wire type " + wireType);
    }
  }

  /** Moves over that many bytes, and answers where they start. */
  private int skipBytes(long length) {
    if (length < 0 || length > end - position) {
      throw malformed("a field is cut off");
    }
    final int start = position;
    position += (int) length;
    return start;
  }

  private static IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException("malformed protobuf message: " + what);
  }
}
