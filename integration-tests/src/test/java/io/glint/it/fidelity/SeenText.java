package io.glint.it.fidelity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads OpenMetrics text, of which it trusts nothing but the syntax of a line. */
final class SeenText {
  private static final Pattern LINE =
      Pattern.compile(
          "(f\\d+)(_total|_bucket|_sum|_count|_created|)\\{([^}]*)\\} (\\S+)"
              + "(?: # \\{([^}]*)\\} (\\S+) (\\S+))?");
  private static final Pattern SERIES = Pattern.compile("series=\"(\\d+)\"");
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
    builder.add(matcher.group(2), matcher.group(4));
    if (matcher.group(5) != null) {
      builder.exemplars.add(exemplar(matcher));
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

    Builder(long start) {
      this.start = start;
    }

    void add(String suffix, String number) {
      switch (suffix) {
        case "_bucket" -> cumulative.add(Long.parseLong(number));
        case "_created" -> start = nanos(number);
        case "_count" -> {}
        default -> value = Double.parseDouble(number);
      }
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
