package io.glint.examples.webstore;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one collection of the {@link IntervalReader} says.
 *
 * @param slowest the slowest payment that has an exemplar
 * @param largest the largest checkout that has an exemplar
 * @param linked the traces that the exemplars of the payment histogram point to
 */
record Interval(
    long requests,
    long orders,
    long declined,
    Distribution payments,
    Optional<Linked> slowest,
    Optional<Linked> largest,
    Set<String> linked) {

  static final Interval EMPTY =
      new Interval(0, 0, 0, Distribution.EMPTY, Optional.empty(), Optional.empty(), Set.of());

  /** A measurement whose trace is known. */
  record Linked(double value, String traceId, String country, String method) {}

  static Interval of(Collection<MetricData> metrics) {
    return new Interval(
        sum(metrics, Signals.REQUESTS),
        sum(metrics, Signals.ORDERS),
        sum(metrics, Signals.PAYMENT_FAILURES),
        Distribution.of(points(metrics, Signals.PAYMENT_DURATION)),
        greatest(points(metrics, Signals.PAYMENT_DURATION)),
        greatest(points(metrics, Signals.CHECKOUT_AMOUNT)),
        metrics.stream()
            .filter(metric -> metric.getName().equals(Signals.PAYMENT_DURATION))
            .flatMap(metric -> Exemplars.traceIds(metric).stream())
            .collect(Collectors.toSet()));
  }

  private static long sum(Collection<MetricData> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  private static List<HistogramPointData> points(Collection<MetricData> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .flatMap(metric -> metric.getHistogramData().getPoints().stream())
        .toList();
  }

  /** Of all exemplars the one in the highest bucket in use, and in that bucket the greatest. */
  private static Optional<Linked> greatest(List<HistogramPointData> points) {
    return points.stream()
        .flatMap(point -> point.getExemplars().stream().map(exemplar -> linked(point, exemplar)))
        .max(Comparator.comparingDouble(Linked::value));
  }

  private static Linked linked(HistogramPointData point, DoubleExemplarData exemplar) {
    return new Linked(
        exemplar.getValue(),
        exemplar.getSpanContext().getTraceId(),
        String.valueOf(point.getAttributes().get(Signals.COUNTRY)),
        String.valueOf(point.getAttributes().get(Signals.METHOD)));
  }
}
