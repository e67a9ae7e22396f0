package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;

/**
 * Writes exemplars as text: {@code # {trace_id="..",span_id=".."} value timestamp}.
 *
 * <p>Not safe for use by several threads at once.
 */
final class TextExemplarWriter extends ExemplarWriter {

  private static final byte[] SPAN_IDS =
      ("trace_id=\"" + "0".repeat(32) + "\",span_id=\"" + "0".repeat(16) + "\"").getBytes(US_ASCII);

  /** Where in {@link #SPAN_IDS} the digits are. */
  private static final int TRACE_ID_AT = 10;

  private static final int SPAN_ID_AT = 53;

  /** Of the labels of both ids: the characters that are neither of names nor of values. */
  private static final int IDS_SYNTAX = 7;

  private final Numbers numbers;

  TextExemplarWriter(Numbers numbers) {
    this.numbers = numbers;
  }

  @Override
  boolean append(TextBuffer out, ExemplarData exemplar, int field) {
    final int mark = out.size();
    out.ascii(" # {");
    if (!labels(out, exemplar)) {
      out.truncate(mark);
      return false;
    }
    out.ascii("} ");
    if (exemplar instanceof LongExemplarData integer) {
      numbers.integer(out, integer.getValue());
    } else {
      numbers.floating(out, ((DoubleExemplarData) exemplar).getValue());
    }
    out.put(' ');
    numbers.seconds(out, exemplar.getEpochNanos());
    return true;
  }

  @Override
  int ids(TextBuffer out, ExemplarData exemplar) {
    final int at = out.size();
    if (exemplar instanceof ReadableSpanIds span && span.hasNumbers()) {
      spanIds(out, span.traceIdHigh(), span.traceIdLow(), span.spanId());
      return SPAN_IDS.length - IDS_SYNTAX;
    }
    final SpanContext span = exemplar.getSpanContext();
    if (!span.isValid()) {
      return 0;
    }
    out.ascii(TRACE_ID).ascii("=\"").labelValue(span.getTraceId()).ascii("\",");
    out.ascii(SPAN_ID).ascii("=\"").labelValue(span.getSpanId()).put('"');
    return out.charactersFrom(at) - IDS_SYNTAX;
  }

  /** Appends the labels of ids that are numbers. */
  static TextBuffer spanIds(TextBuffer out, long traceIdHigh, long traceIdLow, long spanId) {
    final int at = out.size();
    out.raw(SPAN_IDS);
    out.setHex(at + TRACE_ID_AT, traceIdHigh);
    out.setHex(at + TRACE_ID_AT + 16, traceIdLow);
    out.setHex(at + SPAN_ID_AT, spanId);
    return out;
  }

  @Override
  void separate(TextBuffer out) {
    out.put(',');
  }
}
