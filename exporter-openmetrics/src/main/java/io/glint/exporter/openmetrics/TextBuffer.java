package io.glint.exporter.openmetrics;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Checksum;
import java.util.zip.Deflater;

/**
 * A growable array of bytes, of text as UTF-8, that is filled, written out, cleared and used again.
 *
 * <p>Not safe for use by several threads at once.
 */
final class TextBuffer {

  /** A larger array is given up again, see {@link Retention}. */
  static final int KEPT_CAPACITY = 1024 * 1024;

  /** The longest array that any JVM makes. */
  static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

  private static final int MIN_REPLACEMENT = 16 * 1024;

  private static final int DEFLATED_AT_ONCE = 8 * 1024;

  /** How much is written at once. */
  private static final int PIECE = 32 * 1024;

  /** Eight characters, the first one highest. */
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Eight characters, the first one lowest. */
  private static final VarHandle DIGITS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The smallest number of so many digits. */
  private static final long[] LOWEST_OF_LENGTH = new long[20];

  static {
    for (int i = 2; i < LOWEST_OF_LENGTH.length; i++) {
      LOWEST_OF_LENGTH[i] = i == 2 ? 10 : LOWEST_OF_LENGTH[i - 1] * 10;
    }
  }

  private byte[] bytes;
  private int size;

  private final Retention retention = new Retention();

  TextBuffer(int initialCapacity) {
    bytes = new byte[initialCapacity];
  }

  int size() {
    return size;
  }

  byte byteAt(int index) {
    return bytes[index];
  }

  /** The size of the array, for tests. */
  int capacity() {
    return bytes.length;
  }

  void clear() {
    retention.needed(size);
    size = 0;
  }

  /** Ends a use: clears, and lets go of an array that has long been far too large. */
  void reset() {
    clear();
    if (retention.endsUse(bytes.length, KEPT_CAPACITY)) {
      bytes = new byte[Math.max(retention.smallSize() * 2, MIN_REPLACEMENT)];
    }
  }

  /** Appends one byte, the lowest of the number. */
  TextBuffer putByte(int number) {
    ensure(1);
    bytes[size++] = (byte) number;
    return this;
  }

  /** Changes one byte. */
  void setByte(int index, int number) {
    bytes[index] = (byte) number;
  }

  /** Appends 8 bytes, the lowest one first. */
  TextBuffer littleEndian(long number) {
    ensure(Long.BYTES);
    DIGITS.set(bytes, size, number);
    size += Long.BYTES;
    return this;
  }

  /** Moves everything from a place on, so that there is room for so many bytes before it. */
  void makeRoom(int at, int count) {
    ensure(count);
    System.arraycopy(bytes, at, bytes, at + count, size - at);
    size += count;
  }

  /** Forgets everything from {@code newSize} on. */
  void truncate(int newSize) {
    size = newSize;
  }

  /**
   * Writes all in pieces: the JDK's HTTP server copies what it is given at once into a new buffer
   * of twice that size, and a socket once more into one outside of the heap.
   */
  void writeTo(OutputStream stream) throws IOException {
    for (int from = 0; from < size; from += PIECE) {
      stream.write(bytes, from, Math.min(PIECE, size - from));
    }
  }

