package io.glint.exporter.openmetrics;

import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.ExemplarData;

/**
 * Writes exemplars as protobuf messages {@code Exemplar}.
 *
 * <p>Not safe for use by several threads at once.
 */
final class ProtobufExemplarWriter extends ExemplarWriter {

  private static final int LABEL = 1;
  private static final int VALUE = 2;
  private static final int TIMESTAMP = 3;

  /** The labels of ids that are zero. */
  private static final byte[] SPAN_IDS = spanIds();

  /** Where in {@link #SPAN_IDS} the digits are: those of the span end it. */
  private static final int TRACE_ID_AT = 14;

  private static final int SPAN_ID_AT = SPAN_IDS.length - 16;

  private static final int IDS_CHARACTERS = TRACE_ID.length() + 32 + SPAN_ID.length() + 16;

  private static byte[] spanIds() {
    final TextBuffer out = new TextBuffer(80);
    pair(out, TRACE_ID, "0".repeat(32));
    pair(out, SPAN_ID, "0".repeat(16));
    return out.toByteArray();
  }

  @Override
  boolean append(TextBuffer out, ExemplarData exemplar, int field) {
    final int mark = out.size();
    final int content = Protobuf.begin(out, field);
    if (!labels(out, exemplar)) {
      out.truncate(mark);
      return false;
    }
    Protobuf.float64(out, VALUE, value(exemplar));
    Protobuf.timestamp(out, TIMESTAMP, exemplar.getEpochNanos());
    Protobuf.end(out, content);
    return true;
  }

  @Override
  int ids(TextBuffer out, ExemplarData exemplar) {
    if (exemplar instanceof ReadableSpanIds span && span.hasNumbers()) {
      final int at = out.size();
      out.raw(SPAN_IDS);
      out.setHex(at + TRACE_ID_AT, span.traceIdHigh());
      out.setHex(at + TRACE_ID_AT + 16, span.traceIdLow());
      out.setHex(at + SPAN_ID_AT, span.spanId());
      return IDS_CHARACTERS;
    }
    final SpanContext span = exemplar.getSpanContext();
    return span.isValid()
        ? pair(out, TRACE_ID, span.getTraceId()) + pair(out, SPAN_ID, span.getSpanId())
        : 0;
  }

  private static int pair(TextBuffer out, String name, String value) {
    final int content = Protobuf.begin(out, LABEL);
    Protobuf.string(out, 1, name);
    Protobuf.string(out, 2, value);
    Protobuf.end(out, content);
    return name.length() + value.codePointCount(0, value.length());
  }

  @Override
  void separate(TextBuffer out) {
    // Nothing stands between two fields.
  }
}
