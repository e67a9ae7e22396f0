package io.glint.sdk.internal.view;

import java.util.regex.Pattern;

/**
 * Names with wildcards, as selectors have them: {@code *} stands for any run of characters, {@code
 * ?} for exactly one, everything else for itself.
 */
public final class Glob {
  private Glob() {}

  /** Matches without regard to case. */
  public static Pattern ignoringCase(String glob) {
    return Pattern.compile(regex(glob), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }

  /** Upper and lower case differ. */
  public static Pattern exact(String glob) {
    return Pattern.compile(regex(glob), Pattern.DOTALL);
  }

  private static String regex(String glob) {
    final StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      final char character = glob.charAt(i);
      regex.append(
          switch (character) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(character));
          });
    }
    return regex.toString();
  }
}