  /**
   * Appends all, compressed, to another buffer. The deflater gets a little room at a time, as it
   * holds off the garbage collector while it fills that.
   */
  void deflateTo(TextBuffer target, Deflater deflater, Checksum checksum) {
    checksum.update(bytes, 0, size);
    deflater.setInput(bytes, 0, size);
    deflater.finish();
    while (!deflater.finished()) {
      target.ensure(DEFLATED_AT_ONCE);
      target.size += deflater.deflate(target.bytes, target.size, DEFLATED_AT_ONCE);
    }
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** How many characters (code points) have been appended since the size was {@code from}. */
  int charactersFrom(int from) {
    int count = 0;
    for (int i = from; i < size; i++) {
      // Each but the first byte of a character begins with the bits 10.
      if ((bytes[i] & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }

  /** Whether the ranges {@code [from, from + length)} and {@code [other, other + length)} agree. */
  boolean sameBytes(int from, int other, int length) {
    return Arrays.equals(bytes, from, from + length, bytes, other, other + length);
  }

  TextBuffer put(char asciiChar) {
    ensure(1);
    bytes[size++] = (byte) asciiChar;
    return this;
  }

  /** Appends text that is known to hold ASCII only: names, keywords, digits. */
  @SuppressWarnings("deprecation") // It drops the upper bytes, which are none here.
  TextBuffer ascii(String text) {
    final int length = text.length();
    ensure(length);
    text.getBytes(0, length, bytes, size);
    size += length;
    return this;
  }

  /** Appends the decimal digits of a number, after a minus sign if it is negative. */
  TextBuffer integer(long number) {
    if (number >= 0 && number < 10) {
      return put((char) ('0' + number));
    }
    if (number >= 0) {
      return padded(number, digits(number));
    }
    if (number == Long.MIN_VALUE) {
      return ascii("-9223372036854775808");
    }
    put('-');
    return padded(-number, digits(-number));
  }

  /**
   * Appends the decimal digits of a number that is not negative.
   *
   * @param width how many digits, from 1 to 20: no fewer than the number has; there are zeros
   *     before those
   */
  TextBuffer padded(long number, int width) {
    // From the left, 8 digits at once; what is too much at the end is overwritten, or not counted.
    ensure(width + Long.BYTES);
    final int end = size + width;
    int rest = width;
    long low = number;
    if (rest > 16) {
      final long high = low / 10_000_000_000_000_000L;
      low -= high * 10_000_000_000_000_000L;
      putDigits((int) high, rest - 16);
      rest = 16;
    }
    if (rest > 8) {
      final long high = low / 100_000_000;
      low -= high * 100_000_000;
      putDigits((int) high, rest - 8);
      rest = 8;
    }
    putDigits((int) low, rest);
    size = end;
    return this;
  }

  /** Appends the last digits of a number below 10^8, up to 8. */
  private void putDigits(int number, int width) {
    final long digits = eightDigits(number) >>> (8 * (8 - width));
    DIGITS.set(bytes, size, digits + 0x3030_3030_3030_3030L);
    size += width;
  }

  /** The 8 decimal digits of a number, one in each byte, the first one lowest. */
  private static long eightDigits(int number) {
    final int high = number / 10_000;
    final long fours = high | ((long) (number - high * 10_000) << 32);
    // Below 10,000 this is the division by 100, and below 100 the next one is that by 10.
    final long hundreds = ((fours * 10_486) >>> 20) & 0x7F_0000_007FL;
    final long twos = hundreds | ((fours - hundreds * 100) << 16);
    final long tens = ((twos * 103) >>> 10) & 0x000F_000F_000F_000FL;
    return tens | ((twos - tens * 10) << 8);
  }

  /** How many decimal digits a number has that is not negative. */
  static int digits(long number) {
    // 1233 / 4096 is the logarithm of 2 to the base of 10, slightly more.
    final int bits = Long.SIZE - Long.numberOfLeadingZeros(number | 1);
    final int atMost = ((bits * 1233) >> 12) + 1;
    return number < LOWEST_OF_LENGTH[atMost] ? atMost - 1 : atMost;
  }

  /** Appends bytes as they are. */
  TextBuffer raw(byte[] source) {
    append(source, 0, source.length);
    return this;
  }

  /** Overwrites 16 bytes by the hexadecimal digits of a number. */
  void setHex(int at, long number) {
    LONGS.set(bytes, at, hexDigits(number >>> 32));
    LONGS.set(bytes, at + 8, hexDigits(number & 0xFFFF_FFFFL));
  }

  private void append(byte[] source, int from, int to) {
    final int length = to - from;
    ensure(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  /** The 8 digits of a number of 32 bits, one in each byte, the first one highest. */
  private static long hexDigits(long number) {
    long nibbles = ((number << 16) | number) & 0x0000_FFFF_0000_FFFFL;
    nibbles = ((nibbles << 8) | nibbles) & 0x00FF_00FF_00FF_00FFL;
    nibbles = ((nibbles << 4) | nibbles) & 0x0F0F_0F0F_0F0F_0F0FL;
    // One in each byte whose nibble is a letter.
    final long letters = ((nibbles + 0x0606_0606_0606_0606L) >>> 4) & 0x0101_0101_0101_0101L;
    return nibbles + 0x3030_3030_3030_3030L + letters * ('a' - '0' - 10);
  }

  /** Appends once more what is between two places of this buffer. */
  TextBuffer repeat(int from, int to) {
    return append(this, from, to);
  }

  TextBuffer append(TextBuffer source, int from, int to) {
    append(source.bytes, from, to);
    return this;
  }

  /** Appends text as it is. */
  TextBuffer utf8(String text) {
    for (int i = 0; i < text.length(); ) {
      i += codePoint(text, i, text.charAt(i));
    }
    return this;
  }

  /** Appends a label value or a quoted name: backslash, double quote and line feed are escaped. */
  TextBuffer labelValue(String value) {
    final int length = value.length();
    int i = 0;
    while (i < length) {
      final char c = value.charAt(i);
      switch (c) {
        case '\\' -> put('\\').put('\\');
        case '"' -> put('\\').put('"');
        case '\n' -> put('\\').put('n');
        default -> i += codePoint(value, i, c) - 1;
      }
      i++;
    }
    return this;
  }

  /**
   * Appends the text of a HELP line: backslash and line feed are escaped, and the double quote too
   * where the format asks for it. Carriage returns become line feeds, because one at the end of the
   * text would turn the line's end into CR LF, which OpenMetrics forbids.
   */
  TextBuffer help(String text, boolean escapeQuotes) {
    final int length = text.length();
    int i = 0;
    while (i < length) {
      final char c = text.charAt(i);
      if (c == '\\') {
        put('\\').put('\\');
      } else if (c == '\n') {
        put('\\').put('n');
      } else if (c == '\r') {
        if (i + 1 == length || text.charAt(i + 1) != '\n') {
          put('\\').put('n');
        }
      } else if (c == '"' && escapeQuotes) {
        put('\\').put('"');
      } else {
        i += codePoint(text, i, c) - 1;
      }
      i++;
    }
    return this;
  }

  /** Appends the code point at {@code index} and returns how many chars it took. */
  private int codePoint(String text, int index, char c) {
    if (c < 0x80) {
      put(c);
      return 1;
    }
    ensure(4);
    if (c < 0x800) {
      bytes[size++] = (byte) (0xC0 | (c >> 6));
      bytes[size++] = (byte) (0x80 | (c & 0x3F));
      return 1;
    }
    final int codePoint = text.codePointAt(index);
    if (codePoint >= Character.MIN_SUPPLEMENTARY_CODE_POINT) {
      bytes[size++] = (byte) (0xF0 | (codePoint >> 18));
      bytes[size++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
      bytes[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
      bytes[size++] = (byte) (0x80 | (codePoint & 0x3F));
      return 2;
    }
    // Half a surrogate pair has no UTF-8 form; the replacement character stands in for it.
    final int unit = Character.isSurrogate(c) ? 0xFFFD : c;
    bytes[size++] = (byte) (0xE0 | (unit >> 12));
    bytes[size++] = (byte) (0x80 | ((unit >> 6) & 0x3F));
    bytes[size++] = (byte) (0x80 | (unit & 0x3F));
    return 1;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, capacity(bytes.length, (long) size + more));
    }
  }

  /**
   * The length of a longer array: twice that of the old one, so that what is in it is seldom
   * copied, as far as arrays may be that long.
   *
   * @throws IllegalStateException if no array is long enough
   */
  static int capacity(int old, long needed) {
    if (needed > MAX_CAPACITY) {
      throw new IllegalStateException(
          "The body of a scrape would have more than "
              + MAX_CAPACITY
              + " bytes. Ask for the metrics in parts, by the parameter name[], or export them by"
              + " OTLP.");
    }
    return (int) Math.max(needed, Math.min(2L * old, MAX_CAPACITY));
  }
}
