package io.glint.sdk.internal.log;

import java.util.LinkedHashSet;
import java.util.Set;

/** Warnings of something that is being made, which are logged once it is made. */
public final class DeferredWarnings {
  private final Set<String> messages = new LinkedHashSet<>();

  /** Adds a message; one that is there already is not repeated. */
  public void add(String message) {
    messages.add(message);
  }

  public void log(ProblemLog warnings) {
    for (final String message : messages) {
      warnings.warn("notice", message);
    }
  }
}
