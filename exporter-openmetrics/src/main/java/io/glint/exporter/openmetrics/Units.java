package io.glint.exporter.openmetrics;

import static java.util.Map.entry;

import java.util.Map;

/**
 * Turns UCUM units into the words Prometheus uses.
 *
 * <p>OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", section "Metric
 * Metadata". What the text leaves open is settled as the ecosystem does it: unit {@code 1} has no
 * word, a rate of things that have no unit, such as {@code {request}/s}, is {@code per_second}, and
 * a unit that is not in the table stands for itself. Weeks, months and years, and {@code KBy} for
 * {@code kBy}, are not in the specification's table, but in those of others.
 */
final class Units {

  private static final Map<String, String> PLURAL =
      Map.ofEntries(
          entry("a", "years"),
          entry("mo", "months"),
          entry("wk", "weeks"),
          entry("d", "days"),
          entry("h", "hours"),
          entry("min", "minutes"),
          entry("s", "seconds"),
          entry("ms", "milliseconds"),
          entry("us", "microseconds"),
          entry("ns", "nanoseconds"),
          entry("By", "bytes"),
          entry("KiBy", "kibibytes"),
          entry("MiBy", "mebibytes"),
          entry("GiBy", "gibibytes"),
          entry("TiBy", "tebibytes"),
          entry("kBy", "kilobytes"),
          entry("KBy", "kilobytes"),
          entry("MBy", "megabytes"),
          entry("GBy", "gigabytes"),
          entry("TBy", "terabytes"),
          entry("m", "meters"),
          entry("V", "volts"),
          entry("A", "amperes"),
          entry("J", "joules"),
          entry("W", "watts"),
          entry("g", "grams"),
          entry("Cel", "celsius"),
          entry("Hz", "hertz"),
          entry("%", "percent"));

  /** Words that do not lose an s after "per". */
  private static final Map<String, String> PER =
      Map.of("Cel", "celsius", "Hz", "hertz", "%", "percent");

  private Units() {}

  /** The word for a UCUM unit, or an empty string if it has none. */
  static String word(String unit) {
    final String bare = withoutAnnotations(unit).strip();
    int slash = bare.indexOf('/');
    if (slash < 0) {
      return plural(bare);
    }
    final StringBuilder word = new StringBuilder(plural(bare.substring(0, slash).strip()));
    while (slash >= 0) {
      final int next = bare.indexOf('/', slash + 1);
      final String part = bare.substring(slash + 1, next < 0 ? bare.length() : next).strip();
      final String singular = singular(part);
      if (!singular.isEmpty()) {
        word.append(word.length() == 0 ? "per_" : "_per_").append(singular);
      }
      slash = next;
    }
    return word.toString();
  }

  private static String plural(String unit) {
    final String word = PLURAL.get(unit);
    return word != null ? word : verbatim(unit);
  }

  private static String singular(String unit) {
    String word = PER.get(unit);
    if (word != null) {
      return word;
    }
    word = PLURAL.get(unit);
    return word != null ? word.substring(0, word.length() - 1) : verbatim(unit);
  }

  private static String verbatim(String unit) {
    if (unit.equals("1")) {
      return "";
    }
    final String legacy = Names.legacy(unit, false);
    final int start = legacy.startsWith("_") ? 1 : 0;
    final int end = legacy.endsWith("_") ? legacy.length() - 1 : legacy.length();
    return start < end ? legacy.substring(start, end) : "";
  }

  /** Drops what stands in curly braces, and the braces. */
  private static String withoutAnnotations(String unit) {
    if (unit.indexOf('{') < 0) {
      return unit;
    }
    final StringBuilder result = new StringBuilder(unit.length());
    int depth = 0;
    for (int i = 0; i < unit.length(); i++) {
      final char c = unit.charAt(i);
      if (c == '{') {
        depth++;
      } else if (c == '}' && depth > 0) {
        depth--;
      } else if (depth == 0) {
        result.append(c);
      }
    }
    return result.toString();
  }
}
