package io.glint.testing;

import java.util.logging.Handler;
import java.util.logging.LogRecord;

/** A log handler that throws whatever is logged. */
public final class ThrowingHandler extends Handler {
  @Override
  public void publish(LogRecord logRecord) {
    throw new IllegalStateException("the disk is full");
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
