package io.glint.sdk;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What there is to say about something that is being made, said once it is made. */
final class Notices {
  private final Set<String> messages = new LinkedHashSet<>();

  /** Adds a message; one that is there already is not repeated. */
  void add(String message) {
    messages.add(message);
  }

  void log(Logger logger) {
    for (final String message : messages) {
      // The logger's class is the source, not this one.
      logger.logp(Level.WARNING, logger.getName(), null, message);
    }
  }
}
