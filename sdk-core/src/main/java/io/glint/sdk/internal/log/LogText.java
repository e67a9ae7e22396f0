package io.glint.sdk.internal.log;

import org.jspecify.annotations.Nullable;

/**
 * Makes text that is not Glint's own fit for a log message: names, descriptions, units, attribute
 * keys and values, messages of exceptions, answers of servers. The result is one line of bounded
 * length that cannot be taken for another log line, and cannot change how a terminal shows it.
 *
 * <p>Each run of characters that could do so is replaced by one space: control characters (line
 * breaks, and the escape that begins a terminal's commands), line and paragraph separators, and
 * invisible format characters, with which text can be made to run backwards. The two joiners that
 * some scripts need to be legible stay.
 *
 * <p>All methods are thread-safe and never throw.
 */
public final class LogText {

  /** The length from which {@link #of(Object)} cuts: enough for any name, and for a sentence. */
  public static final int MAX_CHARS = 256;

  private static final char ZERO_WIDTH_NON_JOINER = '\u200C';
  private static final char ZERO_WIDTH_JOINER = '\u200D';

  private LogText() {}

  /** The text of an object, as {@link #of(Object, int)}, of at most {@link #MAX_CHARS}. */
  public static String of(@Nullable Object text) {
    return of(text, MAX_CHARS);
  }

  /**
   * The text of an object.
   *
   * @param text null gives {@code "null"}; an object whose {@code toString} throws, or answers
   *     null, gives the name of its class
   * @param maxChars how many characters to keep of a longer one, before {@code "..."}
   */
  public static String of(@Nullable Object text, int maxChars) {
    final String raw = toString(text);
    if (raw.length() <= maxChars && isClean(raw)) {
      return raw;
    }
    final StringBuilder clean = new StringBuilder(Math.min(raw.length(), maxChars) + 3);
    boolean isGap = false;
    for (int i = 0; i < raw.length(); ) {
      final int character = raw.codePointAt(i);
      i += Character.charCount(character);
      if (isUnsafe(character)) {
        isGap = true;
        continue;
      }
      if (clean.length() + Character.charCount(character) + (isGap ? 1 : 0) > maxChars) {
        return clean.append("...").toString();
      }
      if (isGap) {
        clean.append(' ');
        isGap = false;
      }
      clean.appendCodePoint(character);
    }
    return clean.toString();
  }

  /**
   * What to call an object of the user's that is code, such as a filter: what its {@code toString}
   * says, or its class if that says nothing. A lambda is called after the class it is written in.
   */
  public static String nameOf(@Nullable Object code) {
    if (code == null) {
      return "null";
    }
    final String type = code.getClass().getName();
    final int lambda = type.indexOf("$$Lambda");
    final String text = toString(code);
    if (!text.startsWith(type + "@")) {
      return of(text);
    }
    return of(lambda >= 0 ? "a lambda of " + type.substring(0, lambda) : type);
  }

  /** Whether {@link #of(Object, int)} would change nothing but the length. */
  static boolean isClean(String text) {
    for (int i = 0; i < text.length(); ) {
      final int character = text.codePointAt(i);
      if (isUnsafe(character)) {
        return false;
      }
      i += Character.charCount(character);
    }
    return true;
  }

  private static String toString(@Nullable Object object) {
    if (object == null) {
      return "null";
    }
    try {
      final String text = object.toString();
      return text != null ? text : object.getClass().getName();
    } catch (Throwable t) {
      return object.getClass().getName();
    }
  }

  private static boolean isUnsafe(int character) {
    if (character >= ' ' && character < 0x7F) {
      return false;
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      case Character.FORMAT -> character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
      default -> false;
    };
  }
}
