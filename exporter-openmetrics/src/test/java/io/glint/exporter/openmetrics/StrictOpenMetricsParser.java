package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Exposition.ParsedExemplar;
import io.glint.exporter.openmetrics.Exposition.ParsedFamily;
import io.glint.exporter.openmetrics.Exposition.ParsedSample;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads OpenMetrics 1.0 text and rejects what the specification forbids: this class the grammar,
 * {@link FamilyRules} what families, metrics and points have to obey. Calibrated by the
 * specification's own cases, see {@link OpenMetricsCorpusTest}.
 */
final class StrictOpenMetricsParser {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final Pattern UNIT = Pattern.compile("[a-zA-Z0-9_:]*");
  private static final Pattern REAL =
      Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|[0-9]*\\.[0-9]+)([eE][+-]?[0-9]+)?");
  private static final Pattern NUMBER =
      Pattern.compile(REAL.pattern() + "|[+-]?(inf|infinity)|nan", Pattern.CASE_INSENSITIVE);
  private static final Set<String> TYPES =
      Set.of(
          "counter",
          "gauge",
          "histogram",
          "gaugehistogram",
          "stateset",
          "info",
          "summary",
          "unknown");

  private final Exposition exposition = new Exposition();
  private final FamilyRules rules = new FamilyRules();
  private ParsedFamily family;
  private String line;
  private int at;

  /** Of names and values of the labels read last, as they are written. */
  private int labelCharacters;

  private StrictOpenMetricsParser() {}

  /** Parses an exposition or throws an {@link InvalidExpositionException}. */
  static Exposition parse(byte[] bytes) {
    final String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidExpositionException("not UTF-8", e);
    }
    return new StrictOpenMetricsParser().parse(text);
  }

  private Exposition parse(String text) {
    int start = 0;
    while (true) {
      final int end = text.indexOf('\n', start);
      line = text.substring(start, end < 0 ? text.length() : end);
      if (line.equals("# EOF")) {
        require(end < 0 || end == text.length() - 1, "text after EOF");
        endFamily();
        return exposition;
      }
      require(end >= 0, "no EOF");
      require(!line.endsWith("\r"), "carriage return at the end of a line");
      at = 0;
      if (line.startsWith("#")) {
        metadata();
      } else {
        sample();
      }
      start = end + 1;
    }
  }

  private void metadata() {
    require(line.startsWith("# ") && line.length() > 7 && line.charAt(6) == ' ', "bad comment");
    final String keyword = line.substring(2, 6);
    at = 7;
    final String name = token(NAME, "metric name");
    require(at < line.length() && line.charAt(at) == ' ', "no blank after the metric name");
    final String rest = line.substring(at + 1);
    if (family == null || !family.name.equals(name)) {
      startFamily(name);
    }
    require(family.samples.isEmpty(), "metadata after samples");
    switch (keyword) {
      case "TYPE" -> {
        require(family.type == null, "repeated TYPE");
        require(TYPES.contains(rest), "unknown type");
        family.type = rest;
      }
      case "UNIT" -> {
        require(family.unit == null, "repeated UNIT");
        require(UNIT.matcher(rest).matches(), "bad unit");
        require(rest.isEmpty() || name.endsWith("_" + rest), "unit is not a suffix of the name");
        family.unit = rest;
      }
      case "HELP" -> {
        require(family.help == null, "repeated HELP");
        family.help = unescape(rest);
      }
      default -> throw invalid("unknown comment");
    }
  }

  private void sample() {
    final String name = token(NAME, "metric name");
    final Map<String, String> labels =
        at < line.length() && line.charAt(at) == '{' ? labels() : Map.of();
    blank();
    final String value = token(NUMBER, "value");
    BigDecimal timestamp = null;
    if (at + 1 < line.length() && line.charAt(at + 1) != '#') {
      blank();
      timestamp = new BigDecimal(token(REAL, "timestamp"));
    }
    final ParsedExemplar exemplar = at < line.length() ? exemplar() : null;
    require(at == line.length(), "text after the sample");
    if (family == null || !FamilyRules.isSampleOf(family, name)) {
      startFamily(name);
    }
    final ParsedSample sample = new ParsedSample(name, labels, value, timestamp, exemplar);
    family.samples.add(sample);
    check(() -> rules.sample(family, sample));
  }

  private ParsedExemplar exemplar() {
    require(line.startsWith(" # {", at), "bad exemplar");
    at += 3;
    final Map<String, String> labels = labels();
    // OpenMetrics counts without escapes, which is never more; Prometheus counts what is written.
    require(labelCharacters <= 128, labelCharacters + " characters in exemplar labels");
    blank();
    final String value = token(NUMBER, "exemplar value");
    BigDecimal timestamp = null;
    if (at < line.length()) {
      blank();
      timestamp = new BigDecimal(token(REAL, "exemplar timestamp"));
    }
    return new ParsedExemplar(labels, value, timestamp);
  }

  private Map<String, String> labels() {
    final Map<String, String> labels = new LinkedHashMap<>();
    labelCharacters = 0;
    at++;
    if (at < line.length() && line.charAt(at) == '}') {
      at++;
      return labels;
    }
    while (true) {
      final String name = token(LABEL_NAME, "label name");
      require(line.startsWith("=\"", at), "no =\" after the label name");
      at += 2;
      final int start = at;
      while (at < line.length() && line.charAt(at) != '"') {
        at += line.charAt(at) == '\\' ? 2 : 1;
      }
      require(at < line.length(), "label value without end");
      labelCharacters += name.length() + line.codePointCount(start, at);
      require(
          labels.put(name, unescape(line.substring(start, at))) == null, "repeated label " + name);
      require(!name.startsWith("_"), "reserved label name " + name);
      at++;
      require(at < line.length(), "labels without end");
      final char next = line.charAt(at++);
      if (next == '}') {
        return labels;
      }
      require(next == ',', "no comma between labels");
    }
  }

  private void startFamily(String name) {
    endFamily();
    require(!name.startsWith("_"), "reserved metric name " + name);
    family = new ParsedFamily(name);
    exposition.families.add(family);
  }

  private void endFamily() {
    if (family != null) {
      check(() -> rules.endOfFamily(family));
    }
  }

  private void blank() {
    require(at < line.length() && line.charAt(at) == ' ', "no blank");
    at++;
  }

  private String token(Pattern pattern, String what) {
    final var matcher = pattern.matcher(line).region(at, line.length());
    require(matcher.lookingAt(), "no " + what);
    // "1_2" begins with a number: a value ends at a blank or at the end of the line.
    final boolean number = pattern == NUMBER || pattern == REAL;
    require(
        !number || matcher.end() == line.length() || line.charAt(matcher.end()) == ' ',
        "bad " + what);
    at = matcher.end();
    return matcher.group();
  }

  private String unescape(String text) {
    final StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c == '\\') {
        i++;
        require(i < text.length(), "backslash at the end");
        final char escaped = text.charAt(i);
        plain.append(escaped == 'n' ? '\n' : escaped);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private void check(Runnable rule) {
    try {
      rule.run();
    } catch (IllegalStateException e) {
      throw new InvalidExpositionException(e.getMessage() + " at: " + line, e);
    }
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw invalid(problem);
    }
  }

  private InvalidExpositionException invalid(String problem) {
    return new InvalidExpositionException(problem + " at: " + line, null);
  }

  static final class InvalidExpositionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidExpositionException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
