package io.glint.exporter.openmetrics;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Arrays;

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
  private Outcome[] othersBecame = new Outcome[16];

  /** How many metrics have ended and had exemplars. */
  private int metrics;

  /** Whether the format of this scrape has exemplars at all. */
  private boolean hasExemplars = true;

  // Of the metric under way.
  private int had;
  private int written;
  private int tooLong;

  /** Starts a scrape: without a place or, in a format that knows no exemplars, not requested. */
  void start(ScrapeFormat format) {
    clear();
    hasExemplars = format == ScrapeFormat.OPEN_METRICS;
  }

  /** The metric under way has a point with so many exemplars. */
  void point(int exemplars) {
    had += exemplars;
  }

  /** One of them was written. */
  void written() {
    written++;
  }

  /** One of them was left out for the length of its labels. */
  void tooLong() {
    tooLong++;
  }

  /** All points of the metric under way have been told of; the next one begins. */
  void endOf(MetricData metric) {
    if (had > 0) {
      if (metrics == names.length) {
        scopes = Arrays.copyOf(scopes, 2 * metrics);
        names = Arrays.copyOf(names, 2 * metrics);
        counts = Arrays.copyOf(counts, 3 * 2 * metrics);
        othersBecame = Arrays.copyOf(othersBecame, 2 * metrics);
      }
      scopes[metrics] = metric.getInstrumentationScopeInfo();
      names[metrics] = metric.getName();
      counts[3 * metrics] = had;
      counts[3 * metrics + 1] = written;
      counts[3 * metrics + 2] = tooLong;
      othersBecame[metrics] =
          hasExemplars || !hasPlaceInOpenMetrics(metric) ? Outcome.NO_PLACE : Outcome.NOT_REQUESTED;
      metrics++;
    }
    had = 0;
    written = 0;
    tooLong = 0;
  }

  /** Whether asking for OpenMetrics would have helped. */
  private static boolean hasPlaceInOpenMetrics(MetricData metric) {
    return switch (metric.getType()) {
      case LONG_SUM -> metric.getLongSumData().isMonotonic();
      case DOUBLE_SUM -> metric.getDoubleSumData().isMonotonic();
      case HISTOGRAM -> true;
      case EXPONENTIAL_HISTOGRAM, LONG_GAUGE, DOUBLE_GAUGE, SUMMARY -> false;
    };
  }

  /**
   * Enters all in the account and forgets it.
   *
   * @param writtenBecame what became of those that were written to the answer
   */
  void enterIn(ExemplarOutcomes account, Outcome writtenBecame) {
    for (int i = 0; i < metrics; i++) {
      int isWritten = counts[3 * i + 1];
      int isTooLong = counts[3 * i + 2];
      account.add(scopes[i], names[i], writtenBecame, isWritten);
      account.add(scopes[i], names[i], Outcome.LABELS_TOO_LONG, isTooLong);
      account.add(scopes[i], names[i], othersBecame[i], counts[3 * i] - isWritten - isTooLong);
    }
    clear();
  }

  /** Forgets everything, references included. */
  void clear() {
    Arrays.fill(scopes, 0, metrics, null);
    Arrays.fill(names, 0, metrics, null);
    metrics = 0;
    had = 0;
    written = 0;
    tooLong = 0;
  }
}
