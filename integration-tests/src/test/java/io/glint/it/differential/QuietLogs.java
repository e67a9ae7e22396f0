package io.glint.it.differential;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Silences both SDKs while programs run that they have much to say about. */
final class QuietLogs {
  /** The level of a logger is null if it has none of its own. */
  private final Map<Logger, Level> levels = new LinkedHashMap<>();

  void silence() {
    for (final String name : new String[] {"io.opentelemetry", "io.glint"}) {
      final Logger logger = Logger.getLogger(name);
      levels.put(logger, logger.getLevel());
      logger.setLevel(Level.OFF);
    }
  }

  void restore() {
    levels.forEach(Logger::setLevel);
  }
}
