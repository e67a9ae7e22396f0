package io.glint.examples.webstore.watch;

import static java.util.Comparator.comparingDouble;

import io.glint.examples.webstore.shop.Signals;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What happened between two collections.
 *
 * @param slowest the slowest payment that has an exemplar
 * @param largest the largest checkout that has an exemplar
 * @param linked the exemplars of the payment histogram
 */
public record Interval(
    long requests,
    long orders,
    long declined,
    Distribution payments,
    Optional<Linked> slowest,
    Optional<Linked> largest,
    List<Linked> linked) {

  static final Interval EMPTY =
      new Interval(0, 0, 0, Distribution.EMPTY, Optional.empty(), Optional.empty(), List.of());

  /** A measurement whose trace is known. */
  public record Linked(
      double value, String traceId, String spanId, String country, String method) {}

  static Interval of(Collection<MetricData> metrics) {
    final List<HistogramPointData> payments = points(metrics, Signals.PAYMENT_DURATION);
    final List<Linked> linked = linked(payments).toList();
    return new Interval(
        sum(metrics, Signals.REQUESTS),
        sum(metrics, Signals.ORDERS),
        sum(metrics, Signals.PAYMENT_FAILURES),
        Distribution.of(payments),
        greatest(linked.stream()),
        greatest(linked(points(metrics, Signals.CHECKOUT_AMOUNT))),
        linked);
  }

  /** This one and the one that followed it. */
  Interval plus(Interval next) {
    return new Interval(
        requests + next.requests,
        orders + next.orders,
        declined + next.declined,
        payments.plus(next.payments),
        greatest(Stream.concat(slowest.stream(), next.slowest.stream())),
        greatest(Stream.concat(largest.stream(), next.largest.stream())),
        Stream.concat(linked.stream(), next.linked.stream()).toList());
  }

  Set<String> linkedTraces() {
    return linked.stream().map(Linked::traceId).collect(Collectors.toSet());
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

  private static Stream<Linked> linked(List<HistogramPointData> points) {
    return points.stream()
        .flatMap(point -> point.getExemplars().stream().map(exemplar -> linked(point, exemplar)));
  }

  private static Linked linked(HistogramPointData point, DoubleExemplarData exemplar) {
    return new Linked(
        exemplar.getValue(),
        exemplar.getSpanContext().getTraceId(),
        exemplar.getSpanContext().getSpanId(),
        String.valueOf(point.getAttributes().get(Signals.COUNTRY)),
        String.valueOf(point.getAttributes().get(Signals.METHOD)));
  }

  private static Optional<Linked> greatest(Stream<Linked> linked) {
    return linked.max(comparingDouble(Linked::value));
  }
}
