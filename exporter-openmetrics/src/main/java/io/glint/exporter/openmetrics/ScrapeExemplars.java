package io.glint.exporter.openmetrics;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Arrays;
import java.util.IdentityHashMap;

/**
 * Counts the exemplars of one scrape, metric by metric, until it is known whether the scraper got
 * them.
 *
 * <p>It keeps names, and not the metrics: a slow scraper must not hold the points of a collection.
 * Its arrays are kept from scrape to scrape. Not safe for use by several threads at once.
 */
final class ScrapeExemplars {
  // What is counted for each metric: the exemplars that it had, and of these the ones that were
  // written with all their attributes, without some, and not at all for their length.
  private static final int ALL = 0;
  private static final int WHOLE = 1;
  private static final int IN_PART = 2;
  private static final int TOO_LONG = 3;
  private static final int COUNTS = 4;

  private InstrumentationScopeInfo[] scopes = new InstrumentationScopeInfo[16];
  private String[] names = new String[16];
  private int[] counts = new int[COUNTS * 16];

  /** For each metric what became of the rest. */
  private Outcome[] remainderOutcome = new Outcome[16];

  /** How many metrics have exemplars, and perhaps the last one, which has none. */
  private int metrics;

  /** Whether the format of this scrape has exemplars at all. */
  private boolean hasExemplars = true;

  /** The metric of the exemplars that are being written, if they are of one. */
  private int slot;

  /** The metrics of the exemplars that are being written, if they are of several. */
  private final IdentityHashMap<ExemplarData, Integer> slots = new IdentityHashMap<>();

  /** Starts a scrape: without a place or, in a format that knows no exemplars, not requested. */
  void start(ScrapeFormat format) {
    clear();
    hasExemplars = format.hasExemplars();
  }

  /**
   * Starts a metric.
   *
   * @return its slot, which has a meaning only if its points have exemplars
   */
  int metric(MetricData metric) {
    if (metrics > 0 && counts[COUNTS * (metrics - 1) + ALL] == 0) {
      metrics--;
    }
    if (metrics == names.length) {
      scopes = Arrays.copyOf(scopes, 2 * metrics);
      names = Arrays.copyOf(names, 2 * metrics);
      counts = Arrays.copyOf(counts, COUNTS * 2 * metrics);
      remainderOutcome = Arrays.copyOf(remainderOutcome, 2 * metrics);
    }
    scopes[metrics] = metric.getInstrumentationScopeInfo();
    names[metrics] = metric.getName();
    Arrays.fill(counts, COUNTS * metrics, COUNTS * (metrics + 1), 0);
    remainderOutcome[metrics] =
        hasExemplars || !hasPlaceInOpenMetrics(metric)
            ? Outcome.NOT_REPRESENTABLE
            : Outcome.NOT_REQUESTED;
    return metrics++;
  }

  /** The metric that was started last has a point with so many exemplars. */
  void point(int exemplars) {
    counts[COUNTS * (metrics - 1) + ALL] += exemplars;
  }

  /** The exemplars that are written next are of this metric. */
  void writing(int ofSlot) {
    slot = ofSlot;
    if (!slots.isEmpty()) {
      slots.clear();
    }
  }

  /**
   * This exemplar may be written before {@link #writing} is called again, and is of this metric.
   */
  void mayWrite(ExemplarData exemplar, int ofSlot) {
    slots.put(exemplar, ofSlot);
  }

  /**
   * It was written.
   *
   * @param inPart whether there was no room for some of its attributes
   */
  void written(ExemplarData exemplar, boolean inPart) {
    counts[COUNTS * slotOf(exemplar) + (inPart ? IN_PART : WHOLE)]++;
  }

  /** It was left out for the length of its labels. */
  void tooLong(ExemplarData exemplar) {
    counts[COUNTS * slotOf(exemplar) + TOO_LONG]++;
  }

  @SuppressWarnings("NullAway") // Each that may be written is there.
  private int slotOf(ExemplarData exemplar) {
    return slots.isEmpty() ? slot : slots.get(exemplar);
  }

  /** Whether asking for OpenMetrics would have helped. */
  private static boolean hasPlaceInOpenMetrics(MetricData metric) {
    return switch (metric.getType()) {
      case LONG_SUM -> metric.getLongSumData().isMonotonic();
      case DOUBLE_SUM -> metric.getDoubleSumData().isMonotonic();
      case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> true;
      case LONG_GAUGE, DOUBLE_GAUGE, SUMMARY -> false;
    };
  }

  /**
   * Enters all in the account. Several threads may do so once everything was written.
   *
   * @param writtenBecame what became of those that were written to the answer
   */
  void addTo(OutcomeCounts account, Outcome writtenBecame) {
    final Outcome inPartBecame =
        writtenBecame == Outcome.EXPORTED ? Outcome.EXPORTED_IN_PART : writtenBecame;
    for (int i = 0; i < metrics; i++) {
      final int whole = counts[COUNTS * i + WHOLE];
      final int inPart = counts[COUNTS * i + IN_PART];
      final int tooLong = counts[COUNTS * i + TOO_LONG];
      final int remainder = counts[COUNTS * i + ALL] - whole - inPart - tooLong;
      account.add(scopes[i], names[i], writtenBecame, whole);
      account.add(scopes[i], names[i], inPartBecame, inPart);
      account.add(scopes[i], names[i], Outcome.LABELS_TOO_LONG, tooLong);
      account.add(scopes[i], names[i], remainderOutcome[i], remainder);
    }
  }

  /** Forgets everything, references included. */
  void clear() {
    Arrays.fill(scopes, 0, metrics, null);
    Arrays.fill(names, 0, metrics, null);
    metrics = 0;
    writing(0);
  }
}
