package io.glint.sdk.internal.log;

import org.jspecify.annotations.Nullable;

/**
 * Stands in the log for a throwable of others whose text could forge log lines, or cannot be had:
 * says the same on one line, with the same stack trace and causes.
 */
@SuppressWarnings("OverrideThrowableToString")
final class LoggedThrowable extends Throwable {
  private static final long serialVersionUID = 1L;

  private static final int MAX_CHARS = 4096;

  /** Chains of causes can be circles. */
  private static final int MAX_DEPTH = 8;

  private final String text;

  private LoggedThrowable(String text, @Nullable Throwable cause, Throwable original) {
    super(text, cause, /* enableSuppression= */ true, /* writableStackTrace= */ true);
    this.text = text;
    setStackTrace(original.getStackTrace());
  }

  /** The throwable itself if it is safe to log, or one that says the same. Null stays null. */
  static @Nullable Throwable of(@Nullable Throwable throwable) {
    return throwable == null || isSafe(throwable, 0) ? throwable : copy(throwable, 0);
  }

  private static Throwable copy(Throwable throwable, int depth) {
    final boolean isDeep = depth >= MAX_DEPTH;
    final Throwable cause = isDeep ? null : throwable.getCause();
    final LoggedThrowable copy =
        new LoggedThrowable(
            LogText.of(throwable, MAX_CHARS),
            cause == null ? null : copy(cause, depth + 1),
            throwable);
    if (!isDeep) {
      for (final Throwable suppressed : throwable.getSuppressed()) {
        copy.addSuppressed(copy(suppressed, depth + 1));
      }
    }
    return copy;
  }

  private static boolean isSafe(Throwable throwable, int depth) {
    if (depth > MAX_DEPTH) {
      // What prints it knows circles.
      return true;
    }
    try {
      final String text = throwable.toString();
      if (text == null || text.length() > MAX_CHARS || !LogText.isClean(text)) {
        return false;
      }
      for (final Throwable suppressed : throwable.getSuppressed()) {
        if (!isSafe(suppressed, depth + 1)) {
          return false;
        }
      }
      return throwable.getCause() == null || isSafe(throwable.getCause(), depth + 1);
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** As the original would be printed. */
  @Override
  public String toString() {
    return text;
  }
}
