package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/**
 * Attribute values as label values: OpenTelemetry specification, "Common", section "AnyValue
 * representation for non-OTLP protocols". Strings stand for themselves, everything else is JSON
 * with the exceptions listed there; below {@value #MAX_DEPTH} levels there is {@code "..."}.
 */
final class AttributeText {

  /**
   * Arrays and maps nested deeper than this are cut: deep enough nesting would overflow a stack.
   */
  static final int MAX_DEPTH = 64;

  private AttributeText() {}

  /** The text of a top-level value; empty for an empty value. */
  static String of(Object value) {
    if (value instanceof String string) {
      return string;
    }
    if (value instanceof List<?>) {
      final StringBuilder json = new StringBuilder();
      appendJson(json, value, 0);
      return json.toString();
    }
    if (value instanceof Value<?> wrapped) {
      return switch (wrapped.getType()) {
        case EMPTY -> "";
        case BYTES -> base64((ByteBuffer) wrapped.getValue());
        case ARRAY, KEY_VALUE_LIST -> {
          final StringBuilder json = new StringBuilder();
          appendJson(json, wrapped, 0);
          yield json.toString();
        }
        default -> wrapped.getValue().toString();
      };
    }
    // Boolean, Long and Double print as JSON does; NaN and the infinities as the section asks.
    return value.toString();
  }

  private static void appendJson(StringBuilder json, Object value, int depth) {
    if (depth > MAX_DEPTH) {
      json.append("\"...\"");
    } else if (value instanceof Value<?> wrapped) {
      switch (wrapped.getType()) {
        case EMPTY -> json.append("null");
        case BYTES -> json.append('"').append(base64((ByteBuffer) wrapped.getValue())).append('"');
        case KEY_VALUE_LIST -> appendMap(json, (List<?>) wrapped.getValue(), depth);
        default -> appendJson(json, wrapped.getValue(), depth);
      }
    } else if (value instanceof List<?> list) {
      appendArray(json, list, depth);
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      json.append('"').append(number.doubleValue()).append('"');
    } else if (value instanceof Boolean || value instanceof Number) {
      json.append(value);
    } else {
      appendString(json, value.toString());
    }
  }

  private static void appendArray(StringBuilder json, List<?> list, int depth) {
    json.append('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      appendJson(json, list.get(i), depth + 1);
    }
    json.append(']');
  }

  private static void appendMap(StringBuilder json, List<?> entries, int depth) {
    json.append('{');
    for (int i = 0; i < entries.size(); i++) {
      if (i > 0) {
        json.append(',');
      }
      final KeyValue entry = (KeyValue) entries.get(i);
      appendString(json, entry.getKey());
      json.append(':');
      appendJson(json, entry.getValue(), depth + 1);
    }
    json.append('}');
  }

  private static void appendString(StringBuilder json, String string) {
    json.append('"');
    for (int i = 0; i < string.length(); i++) {
      final char c = string.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < 0x20) {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }

  private static String base64(ByteBuffer bytes) {
    final byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return Base64.getEncoder().encodeToString(copy);
  }
}
