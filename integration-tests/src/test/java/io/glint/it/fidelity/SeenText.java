package io.glint.it.fidelity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads OpenMetrics text, of which it trusts nothing but the syntax of a line. An exemplar on a
 * line that it does not belong to is an error.
 */
final class SeenText {
  private static final Pattern LINE =
      Pattern.compile(
          "(f\\d+)(_total|_bucket|_sum|_count|_created|)\\{([^}]*)\\} (\\S+)"
              + "(?: # \\{([^}]*)\\} (\\S+) (\\S+))?");
  private static final Pattern SERIES = Pattern.compile("series=\"(\\d+)\"");
  private static final Pattern UPPER_BOUND = Pattern.compile("le=\"([^\"]+)\"");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private final long time;
  private final Map<Seen.SeriesKey, Builder> builders = new HashMap<>();

  private SeenText(long time) {
    this.time = time;
  }

  /**
   * Reads an exposition.
   *
   * @param time end of the points, which the text does not tell
   */
  static Map<Seen.SeriesKey, Seen.Point> read(String text, long time) {
    final SeenText reader = new SeenText(time);
    text.lines().filter(line -> line.startsWith("f")).forEach(reader::read);
    final Map<Seen.SeriesKey, Seen.Point> points = new HashMap<>();
    reader.builders.forEach((key, builder) -> points.put(key, builder.build(time)));
    return points;
  }

  private void read(String line) {
    final Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new AssertionError("not a line of this test: " + line);
    }
    final Matcher series = SERIES.matcher(matcher.group(3));
    if (!series.find()) {
      throw new AssertionError("no series: " + line);
    }
    final Builder builder =
        builders.computeIfAbsent(
            new Seen.SeriesKey(
                Combination.idOf(matcher.group(1)), Integer.parseInt(series.group(1))),
            key -> new Builder(time));
    builder.add(matcher.group(2), matcher.group(3), matcher.group(4));
    if (matcher.group(5) != null) {
      final Seen.Exemplar exemplar = exemplar(matcher);
      if (!builder.lineHas(exemplar.value())) {
        throw new AssertionError("an exemplar does not belong to this line: " + line);
      }
      builder.exemplars.add(exemplar);
    }
  }

  private static Seen.Exemplar exemplar(Matcher matcher) {
    final Map<String, String> labels = new HashMap<>();
    final Matcher label = LABEL.matcher(matcher.group(5));
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    final String traceId = labels.remove("trace_id");
    final String spanId = labels.remove("span_id");
    return new Seen.Exemplar(
        Double.parseDouble(matcher.group(6)),
        nanos(matcher.group(7)),
        traceId == null ? "" : traceId,
        spanId == null ? "" : spanId,
        !labels.isEmpty());
  }

  private static long nanos(String seconds) {
    return new BigDecimal(seconds).movePointRight(9).longValueExact();
  }

  private static final class Builder {
    private final List<Long> cumulative = new ArrayList<>();
    private final List<Seen.Exemplar> exemplars = new ArrayList<>();
    private double value = Double.NaN;
    private long start;

    /** Of the values that an exemplar of the last line may have; the lower one is exclusive. */
    private double lower;

    private double upper = Double.NEGATIVE_INFINITY;

    Builder(long start) {
      this.start = start;
    }

    void add(String suffix, String labels, String number) {
      // Each bucket goes on where the one before ends; other lines, but totals, have no exemplars.
      lower = suffix.equals("_bucket") ? upper : Double.NEGATIVE_INFINITY;
      upper =
          switch (suffix) {
            case "_bucket" -> upperBound(labels);
            case "_total" -> Double.POSITIVE_INFINITY;
            default -> Double.NEGATIVE_INFINITY;
          };
      switch (suffix) {
        case "_bucket" -> cumulative.add(Long.parseLong(number));
        case "_created" -> start = nanos(number);
        case "_count" -> {}
        default -> value = Double.parseDouble(number);
      }
    }

    private static double upperBound(String labels) {
      final Matcher bound = UPPER_BOUND.matcher(labels);
      if (!bound.find()) {
        throw new AssertionError("no bound: " + labels);
      }
      return bound.group(1).equals("+Inf")
          ? Double.POSITIVE_INFINITY
          : Double.parseDouble(bound.group(1));
    }

    boolean lineHas(double value) {
      return value > lower && value <= upper;
    }

    Seen.Point build(long end) {
      final List<Long> buckets = new ArrayList<>();
      for (int i = 0; i < cumulative.size(); i++) {
        buckets.add(cumulative.get(i) - (i == 0 ? 0 : cumulative.get(i - 1)));
      }
      return new Seen.Point(
          start,
          end,
          value,
          cumulative.isEmpty() ? -1 : cumulative.get(cumulative.size() - 1),
          Double.NaN,
          Double.NaN,
          buckets,
          null,
          /* isText= */ true,
          exemplars);
    }
  }
}
