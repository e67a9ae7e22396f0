package io.glint.exporter.openmetrics;

import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses bodies as gzip (RFC 1952), with a deflater, which takes 256 kB outside of the heap,
 * that is used again and again.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Zipper {

  /** Deflated, without flags and time, by an unknown operating system. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /** As raw data: the header and the end of gzip are not the deflater's. */
  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

  private final CRC32 checksum = new CRC32();

  /** Appends a body, compressed, to another buffer. */
  void zip(TextBuffer body, TextBuffer zipped) {
    checksum.reset();
    for (final byte each : HEADER) {
      zipped.put((char) (each & 0xFF));
    }
    try {
      body.deflateTo(zipped, deflater, checksum);
    } finally {
      // It would hold the body.
      deflater.reset();
    }
    lowBytesFirst((int) checksum.getValue(), zipped);
    lowBytesFirst(body.size(), zipped);
  }

  private static void lowBytesFirst(int number, TextBuffer zipped) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      zipped.put((char) ((number >>> shift) & 0xFF));
    }
  }
}
