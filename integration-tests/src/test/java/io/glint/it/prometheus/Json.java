package io.glint.it.prometheus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what Prometheus' API answers, which is JSON without fault. */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** The {@code data} of an answer. */
  static Json.Value data(String text) {
    return new Value(new Json(text).read()).get("data");
  }

  /** A map, a list, a string, or a number or literal as its text. */
  record Value(Object value) {
    Value get(String key) {
      return new Value(((Map<?, ?>) value).get(key));
    }

    List<Value> list() {
      final List<Value> values = new ArrayList<>();
      ((List<?>) value).forEach(element -> values.add(new Value(element)));
      return values;
    }

    Map<String, String> strings() {
      final Map<String, String> strings = new LinkedHashMap<>();
      ((Map<?, ?>) value).forEach((key, text) -> strings.put((String) key, (String) text));
      return strings;
    }

    String string() {
      return (String) value;
    }

    /** Prometheus writes numbers as strings, and the infinite ones as Go does. */
    double number() {
      return Double.parseDouble(((String) value).replace("Inf", "Infinity"));
    }
  }

  private Object read() {
    final char first = next();
    if (first == '{') {
      final Map<String, Object> map = new LinkedHashMap<>();
      at++;
      while (next() != '}') {
        final String key = string();
        next();
        at++; // the colon
        map.put(key, read());
        skipComma();
      }
      at++;
      return map;
    }
    if (first == '[') {
      final List<Object> list = new ArrayList<>();
      at++;
      while (next() != ']') {
        list.add(read());
        skipComma();
      }
      at++;
      return list;
    }
    if (first == '"') {
      return string();
    }
    final int start = at;
    while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Skips blanks and returns the first character of what comes next. */
  private char next() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private void skipComma() {
    if (next() == ',') {
      at++;
    }
  }

  private String string() {
    final StringBuilder string = new StringBuilder();
    at++;
    while (text.charAt(at) != '"') {
      final char c = text.charAt(at++);
      if (c != '\\') {
        string.append(c);
        continue;
      }
      final char escaped = text.charAt(at++);
      switch (escaped) {
        case 'n' -> string.append('\n');
        case 't' -> string.append('\t');
        case 'r' -> string.append('\r');
        case 'b' -> string.append('\b');
        case 'f' -> string.append('\f');
        case 'u' -> {
          string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          at += 4;
        }
        default -> string.append(escaped);
      }
    }
    at++;
    return string.toString();
  }
}
