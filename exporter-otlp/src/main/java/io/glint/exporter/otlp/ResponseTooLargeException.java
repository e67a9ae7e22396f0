package io.glint.exporter.otlp;

import java.io.IOException;

/** The response passes the limit, as sent or decompressed. Never a reason to try again. */
final class ResponseTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * Creates one.
   *
   * @param status the HTTP status of the response
   */
  ResponseTooLargeException(int limit, int status) {
    super("the response, with HTTP status " + status + ", is larger than " + limit + " bytes");
    this.status = status;
  }

  int status() {
    return status;
  }
}
