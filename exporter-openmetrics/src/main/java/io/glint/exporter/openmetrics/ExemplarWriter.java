package io.glint.exporter.openmetrics;

import io.glint.reservoir.SpanIds;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses and writes exemplars: {@code # {trace_id="..",span_id=".."} value timestamp}.
 *
 * <p>OpenMetrics 1.0, "Exemplars"; OpenTelemetry specification, "Prometheus and OpenMetrics
 * Compatibility", "Exemplar Conversion". A line carries one exemplar: for a counter the latest, for
 * a bucket that of the largest value that falls into it, and of equal ones the latest. So who keeps
 * the largest measurements sees the largest of all. The ids of the span come first and win over
 * filtered attributes of the same name; a filtered attribute is added if names and values together
 * stay within 128 code points, in the order of label names, so that a long one does not keep out
 * the short ones after it.
 *
 * <p>Not safe for use by several threads at once.
 */
final class ExemplarWriter {

  static final int MAX_CODE_POINTS = 128;
  private static final String TRACE_ID = "trace_id";
  private static final String SPAN_ID = "span_id";

  private final Numbers numbers;
  private final LabelSet labelSet = new LabelSet();
  private ScrapeExemplars tally;

  /** The exemplar of each bucket; only the first {@link #buckets} entries count. */
  private DoubleExemplarData[] byBucket = new DoubleExemplarData[16];

  private int buckets;

  ExemplarWriter(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Starts an exposition, for which what becomes of each exemplar is told. */
  void start(ScrapeExemplars newTally) {
    tally = newTally;
  }

  /** Appends the latest exemplar, if there is one. */
  void writeLatest(TextBuffer out, List<? extends ExemplarData> exemplars) {
    ExemplarData latest = null;
    for (int i = 0; i < exemplars.size(); i++) {
      ExemplarData exemplar = exemplars.get(i);
      if (latest == null || exemplar.getEpochNanos() > latest.getEpochNanos()) {
        latest = exemplar;
      }
    }
    if (latest != null) {
      write(out, latest);
    }
  }

  /** Keeps the largest exemplar of each bucket for {@link #writeOfBucket}. */
  void sortIntoBuckets(List<DoubleExemplarData> exemplars, List<Double> bounds) {
    Arrays.fill(byBucket, 0, buckets, null);
    buckets = exemplars.isEmpty() ? 0 : bounds.size() + 1;
    if (buckets > byBucket.length) {
      byBucket = new DoubleExemplarData[buckets];
    }
    for (int i = 0; i < exemplars.size(); i++) {
      DoubleExemplarData exemplar = exemplars.get(i);
      if (Double.isNaN(exemplar.getValue())) {
        continue;
      }
      int bucket = bucketOf(exemplar.getValue(), bounds);
      if (byBucket[bucket] == null || isPreferred(exemplar, byBucket[bucket])) {
        byBucket[bucket] = exemplar;
      }
    }
  }

  private static boolean isPreferred(DoubleExemplarData exemplar, DoubleExemplarData other) {
    return exemplar.getValue() > other.getValue()
        || (exemplar.getValue() == other.getValue()
            && exemplar.getEpochNanos() > other.getEpochNanos());
  }

  /** Appends the exemplar of a bucket, if there is one. */
  void writeOfBucket(TextBuffer out, int bucket) {
    if (bucket < buckets && byBucket[bucket] != null) {
      write(out, byBucket[bucket]);
    }
  }

  /** The first bucket whose upper bound, which is inclusive, is not below the value. */
  private static int bucketOf(double value, List<Double> bounds) {
    int low = 0;
    int high = bounds.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (value <= bounds.get(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void write(TextBuffer out, ExemplarData exemplar) {
    int mark = out.size();
    out.ascii(" # {");
    if (!labels(out, exemplar)) {
      out.truncate(mark);
      tally.tooLong(exemplar);
      return;
    }
    tally.written(exemplar);
    out.ascii("} ");
    if (exemplar instanceof LongExemplarData integer) {
      numbers.integer(out, integer.getValue());
    } else {
      numbers.floating(out, ((DoubleExemplarData) exemplar).getValue());
    }
    out.put(' ');
    numbers.seconds(out, exemplar.getEpochNanos());
  }

  /** Returns false if the ids alone are too long, as those of another tracing system may be. */
  private boolean labels(TextBuffer out, ExemplarData exemplar) {
    int start = out.size();
    int codePoints = ids(out, exemplar);
    if (codePoints > MAX_CODE_POINTS) {
      return false;
    }
    boolean ids = codePoints > 0;
    labelSet.only(exemplar.getFilteredAttributes());
    for (int i = 0, end; i < labelSet.size(); i = end) {
      end = labelSet.endOfName(i);
      String name = labelSet.name(i);
      int needed = codePoints(i, end);
      if ((ids && (name.equals(TRACE_ID) || name.equals(SPAN_ID)))
          || codePoints + needed > MAX_CODE_POINTS) {
        continue;
      }
      int mark = out.size();
      if (mark > start) {
        out.put(',');
      }
      if (labelSet.writeLabel(out, i, end)) {
        codePoints += needed;
      } else {
        out.truncate(mark);
      }
    }
    return true;
  }

  /** Writes the ids of the span, if it is valid; returns the code points that count. */
  private static int ids(TextBuffer out, ExemplarData exemplar) {
    if (exemplar instanceof SpanIds span && span.hasNumbers()) {
      out.ascii(TRACE_ID).ascii("=\"").hex(span.traceIdHigh()).hex(span.traceIdLow());
      out.ascii("\",").ascii(SPAN_ID).ascii("=\"").hex(span.spanId()).put('"');
      return TRACE_ID.length() + TraceId.getLength() + SPAN_ID.length() + SpanId.getLength();
    }
    SpanContext span = exemplar.getSpanContext();
    if (!span.isValid()) {
      return 0;
    }
    String traceId = span.getTraceId();
    String spanId = span.getSpanId();
    out.ascii(TRACE_ID).ascii("=\"").labelValue(traceId).ascii("\",");
    out.ascii(SPAN_ID).ascii("=\"").labelValue(spanId).put('"');
    return TRACE_ID.length() + codePoints(traceId) + SPAN_ID.length() + codePoints(spanId);
  }

  private static int codePoints(String value) {
    return value.codePointCount(0, value.length());
  }

  /** The length of a label's name and value, without escapes, as the limit counts it. */
  private int codePoints(int from, int to) {
    int count = labelSet.name(from).length();
    int values = 0;
    for (int i = from; i < to; i++) {
      String value = labelSet.value(i);
      if (!value.isEmpty()) {
        count += codePoints(value) + (values > 0 ? 1 : 0);
        values++;
      }
    }
    return count;
  }
}
