package io.glint.bench.tool;

import java.io.Serial;

/** A child JVM did not measure what it was to measure; the message says why. */
public final class ForkFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ForkFailedException(String message) {
    super(message);
  }
}
