package io.glint.examples.webstore.browser;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON that is known to be valid into maps, lists, text, doubles, truth values and null. */
final class JsonReader {

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  static Object read(String text) {
    return new JsonReader(text).value();
  }

  private Object value() {
    final char first = peek();
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, Object> object() {
    final Map<String, Object> object = new LinkedHashMap<>();
    at++;
    while (peek() != '}') {
      final String name = string();
      skip(':');
      object.put(name, value());
      skip(',');
    }
    at++;
    return object;
  }

  private List<Object> array() {
    final List<Object> array = new ArrayList<>();
    at++;
    while (peek() != ']') {
      array.add(value());
      skip(',');
    }
    at++;
    return array;
  }

  private String string() {
    final StringBuilder string = new StringBuilder();
    peek();
    at++;
    while (text.charAt(at) != '"') {
      final char c = text.charAt(at++);
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    final char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> c;
    };
  }

  private Object word() {
    final int begin = at;
    while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    final String word = text.substring(begin, at);
    return switch (word) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      default -> Double.valueOf(word);
    };
  }

  private char peek() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.charAt(at);
  }

  private void skip(char separator) {
    if (peek() == separator) {
      at++;
    }
  }
}
