package io.glint.sdk.internal.log;

import java.io.IOException;

/**
 * A failure that whoever met it has logged, or counted as one of those that a message stands for:
 * who is handed it as the result of a call has nothing to add to the log. Without a stack trace,
 * which would say nothing of the cause.
 */
public final class LoggedFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with the message that was, or would have been, logged. */
  public LoggedFailure(String message) {
    super(message);
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
