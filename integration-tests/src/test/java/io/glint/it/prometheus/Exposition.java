package io.glint.it.prometheus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in a text of samples: OpenMetrics, Prometheus text, or what a server federates. */
final class Exposition {
  private static final String LABELS = "((?:\\w+=\"(?:[^\"\\\\]|\\\\.)*\",?)*)";
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([\\w:]+)(?:\\{"
              + LABELS
              + "\\})? (\\S+)(?: [\\d.]+)?(?: # \\{"
              + LABELS
              + "\\} (\\S+) (\\S+))?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern COMMENT = Pattern.compile("# (TYPE|HELP|UNIT) (\\S+) ?(.*)");

  /** Labels are sorted, and without those that a server adds. */
  record Series(String name, Map<String, String> labels) {
    static Series of(String name, Map<String, String> labels) {
      final Map<String, String> own = new TreeMap<>(labels);
      own.remove("job");
      own.remove("instance");
      return new Series(name, own);
    }

    String label(String key) {
      return labels.getOrDefault(key, "");
    }
  }

  /** Of an exemplar what tells it from others; labels as they are written. */
  record Exemplar(Map<String, String> labels, double value, double seconds) {
    String traceId() {
      return labels.getOrDefault("trace_id", "");
    }

    /** Servers keep milliseconds, which they get by floating-point arithmetic. */
    boolean isTheSame(Exemplar other) {
      return labels.equals(other.labels)
          && value == other.value
          && Math.abs(seconds - other.seconds) < 0.0021;
    }
  }

  /** The exemplar is null if there is none. */
  record Sample(double value, Exemplar exemplar) {}

  /** By keyword and name, such as {@code TYPE a}. */
  final Map<String, String> comments = new LinkedHashMap<>();

  final Map<Series, Sample> samples = new LinkedHashMap<>();

  /** Series that came twice. */
  final List<Series> repeated = new ArrayList<>();

  static Exposition of(String text) {
    final Exposition exposition = new Exposition();
    text.lines().forEach(exposition::read);
    return exposition;
  }

  private void read(String line) {
    final Matcher comment = COMMENT.matcher(line);
    if (comment.matches()) {
      comments.put(comment.group(1) + ' ' + comment.group(2), comment.group(3));
      return;
    }
    if (line.startsWith("#")) {
      return;
    }
    final Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new AssertionError("not a sample: " + line);
    }
    final Map<String, String> labels = labels(sample.group(2));
    labels.replaceAll((key, value) -> unescaped(value));
    final Exemplar exemplar =
        sample.group(5) == null
            ? null
            : new Exemplar(
                labels(sample.group(4)),
                number(sample.group(5)),
                Double.parseDouble(sample.group(6)));
    final Series series = Series.of(sample.group(1), labels);
    if (samples.put(series, new Sample(number(sample.group(3)), exemplar)) != null) {
      repeated.add(series);
    }
  }

  private static Map<String, String> labels(String text) {
    final Map<String, String> labels = new TreeMap<>();
    final Matcher label = LABEL.matcher(text == null ? "" : text);
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    return labels;
  }

  private static String unescaped(String text) {
    return text.replaceAll("\\\\([\\\\\"])|\\\\(n)", "$1");
  }

  static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** The type of the family of a sample; null if it has none. */
  String typeOf(Series series) {
    final String own = comments.get("TYPE " + series.name());
    return own != null
        ? own
        : comments.get("TYPE " + series.name().replaceAll("_(total|bucket|count|sum|info)$", ""));
  }

  /** All samples of a name added up; NaN if there are none. */
  double sum(String name) {
    return samples.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToDouble(entry -> entry.getValue().value())
        .reduce(Double::sum)
        .orElse(Double.NaN);
  }

  /** The one sample of a name that has this label; NaN if there is none. */
  double value(String name, String label, String value) {
    return samples.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .filter(entry -> entry.getKey().label(label).equals(value))
        .mapToDouble(entry -> entry.getValue().value())
        .reduce(
            (a, b) -> {
              throw new AssertionError(name + " with " + label + "=" + value + " is there twice");
            })
        .orElse(Double.NaN);
  }
}
