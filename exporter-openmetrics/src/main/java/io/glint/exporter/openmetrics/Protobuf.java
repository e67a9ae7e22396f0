package io.glint.exporter.openmetrics;

/**
 * Writes protobuf messages (proto2) into a buffer. A nested message has its length in front of it:
 * room for one byte is left, and what follows is moved in the rare case that it needs more.
 *
 * <pre>{@code
 * int content = Protobuf.begin(out, 1);
 * Protobuf.string(out, 1, "name");
 * Protobuf.end(out, content);
 * }</pre>
 */
final class Protobuf {

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Protobuf() {}

  /** Starts a field that is a message, or several numbers; returns where its content begins. */
  static int begin(TextBuffer out, int field) {
    tag(out, field, LENGTH_DELIMITED);
    return begin(out);
  }

  /** Starts a message that has its length in front of it, but is no field. */
  static int begin(TextBuffer out) {
    return out.putByte(0).size();
  }

  /** Ends what was begun; nothing must have been ended before that was begun later. */
  static void end(TextBuffer out, int content) {
    final int length = out.size() - content;
    final int bytes = varintBytes(length);
    if (bytes > 1) {
      out.makeRoom(content, bytes - 1);
    }
    int at = content - 1;
    int rest = length;
    while (rest > 0x7F) {
      out.setByte(at++, rest | 0x80);
      rest >>>= 7;
    }
    out.setByte(at, rest);
  }

  static void string(TextBuffer out, int field, String value) {
    final int content = begin(out, field);
    out.utf8(value);
    end(out, content);
  }

  /** A field of type uint64, or of an enumeration. */
  static void uint64(TextBuffer out, int field, long value) {
    tag(out, field, VARINT);
    varint(out, value);
  }

  /** A field of type sint32 or sint64, which have the sign in the lowest bit. */
  static void signed(TextBuffer out, int field, long value) {
    tag(out, field, VARINT);
    zigzag(out, value);
  }

  static void float64(TextBuffer out, int field, double value) {
    tag(out, field, FIXED_64);
    // Not the raw bits: among those of NaN are the ones by which Prometheus ends a series.
    out.littleEndian(Double.doubleToLongBits(value));
  }

  /** A field of type {@code google.protobuf.Timestamp}. */
  static void timestamp(TextBuffer out, int field, long epochNanos) {
    final int content = begin(out, field);
    tag(out, 1, VARINT);
    varint(out, Math.floorDiv(epochNanos, NANOS_PER_SECOND));
    tag(out, 2, VARINT);
    varint(out, Math.floorMod(epochNanos, NANOS_PER_SECOND));
    end(out, content);
  }

  /** A number of type sint64 without a tag, of a packed field. */
  static void zigzag(TextBuffer out, long value) {
    varint(out, (value << 1) ^ (value >> 63));
  }

  /** How many bytes the length has that is at a place. */
  static int lengthBytes(TextBuffer in, int at) {
    int bytes = 1;
    while (in.byteAt(at + bytes - 1) < 0) {
      bytes++;
    }
    return bytes;
  }

  /** Where that ends of which the length is at a place. */
  static int contentEnd(TextBuffer in, int at) {
    final int bytes = lengthBytes(in, at);
    int length = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      length = length << 7 | (in.byteAt(at + i) & 0x7F);
    }
    return at + bytes + length;
  }

  private static void tag(TextBuffer out, int field, int wireType) {
    varint(out, (long) field << 3 | wireType);
  }

  private static void varint(TextBuffer out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.putByte((int) rest | 0x80);
      rest >>>= 7;
    }
    out.putByte((int) rest);
  }

  private static int varintBytes(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }
}
