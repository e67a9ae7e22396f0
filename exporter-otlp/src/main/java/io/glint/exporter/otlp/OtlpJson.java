package io.glint.exporter.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of an encoded {@code ExportMetricsServiceRequest}, which is that of {@code
 * MetricsData}, too (OTLP specification, JSON Protobuf Encoding): names in lowerCamelCase, ids in
 * hexadecimal digits, enumerations as numbers, 64-bit integers as strings, and no line breaks.
 *
 * <p>It is made of the bytes that would be sent as binary protobuf, so that both forms say the
 * same.
 */
final class OtlpJson {
  private enum Type {
    STRING,
    HEX,
    BASE64,
    BOOL,
    ENUM,
    INT64,
    SINT32,
    UNSIGNED_FIXED64,
    SIGNED_FIXED64,
    DOUBLE,
    PACKED_FIXED64,
    PACKED_DOUBLE,
    PACKED_UINT64,
    MESSAGE,
    MESSAGES
  }

  private static final HexFormat HEX = HexFormat.of();

  private static final Message ANY_VALUE = new Message();
  private static final Message KEY_VALUE =
      new Message().field(1, "key", Type.STRING).field(2, "value", Type.MESSAGE, ANY_VALUE);

  static {
    ANY_VALUE
        .field(1, "stringValue", Type.STRING)
        .field(2, "boolValue", Type.BOOL)
        .field(3, "intValue", Type.INT64)
        .field(4, "doubleValue", Type.DOUBLE)
        .field(
            5,
            "arrayValue",
            Type.MESSAGE,
            new Message().field(1, "values", Type.MESSAGES, ANY_VALUE))
        .field(
            6,
            "kvlistValue",
            Type.MESSAGE,
            new Message().field(1, "values", Type.MESSAGES, KEY_VALUE))
        .field(7, "bytesValue", Type.BASE64);
  }

  private static final Message EXEMPLAR =
      new Message()
          .field(2, "timeUnixNano", Type.UNSIGNED_FIXED64)
          .field(3, "asDouble", Type.DOUBLE)
          .field(4, "spanId", Type.HEX)
          .field(5, "traceId", Type.HEX)
          .field(6, "asInt", Type.SIGNED_FIXED64)
          .field(7, "filteredAttributes", Type.MESSAGES, KEY_VALUE);

  private static final Message NUMBER =
      point()
          .field(4, "asDouble", Type.DOUBLE)
          .field(5, "exemplars", Type.MESSAGES, EXEMPLAR)
          .field(6, "asInt", Type.SIGNED_FIXED64)
          .field(7, "attributes", Type.MESSAGES, KEY_VALUE);

  private static final Message HISTOGRAM =
      distribution()
          .field(6, "bucketCounts", Type.PACKED_FIXED64)
          .field(7, "explicitBounds", Type.PACKED_DOUBLE)
          .field(8, "exemplars", Type.MESSAGES, EXEMPLAR)
          .field(9, "attributes", Type.MESSAGES, KEY_VALUE)
          .field(11, "min", Type.DOUBLE)
          .field(12, "max", Type.DOUBLE);

  private static final Message BUCKETS =
      new Message().field(1, "offset", Type.SINT32).field(2, "bucketCounts", Type.PACKED_UINT64);

  private static final Message EXPONENTIAL_HISTOGRAM =
      distribution()
          .field(1, "attributes", Type.MESSAGES, KEY_VALUE)
          .field(6, "scale", Type.SINT32)
          .field(7, "zeroCount", Type.UNSIGNED_FIXED64)
          .field(8, "positive", Type.MESSAGE, BUCKETS)
          .field(9, "negative", Type.MESSAGE, BUCKETS)
          .field(11, "exemplars", Type.MESSAGES, EXEMPLAR)
          .field(12, "min", Type.DOUBLE)
          .field(13, "max", Type.DOUBLE);

  private static final Message QUANTILE =
      new Message().field(1, "quantile", Type.DOUBLE).field(2, "value", Type.DOUBLE);

  private static final Message SUMMARY =
      distribution()
          .field(6, "quantileValues", Type.MESSAGES, QUANTILE)
          .field(7, "attributes", Type.MESSAGES, KEY_VALUE);

  private static final Message METRIC =
      new Message()
          .field(1, "name", Type.STRING)
          .field(2, "description", Type.STRING)
          .field(3, "unit", Type.STRING)
          .field(5, "gauge", Type.MESSAGE, data(NUMBER))
          .field(7, "sum", Type.MESSAGE, data(NUMBER))
          .field(9, "histogram", Type.MESSAGE, data(HISTOGRAM))
          .field(10, "exponentialHistogram", Type.MESSAGE, data(EXPONENTIAL_HISTOGRAM))
          .field(11, "summary", Type.MESSAGE, data(SUMMARY));

