package io.glint.sdk;

import java.text.MessageFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Warns of what is wrong with the way meters and instruments are asked for, each different message
 * once: code that asks wrongly may do so for each request. After {@value #MOST_OF_A_KIND} messages
 * of one kind it says so, and is silent about that kind. Thread-safe.
 */
final class OnceLog {
  private static final int MOST_OF_A_KIND = 100;
  private static final int LONGEST_REMEMBERED = 500;

  /** What was logged, by the pattern of the message. */
  private final Map<String, Set<String>> told = new ConcurrentHashMap<>();

  /**
   * Logs a warning, unless it has been logged before.
   *
   * @param message a pattern of {@link MessageFormat}
   */
  void warn(Logger logger, String message, Object... arguments) {
    final String text = format(message, arguments);
    final String remembered = text.substring(0, Math.min(text.length(), LONGEST_REMEMBERED));
    final Set<String> ofKind = told.computeIfAbsent(message, kind -> ConcurrentHashMap.newKeySet());
    if (ofKind.size() < MOST_OF_A_KIND && ofKind.add(remembered)) {
      SafeLog.log(
          logger,
          Level.WARNING,
          ofKind.size() < MOST_OF_A_KIND
              ? text
              : text + " Further messages of this kind are not logged.",
          null);
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
