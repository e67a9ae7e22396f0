package io.glint.exporter.openmetrics;

import org.jspecify.annotations.Nullable;

/**
 * How names are written for a scraper: Prometheus documentation, "UTF-8 metric and label name
 * escaping schemes". A legacy name is one of letters, digits, underscores and, if it is a metric's,
 * colons, that does not begin with a digit.
 */
enum Escaping {

  /** What is not in a legacy name becomes an underscore. */
  UNDERSCORES("underscores"),

  /**
   * A dot becomes {@code _dot_} and an underscore {@code __}. Everything else that is not in a
   * legacy name becomes {@code __}, too: so do the client libraries of Prometheus for Go and Java,
   * where the documentation says a single one. A scraper that reads it backwards gets an underscore
   * from either.
   */
  DOTS("dots"),

  /** A name that is no legacy name begins with {@code U__}, and has code points as numbers. */
  VALUES("values"),

  /** Names stay as they are. */
  ALLOW_UTF_8("allow-utf-8");

  /** As in the header fields. */
  final String parameter;

  Escaping(String parameter) {
    this.parameter = parameter;
  }

  /** The scheme of a header field's parameter; null if there is none of the name. */
  static @Nullable Escaping of(String parameter) {
    return switch (parameter) {
      case "underscores" -> UNDERSCORES;
      case "dots" -> DOTS;
      case "values" -> VALUES;
      // The documentation has had both spellings.
      case "allow-utf-8", "allow-utf8" -> ALLOW_UTF_8;
      default -> null;
    };
  }

  /**
   * Escapes a name.
   *
   * @param name not empty, without halves of surrogate pairs
   * @param colonAllowed whether a colon is legal, as it is in the name of a metric
   */
  String escape(String name, boolean colonAllowed) {
    if (this == ALLOW_UTF_8 || (this != DOTS && Names.isLegacy(name, colonAllowed))) {
      return name;
    }
    final StringBuilder result = new StringBuilder(2 * name.length());
    if (this == VALUES) {
      result.append("U__");
    }
    for (int i = 0; i < name.length(); ) {
      final int codePoint = name.codePointAt(i);
      final boolean legal = Names.isLegacyAt(codePoint, i, colonAllowed);
      if (this == UNDERSCORES) {
        result.append(legal ? (char) codePoint : '_');
      } else if (codePoint == '_') {
        result.append("__");
      } else if (legal) {
        result.append((char) codePoint);
      } else if (this == VALUES) {
        result.append('_').append(Integer.toHexString(codePoint)).append('_');
      } else {
        result.append(codePoint == '.' ? "_dot_" : "__");
      }
      i += Character.charCount(codePoint);
    }
    return result.toString();
  }
}
