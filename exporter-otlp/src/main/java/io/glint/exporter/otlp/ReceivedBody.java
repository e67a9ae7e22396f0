package io.glint.exporter.otlp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The body of an answer, up to a limit. Of one that breaks off, or is longer and not that of a
 * success, it has what came: the status, which says what became of the request, was there before.
 * One thread adds to it, any may read it.
 */
final class ReceivedBody {
  private final int limit;
  private final int status;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream(64);
  private volatile boolean isComplete;

  /**
   * Creates an empty one.
   *
   * @param status the HTTP status of the answer
   */
  ReceivedBody(int limit, int status) {
    this.limit = limit;
    this.status = status;
  }

  /**
   * Undoes gzip.
   *
   * @return the content, up to the limit: a few kilobytes can stand for gigabytes
   * @throws ResponseTooLargeException if there is more of it, and the status is a success
   */
  static byte[] gunzip(byte[] compressed, int limit, int status) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      final byte[] content = in.readNBytes(limit);
      if (isNeededWhole(status) && in.read() >= 0) {
        throw new ResponseTooLargeException(limit, status);
      }
      return content;
    }
  }

  /** Only the body of a success says what became of the points; of others the status does. */
  private static boolean isNeededWhole(int status) {
    return status / 100 == 2;
  }

  /**
   * Adds what has come.
   *
   * @return false if it passes the limit, and neither it nor what follows is needed
   * @throws ResponseTooLargeException if it passes the limit and is needed
   */
  boolean add(byte[] bytes, int offset, int length) throws ResponseTooLargeException {
    if (length > limit - received.size()) {
      if (isNeededWhole(status)) {
        throw new ResponseTooLargeException(limit, status);
      }
      return false;
    }
    received.write(bytes, offset, length);
    return true;
  }

  /** Tells that all of it has come. */
  void complete() {
    isComplete = true;
  }

  /** What was received so far. */
  byte[] bytes() {
    return received.toByteArray();
  }

  /** Whether it did not break off. */
  boolean isComplete() {
    return isComplete;
  }
}
