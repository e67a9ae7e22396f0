package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;

/**
 * Writes JSON (RFC 8259). What JSON has no number for is a string: NaN, the infinities, and
 * integers that a double does not hold exactly, as JavaScript would read them.
 *
 * <p>Commas are set by it; objects and arrays are opened and closed by the caller. Not safe for use
 * by several threads at once.
 */
final class LiveJson {

  /** The longest text of the application that is shown whole, in characters. */
  static final int MAX_TEXT = 1000;

  private static final long MAX_EXACT = 1L << 53;

  private final StringBuilder text = new StringBuilder(16 * 1024);

  /** Whether a comma has to come before what follows. */
  private boolean isInside;

  int length() {
    return text.length();
  }

  /**
   * Forgets everything from a place in an object or array on.
   *
   * @param length what {@link #length} was there
   * @param afterValue whether there is a value before it
   */
  void truncate(int length, boolean afterValue) {
    text.setLength(length);
    isInside = afterValue;
  }

  LiveJson open(char bracket) {
    separate();
    text.append(bracket);
    isInside = false;
    return this;
  }

  LiveJson close(char bracket) {
    text.append(bracket);
    isInside = true;
    return this;
  }

  LiveJson name(String name) {
    string(name);
    text.append(':');
    isInside = false;
    return this;
  }

  LiveJson string(String value) {
    separate();
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      final char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
        // Half a surrogate pair has no UTF-8 form, and a whole one may be spelled so too.
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
    return this;
  }

  LiveJson integer(long value) {
    if (value > MAX_EXACT || value < -MAX_EXACT) {
      return string(Long.toString(value));
    }
    separate();
    text.append(value);
    return this;
  }

  LiveJson floating(double value) {
    if (!Double.isFinite(value)) {
      return string(Double.toString(value));
    }
    separate();
    text.append(value);
    return this;
  }

  /** Appends what is JSON already. */
  LiveJson raw(String value) {
    separate();
    text.append(value);
    return this;
  }

  LiveJson truth(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  /** Attributes as an object, with the text that labels have; what is very long is cut. */
  LiveJson labels(Attributes attributes) {
    open('{');
    attributes.forEach(
        (key, value) -> name(cut(key.getKey())).string(cut(AttributeText.of(value))));
    return close('}');
  }

  /** Text of the application, of which so much is shown as somebody would read. */
  static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + '\u2026';
  }

  private void separate() {
    if (isInside) {
      text.append(',');
    }
    isInside = true;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
