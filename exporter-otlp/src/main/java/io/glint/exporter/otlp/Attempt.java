package io.glint.exporter.otlp;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt to deliver a request.
 *
 * @param status the server's answer by the protocol's numbers, {@link #NO_STATUS} without an answer
 * @param message what the server said beside it
 * @param failure null if the server took the request
 * @param retry whether another attempt may have success
 * @param retryAfterNanos how long the server asks to wait, if it does; 0 for not at all
 */
record Attempt(
    int status,
    ServerMessage message,
    @Nullable ExportFailure failure,
    Retry retry,
    OptionalLong retryAfterNanos) {
  static final int NO_STATUS = -1;

  /** Whether what an attempt has not delivered may be sent again. */
  enum Retry {
    /** No, or there is no need to. */
    NO,

    /** Yes, after a delay. */
    YES,

    /** Only with fewer points: the request was too large for the server. */
    SMALLER,

    /** Not by this export: the server has no room for now. */
    LATER
  }

  static Attempt delivered(int status, ServerMessage message) {
    return new Attempt(status, message, null, Retry.NO, OptionalLong.empty());
  }

  /** An attempt that has no answer. */
  static Attempt unanswered(ExportFailure failure, boolean isRetryable) {
    return new Attempt(
        NO_STATUS,
        ServerMessage.NONE,
        failure,
        isRetryable ? Retry.YES : Retry.NO,
        OptionalLong.empty());
  }
}
