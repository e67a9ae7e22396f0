package io.glint.javaagent;

import io.opentelemetry.javaagent.tooling.AgentVersion;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Whether Glint can be active in this JVM and this agent. If it cannot, that is logged once, and
 * nothing of Glint that needs Java 17 is loaded.
 */
final class Support {
  private static final Logger LOGGER = Logger.getLogger("io.glint.javaagent");

  private static final int LEAST_JAVA = 17;

  /** Loaded by its name: it is not for an old JVM, and not for the loader of this class. */
  private static final String GLINT = "io.glint.javaagent.inside.Glint";

  /** Null if Glint cannot be active. */
  private static Inside inside;

  private static volatile boolean isGiven = look();

  private Support() {}

  static boolean isGiven() {
    return isGiven;
  }

  /** Glint. Only if {@link #isGiven()}. */
  static Inside inside() {
    return inside;
  }

  /** From now on nothing of Glint is used. */
  static void giveUp(String message, Throwable cause) {
    isGiven = false;
    warn(message, cause);
  }

  private static boolean look() {
    final String problem = problem();
    if (problem != null) {
      warn(problem + " Metrics are recorded by the stock SDK, as without the extension.", null);
    }
    return problem == null;
  }

  /** Null if there is none. */
  private static String problem() {
    final String java = System.getProperty("java.specification.version", "");
    if (isTooOld(java)) {
      return "Glint's extension of the Java agent is not active: it needs Java "
          + LEAST_JAVA
          + " or newer, and this JVM is Java "
          + java
          + ". Use a newer JVM, or remove the extension from otel.javaagent.extensions.";
    }
    try {
      final Inside glint =
          Class.forName(GLINT, true, InsideClassLoader.open())
              .asSubclass(Inside.class)
              .getConstructor()
              .newInstance();
      glint.requireSupported();
      inside = glint;
      return null;
    } catch (IllegalStateException e) {
      return "Glint's extension of the Java agent is not active: this agent"
          + agentVersion()
          + " has an older OpenTelemetry inside than Glint needs. Use agent 2.15.0 or newer.";
    } catch (Throwable t) {
      return "Glint's extension of the Java agent is not active: it cannot be loaded in this agent"
          + agentVersion()
          + " ("
          + t
          + "). Use one of the versions that Glint's documentation names.";
    }
  }

  /** Up to Java 8 versions are 1.8 and the like. */
  private static boolean isTooOld(String java) {
    try {
      return Double.parseDouble(java) < LEAST_JAVA;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String agentVersion() {
    try {
      return ", " + AgentVersion.VERSION + ",";
    } catch (LinkageError e) {
      return "";
    }
  }

  static void warn(String message, Throwable cause) {
    LOGGER.logp(Level.WARNING, LOGGER.getName(), null, message, cause);
  }
}
