package io.glint.bench.tool;

import java.io.Serial;

/** A child JVM did not measure what it was to measure; the message says why. */
public final class ForkFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** With what the fork has written, or why its result is of no use. */
  public ForkFailedException(String message) {
    super(message);
  }
}
