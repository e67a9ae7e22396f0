package io.glint.exporter.openmetrics;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The grammar of OpenMetrics 2.0.0-rc0, rule by rule as its section "ABNF" has them, and what else
 * it demands of a set of metrics: each family once, its samples after its metadata and of its name,
 * and each label set once.
 */
final class OpenMetrics2Grammar {

  private static final String NUMBER =
      "(?:[-+]?(?:\\d+(?:\\.\\d*)?|\\d*\\.\\d+)(?:[eE][-+]?\\d+)?|[-+]?(?i:inf|infinity)|(?i:nan))";
  private static final String REAL = "(?:[-+]?(?:\\d+(?:\\.\\d*)?|\\d*\\.\\d+)(?:[eE][-+]?\\d+)?)";
  private static final String TEXT = "(?:[^\\n\"\\\\]|\\\\[^\\n])*";
  private static final String TEXT_NOT_EMPTY = "(?:[^\\n\"\\\\]|\\\\[^\\n])+";
  private static final String QUOTED = "\"" + TEXT_NOT_EMPTY + "\"";
  private static final String METRIC_NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final String LABEL = "(?:[a-zA-Z_][a-zA-Z0-9_]*|" + QUOTED + ")=\"" + TEXT + "\"";
  private static final String LABELS = "\\{(?:" + LABEL + "(?:," + LABEL + ")*)?\\}";
  private static final String BUCKETS =
      "bucket:\\[(?:(?:-Inf|" + REAL + "):" + NUMBER + ",)*\\+Inf:" + NUMBER + "\\]";

  private static String side(String which) {
    return "(?:,"
        + which
        + "_spans:\\[[-+]?\\d+:\\d+(?:,\\d+:\\d+)*\\],"
        + which
        + "_buckets:\\["
        + NUMBER
        + "(?:,"
        + NUMBER
        + ")*\\])?";
  }

  private static final String NATIVE =
      "schema:(?:-[1-4]|[0-8]),zero_threshold:"
          + REAL
          + ",zero_count:"
          + NUMBER
          + side("negative")
          + side("positive");
  private static final String QUANTILES =
      "quantile:\\[(?:" + REAL + ":" + NUMBER + "(?:," + REAL + ":" + NUMBER + ")*)?\\]";
  private static final String COMPOSITE =
      "\\{count:"
          + NUMBER
          + ",sum:"
          + NUMBER
          + ",(?:"
          + NATIVE
          + "(?:,"
          + BUCKETS
          + ")?|"
          + BUCKETS
          + "|"
          + QUANTILES
          + ")\\}";

  private static final Pattern SAMPLE =
      Pattern.compile(
          "(?:(?<name>"
              + METRIC_NAME
              + ")(?<labels>"
              + LABELS
              + ")?|\\{(?<quoted>"
              + QUOTED
              + ")(?<more>(?:,"
              + LABEL
              + ")*)\\}) (?<value>"
              + NUMBER
              + "|"
              + COMPOSITE
              + ")(?: st@"
              + REAL
              + ")?(?: # "
              + LABELS
              + " "
              + NUMBER
              + " "
              + REAL
              + ")*");

  private static final Pattern METADATA =
      Pattern.compile(
          "# (?:(?<type>TYPE) (?<name>"
              + METRIC_NAME
              + "|"
              + QUOTED
              + ") (?<word>counter|gauge|histogram|info|summary)|(?:HELP (?<helped>"
              + METRIC_NAME
              + "|"
              + QUOTED
              + ") "
              + TEXT
              + ")|(?:UNIT (?<unit>"
              + METRIC_NAME
              + "|"
              + QUOTED
              + ") [a-zA-Z0-9_:]*))");

  private OpenMetrics2Grammar() {}

  /** Throws if a rule is broken. */
  static void check(String exposition) {
    if (!exposition.endsWith("# EOF\n") || exposition.indexOf('\r') >= 0) {
      throw new AssertionError("no end: " + exposition);
    }
    final Set<String> families = new HashSet<>();
    final Set<String> series = new HashSet<>();
    String family = "";
    String type = "";
    for (final String line :
        exposition.substring(0, exposition.length() - "# EOF\n".length()).lines().toList()) {
      if (line.startsWith("#")) {
        final Matcher metadata = METADATA.matcher(line);
        require(metadata.matches(), "metadata", line);
        if (metadata.group("type") != null) {
          family = metadata.group("name");
          type = metadata.group("word");
          require(families.add(family), "family twice", line);
        } else {
          final String of =
              metadata.group("unit") != null ? metadata.group("unit") : metadata.group("helped");
          require(family.equals(of), "metadata of another family", line);
        }
        continue;
      }
      final Matcher sample = SAMPLE.matcher(line);
      require(sample.matches(), "sample", line);
      final String name =
          sample.group("name") != null ? sample.group("name") : sample.group("quoted");
      require(name.equals(family), "sample of another family than " + family, line);
      final String labels =
          sample.group("name") != null ? sample.group("labels") : sample.group("more");
      require(series.add(name + labels), "series twice", line);
      final boolean composite = sample.group("value").startsWith("{");
      require(
          composite == (type.equals("histogram") || type.equals("summary")),
          "value of " + type,
          line);
    }
  }

  private static void require(boolean condition, String what, String line) {
    if (!condition) {
      throw new AssertionError(what + ": " + line);
    }
  }
}
