package io.glint.sdk;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.logging.Logger;

/** What there is to say about something that is being made, said once it is made. */
final class Notices {
  private final Set<String> messages = new LinkedHashSet<>();

  /** Adds a message; one that is there already is not repeated. */
  void add(String message) {
    messages.add(message);
  }

  void log(Logger logger, OnceLog warnings) {
    for (final String message : messages) {
      warnings.warn(logger, "{0}", message);
    }
  }
}
