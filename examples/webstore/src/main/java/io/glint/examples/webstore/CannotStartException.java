package io.glint.examples.webstore;

/** The demo cannot start, for a reason the user can mend; the message is one line saying how. */
final class CannotStartException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean usage;

  private CannotStartException(String message, boolean usage) {
    super(message);
    this.usage = usage;
  }

  static CannotStartException badFlag(String message) {
    return new CannotStartException(message, true);
  }

  static CannotStartException badEnvironment(String message) {
    return new CannotStartException(message, false);
  }

  /** Whether the list of flags would help. */
  boolean wantsUsage() {
    return usage;
  }
}
