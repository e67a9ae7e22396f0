package io.glint.exporter.openmetrics;

import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses exemplars, and writes them in one format.
 *
 * <p>OpenMetrics 1.0, "Exemplars"; OpenTelemetry specification, "Prometheus and OpenMetrics
 * Compatibility", "Exemplar Conversion". Where there is room for one exemplar it is the latest: of
 * a counter, or of those that fall into a bucket. One that the SDK says is {@linkplain
 * ReadableSpanIds#isOutranked outranked} is passed over: so who keeps the largest measurements sees
 * the largest of an interval. The ids of the span come first and win over filtered attributes of
 * the same name; filtered attributes are added in the order of label names, each of them if it
 * fits, so that a long one does not keep out the short ones after it.
 *
 * <p>Names and values together may have 128 characters. OpenMetrics counts what they are,
 * Prometheus what is written: it refuses the exemplar if the values with their escapes are longer.
 * The latter is never less, so that is what counts here.
 *
 * <p>Not safe for use by several threads at once.
 */
abstract class ExemplarWriter {

  static final int MAX_CHARACTERS = 128;

  static final String TRACE_ID = "trace_id";
  static final String SPAN_ID = "span_id";

  /** The fields of protobuf messages that hold an exemplar. */
  private static final int OF_COUNTER = 2;

  private static final int OF_BUCKET = 3;
  private static final int OF_HISTOGRAM = 16;

  @SuppressWarnings("NullAway.Init") // By start().
  private LabelSet labelSet;

  @SuppressWarnings("NullAway.Init") // By start().
  private ScrapeExemplars tally;

  /** The exemplar of each bucket; only the first {@link #buckets} entries count. */
  private DoubleExemplarData[] byBucket = new DoubleExemplarData[16];

  private int buckets;

  /** Whether there was no room for some attributes of the exemplar that was written last. */
  private boolean isCut;

  /** Those to write, in order; null except while they are written. */
  private ExemplarData[] ordered = new ExemplarData[16];

  /** Starts an exposition, for which what becomes of each exemplar is told. */
  final void start(ScrapeExemplars newTally, LabelSet labels) {
    tally = newTally;
    labelSet = labels;
  }

  /**
   * Appends an exemplar; if the ids alone are too long, it leaves {@code out} as it was, and
   * returns false.
   *
   * @param field of the protobuf message that it is of; text has no use for it
   */
  abstract boolean append(TextBuffer out, ExemplarData exemplar, int field);

  /** Appends the ids of a valid span as labels; returns how many characters they have, or 0. */
  abstract int ids(TextBuffer out, ExemplarData exemplar);

  /** Appends what stands between two labels. */
  abstract void separate(TextBuffer out);

  /**
   * Of two exemplars of one line, of one point or of several, the one that is shown. An exemplar of
   * the SDK that is not outranked stays until a newer one comes, so what is shown never goes back
   * in time.
   *
   * @param shown null if there is none yet
   */
  static <E extends ExemplarData> E shown(@Nullable E shown, E other) {
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
    return exemplar instanceof ReadableSpanIds glint && glint.isOutranked();
  }

  static double value(ExemplarData exemplar) {
    return exemplar instanceof LongExemplarData integer
        ? integer.getValue()
        : ((DoubleExemplarData) exemplar).getValue();
  }

  /** Appends the exemplar of a counter, if there is one. */
  final void writeLatest(TextBuffer out, List<? extends ExemplarData> exemplars) {
    ExemplarData latest = null;
    for (int i = 0; i < exemplars.size(); i++) {
      latest = shown(latest, exemplars.get(i));
    }
    if (latest != null) {
      write(out, latest, OF_COUNTER);
    }
  }

  /**
   * Appends all exemplars that have a time, in its order, and of one time in that of the values, as
   * Prometheus demands.
   *
   * <p>Prometheus takes what is later than the latest that it has of the series, and warns if
   * everything is older. So those are left out that are later than the latest of those that are not
   * outranked: for these stay until a newer one comes, but outranked ones may vanish.
   */
  final void writeAll(TextBuffer out, List<? extends ExemplarData> exemplars) {
    long latest = 0;
    for (int i = 0; i < exemplars.size(); i++) {
      if (!isOutranked(exemplars.get(i))) {
        latest = Math.max(latest, exemplars.get(i).getEpochNanos());
      }
    }
    if (ordered.length < exemplars.size()) {
      ordered = new ExemplarData[Math.max(exemplars.size(), 2 * ordered.length)];
    }
    int size = 0;
    for (int i = 0; i < exemplars.size(); i++) {
      final ExemplarData exemplar = exemplars.get(i);
      final long time = exemplar.getEpochNanos();
      if (time > 0 && time <= latest && !Double.isNaN(value(exemplar))) {
        ordered[size++] = exemplar;
      }
    }
    sort(size);
    for (int i = 0; i < size; i++) {
      write(out, ordered[i], OF_HISTOGRAM);
      ordered[i] = null;
    }
  }

  /** Shell's sort: in place, as a scrape allocates nothing, and quick where most is in order. */
  private void sort(int size) {
    int gap = 1;
    while (gap < size / 3) {
      gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
      for (int i = gap; i < size; i++) {
        final ExemplarData exemplar = ordered[i];
        int place = i;
        while (place >= gap && isBefore(exemplar, ordered[place - gap])) {
          ordered[place] = ordered[place - gap];
          place -= gap;
        }
        ordered[place] = exemplar;
      }
    }
  }

  private static boolean isBefore(ExemplarData one, ExemplarData other) {
    return one.getEpochNanos() != other.getEpochNanos()
        ? one.getEpochNanos() < other.getEpochNanos()
        : value(one) < value(other);
  }

  /** Keeps the exemplar that is shown of each bucket for {@link #writeOfBucket}. */
  final void sortIntoBuckets(List<DoubleExemplarData> exemplars, List<Double> bounds) {
    Arrays.fill(byBucket, 0, buckets, null);
    buckets = exemplars.isEmpty() ? 0 : bounds.size() + 1;
    if (buckets > byBucket.length) {
      byBucket = new DoubleExemplarData[buckets];
    }
    for (int i = 0; i < exemplars.size(); i++) {
      final DoubleExemplarData exemplar = exemplars.get(i);
      if (Double.isNaN(exemplar.getValue())) {
        continue;
      }
      final int bucket = bucketOf(exemplar.getValue(), bounds);
      byBucket[bucket] = shown(byBucket[bucket], exemplar);
    }
  }

  /** Appends the exemplar of a bucket, if there is one. */
  final void writeOfBucket(TextBuffer out, int bucket) {
    if (bucket < buckets && byBucket[bucket] != null) {
      write(out, byBucket[bucket], OF_BUCKET);
    }
  }

  /** The first bucket whose upper bound, which is inclusive, is not below the value. */
  static int bucketOf(double value, List<Double> bounds) {
    int low = 0;
    int high = bounds.size();
    while (low < high) {
      final int middle = (low + high) >>> 1;
      if (value <= bounds.get(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void write(TextBuffer out, ExemplarData exemplar, int field) {
    isCut = false;
    if (append(out, exemplar, field)) {
      tally.written(exemplar, isCut);
    } else {
      tally.tooLong(exemplar);
    }
  }

  /** Returns false if the ids alone are too long, as those of another tracing system may be. */
  final boolean labels(TextBuffer out, ExemplarData exemplar) {
    final int start = out.size();
    final int ids = ids(out, exemplar);
    int left = MAX_CHARACTERS - ids;
    if (left < 0) {
      return false;
    }
    if (exemplar.getFilteredAttributes().isEmpty()) {
      return true;
    }
    labelSet.only(exemplar.getFilteredAttributes());
    for (int i = 0, end; i < labelSet.size(); i = end) {
      end = labelSet.endOfName(i);
      final String name = labelSet.name(i);
      if (ids > 0 && (name.equals(TRACE_ID) || name.equals(SPAN_ID))) {
        continue;
      }
      final int mark = out.size();
      if (mark > start) {
        separate(out);
      }
      final int needed = labelSet.writeLabel(out, i, end);
      if (needed >= 0 && needed <= left) {
        left -= needed;
      } else {
        out.truncate(mark);
        // An empty value counts as absent.
        isCut |= needed >= 0;
      }
    }
    return true;
  }
}
