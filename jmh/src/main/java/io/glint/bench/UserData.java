package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Attribute sets, values and bucket boundaries of a user's own, in place of those that benchmarks
 * come with. Whatever is wrong with them is an {@link IllegalArgumentException} that says where it
 * is and what to do.
 *
 * <p>In files, blank lines and lines that begin with {@code #} are skipped.
 */
final class UserData {
  /** Of explicit buckets if nothing is advised: see the metrics SDK specification. */
  static final List<Double> DEFAULT_BOUNDS =
      List.of(
          0d, 5d, 10d, 25d, 50d, 75d, 100d, 250d, 500d, 750d, 1000d, 2500d, 5000d, 7500d, 10_000d);

  /** The default cardinality limit of OpenTelemetry is 2000, one of which is for the overflow. */
  static final int MOST_SERIES = 1999;

  private static final String EMPTY_SET = "{}";

  private UserData() {}

  /**
   * Reads attribute sets, one a line: {@code key=value,key2=value2}. A backslash before a comma, an
   * equals sign or a backslash makes it part of a key or a value; {@code {}} is the set without
   * attributes. Values are strings.
   *
   * @return new instances, at least one, all different
   */
  static Attributes[] attributes(String file) {
    final Map<Attributes, Integer> lineOf = new HashMap<>();
    final List<Attributes> sets = new ArrayList<>();
    for (final Line line : lines(file)) {
      final Attributes attributes = line.attributes();
      final Integer earlier = lineOf.putIfAbsent(attributes, line.number());
      if (earlier != null) {
        throw line.wrong("the same attributes as line " + earlier, "remove one of the two");
      }
      sets.add(attributes);
    }
    if (sets.isEmpty()) {
      throw new IllegalArgumentException(
          file + ": no attribute set; write one a line, as key=value,key2=value2");
    }
    if (sets.size() > MOST_SERIES) {
      throw new IllegalArgumentException(
          file
              + ": "
              + sets.size()
              + " attribute sets; OpenTelemetry's default cardinality limit leaves room for "
              + MOST_SERIES
              + ", so leave some out");
    }
    return sets.toArray(new Attributes[0]);
  }

  /**
   * Reads values, one number a line, none below 0.
   *
   * @return at least one, or null if {@code file} is empty
   */
  static double[] values(String file) {
    if (file.isEmpty()) {
      return null;
    }
    final double[] values = lines(file).stream().mapToDouble(Line::value).toArray();
    if (values.length == 0) {
      throw new IllegalArgumentException(file + ": no value; write one number a line");
    }
    return values;
  }

  /** Reads boundaries of explicit buckets: finite numbers, each above the one before. */
  static List<Double> bounds(String text) {
    final List<Double> bounds = new ArrayList<>();
    for (final String part : text.split(",", -1)) {
      final double bound = number(part.strip());
      if (!Double.isFinite(bound)) {
        throw new IllegalArgumentException(
            "--bounds: '"
                + part.strip()
                + "', number "
                + (bounds.size() + 1)
                + ", is not a finite number; write them as in 0.005,0.01,0.1,1");
      }
      if (!bounds.isEmpty() && bound <= bounds.get(bounds.size() - 1)) {
        throw new IllegalArgumentException(
            "--bounds: "
                + part.strip()
                + " is not above "
                + bounds.get(bounds.size() - 1)
                + ", which is before it; sort them and name each once");
      }
      bounds.add(bound);
    }
    return bounds;
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static List<Line> lines(String file) {
    final List<String> all;
    try {
      all = Files.readAllLines(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": not UTF-8; save it as UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read: " + e, e);
    }
    final List<Line> lines = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      final String text = all.get(i).strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        lines.add(new Line(file, i + 1, text));
      }
    }
    return lines;
  }

  /** A line that says something. */
  private record Line(String file, int number, String text) {

    double value() {
      final double value = UserData.number(text);
      if (!Double.isFinite(value)) {
        throw wrong("'" + text + "' is not a finite number", "write one number a line");
      }
      if (value < 0) {
        throw wrong(text + " is below 0, which no histogram takes", "remove it");
      }
      return value;
    }

    Attributes attributes() {
      if (text.equals(EMPTY_SET)) {
        return Attributes.empty();
      }
      final AttributesBuilder attributes = Attributes.builder();
      final Set<String> keys = new HashSet<>();
      for (final List<String> pair : pairs()) {
        final String key = pair.get(0).strip();
        if (pair.size() != 2) {
          throw wrong(
              "'" + String.join("=", pair) + "' is not key=value",
              "write \\, for a comma and \\= for an equals sign that belong to a value");
        }
        if (key.isEmpty()) {
          throw wrong("an attribute without a key", "write key=value");
        }
        if (!keys.add(key)) {
          throw wrong("the key " + key + " twice", "keep one of the two");
        }
        attributes.put(key, pair.get(1).strip());
      }
      return attributes.build();
    }

    /** What commas separate, each split where it has equals signs. */
    private List<List<String>> pairs() {
      final List<List<String>> pairs = new ArrayList<>();
      List<String> pair = new ArrayList<>();
      StringBuilder part = new StringBuilder();
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '=' || c == ',') {
          pair.add(part.toString());
          part = new StringBuilder();
          if (c == ',') {
            pairs.add(pair);
            pair = new ArrayList<>();
          }
          continue;
        }
        if (c == '\\') {
          i++;
          c = i < text.length() ? text.charAt(i) : 0;
          if (c != '\\' && c != '=' && c != ',') {
            throw wrong("a backslash that stands before none of , = \\", "write \\\\ for one");
          }
        }
        part.append(c);
      }
      pair.add(part.toString());
      pairs.add(pair);
      return pairs;
    }

    IllegalArgumentException wrong(String what, String remedy) {
      return new IllegalArgumentException(file + ":" + number + ": " + what + "; " + remedy);
    }
  }
}