  private static final Message SCOPE =
      new Message()
          .field(1, "name", Type.STRING)
          .field(2, "version", Type.STRING)
          .field(3, "attributes", Type.MESSAGES, KEY_VALUE);

  private static final Message SCOPE_METRICS =
      new Message()
          .field(1, "scope", Type.MESSAGE, SCOPE)
          .field(2, "metrics", Type.MESSAGES, METRIC)
          .field(3, "schemaUrl", Type.STRING);

  private static final Message RESOURCE =
      new Message().field(1, "attributes", Type.MESSAGES, KEY_VALUE);

  private static final Message RESOURCE_METRICS =
      new Message()
          .field(1, "resource", Type.MESSAGE, RESOURCE)
          .field(2, "scopeMetrics", Type.MESSAGES, SCOPE_METRICS)
          .field(3, "schemaUrl", Type.STRING);

  private static final Message REQUEST =
      new Message().field(1, "resourceMetrics", Type.MESSAGES, RESOURCE_METRICS);

  private final StringBuilder out;

  private OtlpJson(int protobufSize) {
    this.out = new StringBuilder(4 * Math.min(protobufSize, 1 << 20) + 64);
  }

  /** The JSON form of a request, in UTF-8. */
  static byte[] of(byte[] protobuf) {
    final OtlpJson json = new OtlpJson(protobuf.length);
    json.write(REQUEST, new ProtoReader(protobuf));
    return json.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Message point() {
    return new Message()
        .field(2, "startTimeUnixNano", Type.UNSIGNED_FIXED64)
        .field(3, "timeUnixNano", Type.UNSIGNED_FIXED64);
  }

  private static Message distribution() {
    return point().field(4, "count", Type.UNSIGNED_FIXED64).field(5, "sum", Type.DOUBLE);
  }

  private static Message data(Message point) {
    return new Message()
        .field(1, "dataPoints", Type.MESSAGES, point)
        .field(2, "aggregationTemporality", Type.ENUM)
        .field(3, "isMonotonic", Type.BOOL);
  }

  /** Elements of a repeated field stand one behind the other, as the encoder writes them. */
  private void write(Message message, ProtoReader in) {
    out.append('{');
    int last = 0;
    boolean isInArray = false;
    for (int number = in.nextField(); number != 0; number = in.nextField()) {
      final Field field = message.fields[number];
      if (number == last) {
        out.append(',');
      } else {
        if (isInArray) {
          out.append(']');
        }
        if (last != 0) {
          out.append(',');
        }
        out.append('"').append(field.name).append("\":");
        isInArray = field.type == Type.MESSAGES;
        if (isInArray) {
          out.append('[');
        }
        last = number;
      }
      write(field, in);
    }
    if (isInArray) {
      out.append(']');
    }
    out.append('}');
  }

  private void write(Field field, ProtoReader in) {
    switch (field.type) {
      case STRING -> string(in.readString());
      case HEX -> string(HEX.formatHex(in.readBytes()));
      case BASE64 -> string(Base64.getEncoder().encodeToString(in.readBytes()));
      case BOOL -> out.append(in.readVarint() != 0);
      case ENUM -> out.append(in.readVarint());
      case INT64 -> quoted(Long.toString(in.readVarint()));
      case SINT32 -> out.append(in.readSint32());
      case UNSIGNED_FIXED64 -> quoted(Long.toUnsignedString(in.readFixed64()));
      case SIGNED_FIXED64 -> quoted(Long.toString(in.readFixed64()));
      case DOUBLE -> number(in.readDouble());
      case PACKED_FIXED64, PACKED_DOUBLE, PACKED_UINT64 -> packed(field.type, in.readMessage());
      case MESSAGE, MESSAGES -> write(Objects.requireNonNull(field.message), in.readMessage());
    }
  }

  private void packed(Type type, ProtoReader in) {
    char separator = '[';
    while (in.hasMore()) {
      out.append(separator);
      separator = ',';
      switch (type) {
        case PACKED_DOUBLE -> number(in.readDouble());
        case PACKED_FIXED64 -> quoted(Long.toUnsignedString(in.readFixed64()));
        default -> quoted(Long.toUnsignedString(in.readVarint()));
      }
    }
    out.append(']');
  }

  private void number(double value) {
    if (Double.isFinite(value)) {
      out.append(value);
    } else {
      quoted(Double.toString(value));
    }
  }

  private void quoted(String plain) {
    out.append('"').append(plain).append('"');
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u").append(HEX.toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** The fields of a message, by number. */
  private static final class Message {
    private final Field[] fields = new Field[14];

    private Message field(int number, String name, Type type) {
      return field(number, name, type, null);
    }

    private Message field(int number, String name, Type type, @Nullable Message message) {
      fields[number] = new Field(name, type, message);
      return this;
    }
  }

  /**
   * One field.
   *
   * @param message its kind of message; null for other types
   */
  private record Field(String name, Type type, @Nullable Message message) {}
}
