package io.glint.exporter.openmetrics;

import io.glint.reservoir.SpanIds;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses and writes exemplars: {@code # {trace_id="..",span_id=".."} value timestamp}.
 *
 * <p>OpenMetrics 1.0, "Exemplars"; OpenTelemetry specification, "Prometheus and OpenMetrics
 * Compatibility", "Exemplar Conversion". A line carries one exemplar, the latest: of a counter, or
 * of those that fall into a bucket. One that the SDK says is {@linkplain SpanIds#isOutranked
 * outranked} is passed over: so who keeps the largest measurements sees the largest of an interval.
 * The ids of the span come first and win over filtered attributes of the same name; filtered
 * attributes are added in the order of label names, each of them if it fits, so that a long one
 * does not keep out the short ones after it.
 *
 * <p>Names and values together may have 128 characters. OpenMetrics counts what they are,
 * Prometheus what is written: it refuses the exemplar if the values with their escapes are longer.
 * The latter is never less, so that is what counts here.
 *
 * <p>Not safe for use by several threads at once.
 */
final class ExemplarWriter {

  static final int MAX_CHARACTERS = 128;

  /** Of {@code name="value"}: the characters that are of neither. */
  private static final int LABEL_SYNTAX = 3;

  /** The same of the two ids, with the comma between them. */
  private static final int IDS_SYNTAX = 2 * LABEL_SYNTAX + 1;

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

  /**
   * Of two exemplars of one line, of one point or of several, the one that is shown. An exemplar of
   * the SDK that is not outranked stays until a newer one comes, so what is shown never goes back
   * in time.
   *
   * @param shown null if there is none yet
   */
  static <E extends ExemplarData> E shown(E shown, E other) {
    return shown == null || isShownRatherThan(other, shown) ? other : shown;
  }

  private static boolean isShownRatherThan(ExemplarData one, ExemplarData other) {
    if (isOutranked(one) != isOutranked(other)) {
      return isOutranked(other);
    }
    return one.getEpochNanos() != other.getEpochNanos()
        ? one.getEpochNanos() > other.getEpochNanos()
        // As Prometheus does, which of one time takes the larger value for the later.
        : value(one) > value(other);
  }

  private static boolean isOutranked(ExemplarData exemplar) {
    return exemplar instanceof SpanIds glint && glint.isOutranked();
  }

  private static double value(ExemplarData exemplar) {
    return exemplar instanceof LongExemplarData integer
        ? integer.getValue()
        : ((DoubleExemplarData) exemplar).getValue();
  }

  /** Appends the exemplar of a counter, if there is one. */
  void writeLatest(TextBuffer out, List<? extends ExemplarData> exemplars) {
    ExemplarData latest = null;
    for (int i = 0; i < exemplars.size(); i++) {
      latest = shown(latest, exemplars.get(i));
    }
    if (latest != null) {
      write(out, latest);
    }
  }

  /** Keeps the exemplar that is shown of each bucket for {@link #writeOfBucket}. */
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
      byBucket[bucket] = shown(byBucket[bucket], exemplar);
    }
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
    ids(out, exemplar);
    boolean ids = out.size() > start;
    if (exemplar.getFilteredAttributes().isEmpty()
        && exemplar instanceof SpanIds span
        && span.hasNumbers()) {
      return true;
    }
    int left = MAX_CHARACTERS - (ids ? out.charactersFrom(start) - IDS_SYNTAX : 0);
    if (left < 0) {
      return false;
    }
    labelSet.only(exemplar.getFilteredAttributes());
    for (int i = 0, end; i < labelSet.size(); i = end) {
      end = labelSet.endOfName(i);
      String name = labelSet.name(i);
      if (ids && (name.equals(TRACE_ID) || name.equals(SPAN_ID))) {
        continue;
      }
      int mark = out.size();
      if (mark > start) {
        out.put(',');
      }
      int label = out.size();
      boolean hasValue = labelSet.writeLabel(out, i, end);
      int needed = out.charactersFrom(label) - LABEL_SYNTAX;
      if (hasValue && needed <= left) {
        left -= needed;
      } else {
        out.truncate(mark);
      }
    }
    return true;
  }

  /** Writes the ids of the span, if it is valid. */
  private static void ids(TextBuffer out, ExemplarData exemplar) {
    if (exemplar instanceof SpanIds span && span.hasNumbers()) {
      out.spanIds(span.traceIdHigh(), span.traceIdLow(), span.spanId());
      return;
    }
    SpanContext span = exemplar.getSpanContext();
    if (span.isValid()) {
      out.ascii(TRACE_ID).ascii("=\"").labelValue(span.getTraceId()).ascii("\",");
      out.ascii(SPAN_ID).ascii("=\"").labelValue(span.getSpanId()).put('"');
    }
  }
}
