package io.glint.exporter.otlp;

import java.io.IOException;

/** The response passes the limit, as sent or decompressed. Never a reason to try again. */
final class ResponseTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  ResponseTooLargeException(int limit) {
    super("the response is larger than " + limit + " bytes");
  }
}
