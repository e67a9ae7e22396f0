package io.glint.exporter.openmetrics;

/**
 * Turns OpenTelemetry names into names every Prometheus can read; {@link Naming} says when.
 *
 * <p>OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", sections "Metric
 * Metadata" and "Metric Attributes": what is not in the legacy character set becomes an underscore,
 * and runs of underscores become one. OpenMetrics 1.0 reserves names that begin with an underscore,
 * and a suffix makes a run of an underscore at the end, so a metric has neither; that part is a
 * choice of ours, as the specifications leave it open:
 *
 * <ul>
 *   <li>metric {@code __a} becomes {@code a}, {@code 9lives} becomes {@code metric_9lives}, {@code
 *       a_total_} becomes {@code a_total};
 *   <li>label {@code _a} becomes {@code key_a}, {@code 9lives} becomes {@code key_9lives}.
 * </ul>
 */
final class Names {

  /** The end of a counter's name. */
  static final String TOTAL = "_total";

  /** Stands in for what cannot be in a name. */
  private static final char REPLACEMENT = '\uFFFD';

  private Names() {}

  /** The metric name without unit and type suffix. */
  static String metric(String name) {
    final String legacy = legacy(name, true);
    final int start = legacy.startsWith("_") ? 1 : 0;
    final int end = legacy.endsWith("_") ? legacy.length() - 1 : legacy.length();
    if (end <= start) {
      return "metric";
    }
    final String bare = legacy.substring(start, end);
    return isDigit(bare.charAt(0)) ? "metric_" + bare : bare;
  }

  static String label(String name) {
    final String legacy = legacy(name, false);
    if (legacy.isEmpty() || isDigit(legacy.charAt(0))) {
      return "key_" + legacy;
    }
    return legacy.charAt(0) == '_' ? "key" + legacy : legacy;
  }

  /** The metric name as it is, as far as it has a UTF-8 form and is not reserved. */
  static String utf8Metric(String name) {
    final String utf8 = utf8(name);
    return utf8.isEmpty() ? "metric" : unreserved(utf8, "metric");
  }

  /** The label name as it is, as far as it has a UTF-8 form and is not reserved. */
  static String utf8Label(String name) {
    final String utf8 = utf8(name);
    return utf8.isEmpty() ? "key_" : unreserved(utf8, "key");
  }

  /** Names that begin with an underscore are reserved: such a one gets a word in front. */
  static String unreserved(String name, String word) {
    return name.charAt(0) == '_' ? word + name : name;
  }

  /**
   * Replaces halves of surrogate pairs, which have no UTF-8 form, and NUL, for which Prometheus
   * refuses a whole scrape.
   */
  private static String utf8(String name) {
    StringBuilder changed = null;
    for (int i = 0; i < name.length(); ) {
      final int codePoint = name.codePointAt(i);
      if (codePoint == 0
          || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
        if (changed == null) {
          changed = new StringBuilder(name);
        }
        changed.setCharAt(i, REPLACEMENT);
      }
      i += Character.charCount(codePoint);
    }
    return changed == null ? name : changed.toString();
  }

  /**
   * The name of a metric family as OpenMetrics wants it: with the unit as suffix, and for a counter
   * without {@code _total}.
   *
   * @param unit the unit's word, see {@link Units}; empty for none
   */
  static String family(String name, String unit, boolean counter) {
    return withUnit(metric(name), unit, counter);
  }

  /** The same for a name that needs no translation. */
  static String withUnit(String name, String unit, boolean counter) {
    final String family = counter ? withoutTotal(name) : name;
    if (unit.isEmpty()
        || family.equals(unit)
        || endsWithUnit(family, unit)
        || family.endsWith('.' + unit)) {
      return family;
    }
    final String withUnit = family + '_' + unit;
    return counter ? withoutTotal(withUnit) : withUnit;
  }

  static String withoutTotal(String name) {
    return name.length() > TOTAL.length() && name.endsWith(TOTAL)
        ? name.substring(0, name.length() - TOTAL.length())
        : name;
  }

  /** Whether there is a unit that is a suffix of the name, as OpenMetrics asks for a UNIT line. */
  static boolean endsWithUnit(String family, String unit) {
    final int start = family.length() - unit.length();
    return start > 0 && !unit.isEmpty() && family.charAt(start - 1) == '_' && family.endsWith(unit);
  }

  /** Whether a name needs no UTF-8, and no quotes where the format has them. */
  static boolean isLegacy(String name, boolean colonAllowed) {
    for (int i = 0; i < name.length(); i++) {
      if (!isLegacyAt(name.charAt(i), i, colonAllowed)) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** Whether a character may be at a place of a legacy name. */
  static boolean isLegacyAt(int codePoint, int index, boolean colonAllowed) {
    return codePoint < 0x80
        && isLegal((char) codePoint, colonAllowed)
        && (index > 0 || !isDigit((char) codePoint));
  }

  /** Replaces illegal characters and collapses underscores; returns the argument if it is fine. */
  static String legacy(String name, boolean colonAllowed) {
    final int length = name.length();
    int good = 0;
    while (good < length
        && isLegal(name.charAt(good), colonAllowed)
        && !(name.charAt(good) == '_' && good > 0 && name.charAt(good - 1) == '_')) {
      good++;
    }
    if (good == length) {
      return name;
    }
    final StringBuilder result = new StringBuilder(length).append(name, 0, good);
    for (int i = good; i < length; i++) {
      final char c = isLegal(name.charAt(i), colonAllowed) ? name.charAt(i) : '_';
      if (c != '_' || result.length() == 0 || result.charAt(result.length() - 1) != '_') {
        result.append(c);
      }
    }
    return result.toString();
  }

  private static boolean isLegal(char c, boolean colonAllowed) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || isDigit(c)
        || (c == ':' && colonAllowed);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
