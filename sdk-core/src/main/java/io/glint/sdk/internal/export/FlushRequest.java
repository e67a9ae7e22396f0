package io.glint.sdk.internal.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A pending flush. Thread-safe; the first to complete it decides how. */
final class FlushRequest {
  private final CompletableResultCode result = new CompletableResultCode();

  /** What gives up on it, or null. Set before the request is handed to other threads. */
  private @Nullable Future<?> deadline;

  CompletableResultCode result() {
    return result;
  }

  void setDeadline(@Nullable Future<?> deadline) {
    this.deadline = deadline;
  }

  /**
   * Completes it, which runs actions of the user's. Do not call it with a lock held.
   *
   * @param failure null for success
   */
  void complete(@Nullable Throwable failure) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    complete(result, failure);
  }

  /** Completes a result, whatever the actions do that wait for it; the result's class logs them. */
  static void complete(CompletableResultCode result, @Nullable Throwable failure) {
    try {
      if (failure == null) {
        result.succeed();
      } else {
        result.failExceptionally(failure);
      }
    } catch (RuntimeException e) {
      // An action of the user's threw, all others have run.
    }
  }
}
