package io.glint.exporter.otlp;

import java.io.IOException;

/**
 * The response passes the limit, as sent or decompressed, and is that of a success. Never a reason
 * to try again.
 */
final class ResponseTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param status the HTTP status of the response
   */
  ResponseTooLargeException(int limit, int status) {
    super("the response, with HTTP status " + status + ", is larger than " + limit + " bytes");
  }
}
