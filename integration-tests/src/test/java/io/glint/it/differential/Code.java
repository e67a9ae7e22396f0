package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;

/** Parts of the pseudo Java that a program is printed as. */
final class Code {
  private Code() {}

  static String text(String text) {
    return text == null ? "null" : '"' + text + '"';
  }

  static String number(Number number) {
    return number instanceof Long ? number + "L" : String.valueOf(number);
  }

  static String attributes(Attributes attributes) {
    return attributes == null ? "null" : attributes.toString();
  }
}
