package io.glint.sdk;

import java.text.MessageFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Warns of what is wrong with the way meters and instruments are asked for, each different message
 * once: code that asks wrongly may do so for each request. It remembers a bounded number of
 * messages, and stays silent beyond. Thread-safe.
 */
final class OnceLog {
  private static final int MOST_MESSAGES = 1_000;
  private static final int LONGEST_REMEMBERED = 500;

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * Logs a warning, unless it has been logged before.
   *
   * @param message a pattern of {@link MessageFormat}
   */
  void warn(Logger logger, String message, Object... arguments) {
    final String text = format(message, arguments);
    final String remembered = text.substring(0, Math.min(text.length(), LONGEST_REMEMBERED));
    if (told.size() < MOST_MESSAGES && told.add(remembered)) {
      // The logger's class is the source, not this one.
      logger.logp(Level.WARNING, logger.getName(), null, text);
    }
  }

  private static String format(String message, Object... arguments) {
    try {
      return MessageFormat.format(message, arguments);
    } catch (Throwable t) {
      // An argument of the user's cannot say what it is.
      return message;
    }
  }
}
