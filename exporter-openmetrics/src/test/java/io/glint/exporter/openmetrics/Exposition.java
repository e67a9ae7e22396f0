package io.glint.exporter.openmetrics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@link StrictOpenMetricsParser} read. */
final class Exposition {

  final List<ParsedFamily> families = new ArrayList<>();

  ParsedFamily family(String name) {
    for (final ParsedFamily family : families) {
      if (family.name.equals(name)) {
        return family;
      }
    }
    throw new AssertionError("no family " + name + " among " + families);
  }

  List<String> familyNames() {
    return families.stream().map(family -> family.name).toList();
  }

  static final class ParsedFamily {
    final String name;
    String type;
    String unit;
    String help;
    final List<ParsedSample> samples = new ArrayList<>();

    ParsedFamily(String name) {
      this.name = name;
    }

    String typeOrUnknown() {
      return type == null ? "unknown" : type;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  record ParsedSample(
      String name,
      Map<String, String> labels,
      String value,
      BigDecimal timestamp,
      ParsedExemplar exemplar) {

    double number() {
      return number(value);
    }

    static double number(String text) {
      final String lower = text.toLowerCase(Locale.ROOT);
      final String sign = lower.startsWith("-") ? "-" : "";
      final String magnitude =
          lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
      return switch (magnitude) {
        case "nan" -> Double.NaN;
        case "inf", "infinity" ->
            sign.isEmpty() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(lower);
      };
    }

    /** The labels without those that tell the samples of one point apart. */
    Map<String, String> groupLabels(ParsedFamily family) {
      final Map<String, String> group = new LinkedHashMap<>(labels);
      switch (family.typeOrUnknown()) {
        case "histogram", "gaugehistogram" -> group.remove("le");
        case "summary" -> group.remove("quantile");
        case "stateset" -> group.remove(family.name);
        default -> {}
      }
      return group;
    }
  }

  record ParsedExemplar(Map<String, String> labels, String value, BigDecimal timestamp) {}
}
