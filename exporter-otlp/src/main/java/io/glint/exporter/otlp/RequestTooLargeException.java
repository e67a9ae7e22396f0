package io.glint.exporter.otlp;

/** The encoded request passes the limit. Without a stack trace: it reports data, not a bug. */
final class RequestTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RequestTooLargeException() {
    super("request too large", null, false, false);
  }
}
