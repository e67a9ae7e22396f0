package io.glint.exporter.otlp;

import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.List;

/**
 * Writes exemplars. Ids are left out, not filled with zeros, when there was no valid span.
 *
 * <p>Under cumulative temporality most exemplars stay from one export to the next, and their
 * attributes are worth keeping. Those of a new exemplar nobody may ever see again: they are kept
 * from its second export on. An exemplar counts as new if all of the collection before are older.
 */
final class ExemplarEncoder {
  private static final int TIME_UNIX_NANO = 2;
  private static final int AS_DOUBLE = 3;
  private static final int SPAN_ID = 4;
  private static final int TRACE_ID = 5;
  private static final int AS_INT = 6;
  private static final int FILTERED_ATTRIBUTES = 7;

  private final ProtoWriter out;
  private final AttributesEncoder attributes;
  private int written;

  /** The time of the latest exemplar of the collection before. */
  private long latestBefore = Long.MIN_VALUE;

  private long latest = Long.MIN_VALUE;

  ExemplarEncoder(ProtoWriter out, AttributesEncoder attributes) {
    this.out = out;
    this.attributes = attributes;
  }

  /**
   * Starts an export.
   *
   * @param isNextCollection false for a further batch of the same collection
   */
  void begin(boolean isNextCollection) {
    // Those of a request that failed half-way.
    written = 0;
    if (isNextCollection) {
      latestBefore = latest;
      latest = Long.MIN_VALUE;
    }
  }

  /** Writes each exemplar as one element of the repeated field. */
  void write(int field, List<? extends ExemplarData> exemplars) {
    final int size = exemplars.size();
    for (int i = size - 1; i >= 0; i--) {
      write(field, exemplars.get(i));
    }
    written += size;
  }

  /** Answers how many exemplars were written since the last call. */
  int takeWritten() {
    final int taken = written;
    written = 0;
    return taken;
  }

  private void write(int field, ExemplarData exemplar) {
    final int end = out.size();
    final long epochNanos = exemplar.getEpochNanos();
    latest = Math.max(latest, epochNanos);
    if (epochNanos > latestBefore) {
      attributes.writeOnce(FILTERED_ATTRIBUTES, exemplar.getFilteredAttributes());
    } else {
      attributes.write(FILTERED_ATTRIBUTES, exemplar.getFilteredAttributes());
    }
    if (exemplar instanceof LongExemplarData longExemplar) {
      out.fixed64Present(AS_INT, longExemplar.getValue());
    }
    if (exemplar instanceof ReadableSpanIds ids && ids.hasNumbers()) {
      out.bigEndian(TRACE_ID, ids.traceIdHigh(), ids.traceIdLow());
      out.bigEndian(SPAN_ID, ids.spanId());
    } else {
      final SpanContext span = exemplar.getSpanContext();
      if (span.isValid()) {
        out.hexBytes(TRACE_ID, span.getTraceId());
        out.hexBytes(SPAN_ID, span.getSpanId());
      }
    }
    if (exemplar instanceof DoubleExemplarData doubleExemplar) {
      out.float64Present(AS_DOUBLE, doubleExemplar.getValue());
    }
    out.fixed64(TIME_UNIX_NANO, epochNanos);
    out.endMessage(field, end);
  }
}
