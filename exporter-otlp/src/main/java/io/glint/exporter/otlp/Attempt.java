package io.glint.exporter.otlp;

import java.util.OptionalLong;

/**
 * What became of one attempt to deliver a request.
 *
 * @param status the server's answer by the protocol's numbers, {@link #NO_STATUS} without an answer
 * @param message what the server said beside it
 * @param failure null if the server took the request
 * @param isRetryable whether another attempt may have success; false if there is no failure
 * @param retryAfterNanos how long the server asks to wait, if it does; 0 for not at all
 */
record Attempt(
    int status,
    ServerMessage message,
    ExportFailure failure,
    boolean isRetryable,
    OptionalLong retryAfterNanos) {
  static final int NO_STATUS = -1;

  static Attempt delivered(int status, ServerMessage message) {
    return new Attempt(status, message, null, false, OptionalLong.empty());
  }

  /** An attempt that has no answer. */
  static Attempt unanswered(ExportFailure failure, boolean isRetryable) {
    return new Attempt(NO_STATUS, ServerMessage.NONE, failure, isRetryable, OptionalLong.empty());
  }

  boolean isDelivered() {
    return failure == null;
  }
}
