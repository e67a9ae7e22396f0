package io.glint.sdk.internal.log;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs in the name of a class. What handlers, formatters and filters throw stays here: they are
 * user code, and their failure must not become one of the application's. Thread-safe.
 */
public final class SafeLog {

  /** No message of Glint's is nearly as long. */
  private static final int MAX_CHARS = 16_384;

  private SafeLog() {}

  /**
   * Logs a message as it is; there are no placeholders in it. Never throws.
   *
   * @param message text of users in it is to be passed through {@link LogText}, which bounds its
   *     length; characters that are unsafe in a log are removed here in any case
   * @param cause null if there is none. If its messages have unsafe characters, another throwable
   *     with the same stack trace stands for it.
   */
  public static void log(Logger logger, Level level, String message, @Nullable Throwable cause) {
    try {
      if (logger.isLoggable(level)) {
        // With the source given, or the log would name this class as the source of every line.
        logger.logp(
            level,
            logger.getName(),
            null,
            LogText.of(message, MAX_CHARS),
            LoggedThrowable.of(cause));
      }
    } catch (Throwable t) {
      // The failure cannot be reported either.
    }
  }
}
