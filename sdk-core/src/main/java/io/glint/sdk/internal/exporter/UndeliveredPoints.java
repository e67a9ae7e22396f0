package io.glint.sdk.internal.exporter;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;

/**
 * The points of an export that failed, and what that means for the user. Delta points that are not
 * delivered are lost with what they counted. Of cumulative ones no total is lost: the next export
 * has it. A gauge has no total.
 *
 * @param all their number
 * @param delta how many of them are delta points
 */
public record UndeliveredPoints(int all, int delta) {

  /** Counts points, as far as the data can be read. */
  public static UndeliveredPoints of(Collection<MetricData> metrics) {
    int all = 0;
    int delta = 0;
    try {
      for (final MetricData metric : metrics) {
        final int points = metric.getData().getPoints().size();
        all += points;
        delta += isDelta(metric) ? points : 0;
      }
    } catch (RuntimeException e) {
      // Data so broken that it cannot be exported either, which is logged.
    }
    return new UndeliveredPoints(all, delta);
  }

  private static boolean isDelta(MetricData metric) {
    final AggregationTemporality temporality =
        switch (metric.getType()) {
          case LONG_SUM -> metric.getLongSumData().getAggregationTemporality();
          case DOUBLE_SUM -> metric.getDoubleSumData().getAggregationTemporality();
          case HISTOGRAM -> metric.getHistogramData().getAggregationTemporality();
          case EXPONENTIAL_HISTOGRAM ->
              metric.getExponentialHistogramData().getAggregationTemporality();
          case LONG_GAUGE, DOUBLE_GAUGE, SUMMARY -> null;
        };
    return temporality == AggregationTemporality.DELTA;
  }

  /** A sentence for when the points have not arrived. */
  public String notDelivered() {
    if (delta == 0) {
      return "No total is lost: the next export that succeeds has it.";
    }
    if (delta == all) {
      return "The points were dropped: they are delta, so what they counted is lost.";
    }
    return "The "
        + count(delta, "delta point")
        + " among them "
        + (delta == 1 ? "was dropped, and what it" : "were dropped, and what they")
        + " counted is lost. The totals of the others are in the next export that succeeds.";
  }

  /** Sentences for when the points may have arrived. */
  public String perhapsDelivered() {
    return "The points may have arrived nevertheless. If not, "
        + (delta == 0
            ? "no total is lost: the next export that succeeds has it."
            : "what the "
                + count(delta, "delta point")
                + " counted is lost. They are not sent again.");
  }

  /** Sentences for when there is no later export. */
  public String neverDelivered(boolean mayHaveArrived) {
    return mayHaveArrived
        ? "The points may have arrived nevertheless. If not, they are lost: there is no later export."
        : "The points were dropped: there is no later export.";
  }

  /** For messages: a number of things. */
  public static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
