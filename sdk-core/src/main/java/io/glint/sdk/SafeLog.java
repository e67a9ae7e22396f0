package io.glint.sdk;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs in the name of a class, and keeps what log handlers throw from everybody else. */
final class SafeLog {
  private SafeLog() {}

  /**
   * Logs a message as it is. Never throws: a handler is code of others, and its failure must not
   * become one of the application's.
   *
   * @param cause null if there is none
   */
  static void log(Logger logger, Level level, String message, Throwable cause) {
    try {
      // The logger's class is the source, not this one.
      logger.logp(level, logger.getName(), null, message, cause);
    } catch (Throwable t) {
      // There is nobody left to tell.
    }
  }

  /** What an object of others calls itself. Never throws. */
  static String inWords(Object object) {
    try {
      return String.valueOf(object);
    } catch (Throwable t) {
      return object.getClass().getName();
    }
  }
}
