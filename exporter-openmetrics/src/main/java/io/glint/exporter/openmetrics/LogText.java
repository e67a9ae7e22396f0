package io.glint.exporter.openmetrics;

/**
 * Text of users, such as names and attribute values, for log messages: without control characters,
 * which could forge log lines, and cut where it is long.
 */
final class LogText {

  static final int MAX_CHARS = 256;

  private LogText() {}

  static String of(CharSequence text) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), MAX_CHARS + 3));
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (clean.length() >= MAX_CHARS && !Character.isLowSurrogate(c)) {
        return clean.append("...").toString();
      }
      clean.append(isControl(c) ? ' ' : c);
    }
    return clean.toString();
  }

  /** Line and paragraph separators too: some viewers break lines at them. */
  private static boolean isControl(char c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }
}
