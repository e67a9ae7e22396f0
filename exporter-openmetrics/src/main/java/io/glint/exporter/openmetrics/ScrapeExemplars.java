package io.glint.exporter.openmetrics;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
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
  private InstrumentationScopeInfo[] scopes = new InstrumentationScopeInfo[16];
  private String[] names = new String[16];

  /** For each metric those it had, those that were written, and those that were too long. */
  private int[] counts = new int[3 * 16];

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
    if (metrics > 0 && counts[3 * (metrics - 1)] == 0) {
      metrics--;
    }
    if (metrics == names.length) {
      scopes = Arrays.copyOf(scopes, 2 * metrics);
      names = Arrays.copyOf(names, 2 * metrics);
      counts = Arrays.copyOf(counts, 3 * 2 * metrics);
      remainderOutcome = Arrays.copyOf(remainderOutcome, 2 * metrics);
    }
    scopes[metrics] = metric.getInstrumentationScopeInfo();
    names[metrics] = metric.getName();
    Arrays.fill(counts, 3 * metrics, 3 * metrics + 3, 0);
    remainderOutcome[metrics] =
        hasExemplars || !hasPlaceInOpenMetrics(metric)
            ? Outcome.NOT_REPRESENTABLE
            : Outcome.NOT_REQUESTED;
    return metrics++;
  }

  /** The metric that was started last has a point with so many exemplars. */
  void point(int exemplars) {
    counts[3 * (metrics - 1)] += exemplars;
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

  /** It was written. */
  void written(ExemplarData exemplar) {
    counts[3 * slotOf(exemplar) + 1]++;
  }

  /** It was left out for the length of its labels. */
  void tooLong(ExemplarData exemplar) {
    counts[3 * slotOf(exemplar) + 2]++;
  }

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
  void enterIn(ExemplarOutcomes account, Outcome writtenBecame) {
    for (int i = 0; i < metrics; i++) {
      int isWritten = counts[3 * i + 1];
      int isTooLong = counts[3 * i + 2];
      account.add(scopes[i], names[i], writtenBecame, isWritten);
      account.add(scopes[i], names[i], Outcome.LABELS_TOO_LONG, isTooLong);
      account.add(scopes[i], names[i], remainderOutcome[i], counts[3 * i] - isWritten - isTooLong);
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
