package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Exposition.ParsedFamily;
import io.glint.exporter.openmetrics.Exposition.ParsedSample;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of OpenMetrics 1.0 that no grammar can say: names that clash, values a type allows,
 * order and grouping. A broken rule is an {@link IllegalStateException}.
 */
final class FamilyRules {

  private static final int EXEMPLAR_LIMIT = 128;

  private final Set<String> names = new HashSet<>();

  private static List<String> suffixes(String type) {
    return switch (type) {
      case "counter" -> List.of("_total", "_created");
      case "histogram" -> List.of("_bucket", "_count", "_sum", "_created");
      case "gaugehistogram" -> List.of("_bucket", "_gcount", "_gsum");
      case "summary" -> List.of("", "_count", "_sum", "_created");
      case "info" -> List.of("_info");
      default -> List.of("");
    };
  }

  static boolean isSampleOf(ParsedFamily family, String sample) {
    return sample.startsWith(family.name)
        && suffixes(family.typeOrUnknown()).contains(sample.substring(family.name.length()));
  }

  /** Checks a sample when it is read, as far as it can be without those that follow. */
  void sample(ParsedFamily family, ParsedSample sample) {
    final String type = family.typeOrUnknown();
    final String suffix = sample.name().substring(family.name.length());
    final double value = sample.number();
    switch (type) {
      case "counter" -> countLike(value);
      case "info" -> require(value == 1, "info value is not 1");
      case "stateset" -> {
        require(value == 0 || value == 1, "stateset value is not 0 or 1");
        require(sample.labels().containsKey(family.name), "stateset without its label");
      }
      case "histogram" -> countLike(value);
      case "gaugehistogram" -> {
        require(!Double.isNaN(value), "NaN in gaugehistogram");
        require(value >= 0 || suffix.equals("_gsum"), "negative count in gaugehistogram");
      }
      case "summary" -> summary(sample, suffix, value);
      default -> {}
    }
    if (suffix.equals("_bucket") && type.endsWith("histogram")) {
      require(value == Math.rint(value), "bucket count is not an integer");
      require(!Double.isNaN(threshold(sample)), "le is NaN");
    }
    exemplar(type, suffix, sample);
  }

  private static void summary(ParsedSample sample, String suffix, double value) {
    if (!suffix.isEmpty()) {
      countLike(value);
      return;
    }
    require(sample.labels().containsKey("quantile"), "no quantile label");
    final double quantile = number(sample.labels().get("quantile"));
    require(quantile >= 0 && quantile <= 1, "quantile out of range");
    require(Double.isNaN(value) || value >= 0, "negative quantile value");
  }

  private static void exemplar(String type, String suffix, ParsedSample sample) {
    if (sample.exemplar() == null) {
      return;
    }
    final boolean total = type.equals("counter") && suffix.equals("_total");
    final boolean bucket = type.endsWith("histogram") && suffix.equals("_bucket");
    require(total || bucket, "exemplar where none is allowed");
    int length = 0;
    for (final Map.Entry<String, String> label : sample.exemplar().labels().entrySet()) {
      final String text = label.getKey() + label.getValue();
      length += text.codePointCount(0, text.length());
    }
    require(length <= EXEMPLAR_LIMIT, "exemplar labels too long: " + length);
    require(
        !bucket || ParsedSample.number(sample.exemplar().value()) <= threshold(sample),
        "exemplar above its bucket");
  }

  /** Checks what concerns a whole family. */
  void endOfFamily(ParsedFamily family) {
    final String type = family.typeOrUnknown();
    claimNames(family, type);
    require(
        family.unit == null
            || family.unit.isEmpty()
            || !(type.equals("info") || type.equals("stateset")),
        "unit not allowed for " + type);
    final Set<Map<String, String>> ended = new HashSet<>();
    final List<ParsedSample> group = new ArrayList<>();
    Map<String, String> labels = null;
    for (final ParsedSample sample : family.samples) {
      final Map<String, String> next = sample.groupLabels(family);
      if (labels != null && !labels.equals(next)) {
        endOfGroup(type, group);
        ended.add(labels);
        group.clear();
      }
      require(!ended.contains(next), "metrics are interleaved");
      labels = next;
      group.add(sample);
    }
    if (!group.isEmpty()) {
      endOfGroup(type, group);
    }
  }

  private void claimNames(ParsedFamily family, String type) {
    final Set<String> claimed = new HashSet<>();
    claimed.add(family.name);
    for (final String suffix : suffixes(type)) {
      claimed.add(family.name + suffix);
    }
    for (final String name : claimed) {
      require(names.add(name), "clashing name " + name);
    }
  }

  private static void endOfGroup(String type, List<ParsedSample> group) {
    final Map<String, BigDecimal> times = new HashMap<>();
    final boolean timed = group.get(0).timestamp() != null;
    for (final ParsedSample sample : group) {
      final String key = sample.name() + sample.labels();
      final BigDecimal time = sample.timestamp();
      require((time != null) == timed, "some samples have timestamps and some have not");
      require(timed || !times.containsKey(key), "repeated sample " + key);
      final BigDecimal before = times.put(key, time);
      require(before == null || time.compareTo(before) >= 0, "timestamps decrease");
    }
    if (type.endsWith("histogram")) {
      histogram(type, group);
    }
  }

  private static void histogram(String type, List<ParsedSample> group) {
    double previousBound = Double.NaN;
    double previousCount = 0;
    boolean negativeBound = false;
    Double count = null;
    Double sum = null;
    for (final ParsedSample sample : group) {
      if (sample.name().endsWith("_bucket")) {
        final double bound = threshold(sample);
        require(!(bound <= previousBound), "le does not increase");
        require(sample.number() >= previousCount, "bucket counts decrease");
        negativeBound |= bound < 0;
        previousBound = bound;
        previousCount = sample.number();
      } else if (sample.name().endsWith("count")) {
        count = sample.number();
      } else if (sample.name().endsWith("sum")) {
        sum = sample.number();
      }
    }
    require(previousBound == Double.POSITIVE_INFINITY, "no +Inf bucket");
    require((count == null) == (sum == null), "count without sum or sum without count");
    require(count == null || count == previousCount, "count differs from the +Inf bucket");
    require(sum == null || !negativeBound || !type.equals("histogram"), "sum and negative bound");
    require(sum == null || sum >= 0 || negativeBound, "negative sum");
  }

  private static double threshold(ParsedSample bucket) {
    final String le = bucket.labels().get("le");
    require(le != null, "bucket without le");
    return number(le);
  }

  private static double number(String text) {
    try {
      return switch (text) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw new IllegalStateException("not a number: " + text, e);
    }
  }

  private static void countLike(double value) {
    require(value >= 0, "NaN or negative where a count is expected");
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalStateException(problem);
    }
  }
}
