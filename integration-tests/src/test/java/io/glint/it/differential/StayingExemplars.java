package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the stock SDK's exemplars of cumulative points until newer ones replace them, bucket by
 * bucket of an explicit-bucket histogram and octave by octave of an exponential one. For programs
 * whose metrics can be told apart by their keys.
 */
final class StayingExemplars {
  private record Series(int reader, Metric.Key key, Attributes attributes) {}

  private final Map<Integer, ReaderSetup> readers = new HashMap<>();
  private final Map<Series, Map<Integer, Metric.Exemplar>> visible = new HashMap<>();

  StayingExemplars(Program program) {
    program.readers().forEach(reader -> readers.put(reader.id(), reader));
  }

  Outcome keep(Outcome outcome) {
    return outcome.mapCollections(
        collected ->
            collected.mapMetrics(
                metric ->
                    isCumulative(metric, readers.get(collected.reader()))
                        ? metric.mapPoints(
                            point ->
                                point.withExemplars(
                                    merged(
                                        new Series(
                                            collected.reader(), metric.key(), point.attributes()),
                                        point)))
                        : metric));
  }

  /** A gauge does not say its temporality; it is the same for both kinds of gauges. */
  private static boolean isCumulative(Metric metric, ReaderSetup reader) {
    return metric.isGauge()
        ? reader.temporality().of(InstrumentType.GAUGE) == AggregationTemporality.CUMULATIVE
        : !metric.isDelta();
  }

  private List<Metric.Exemplar> merged(Series series, Metric.Point point) {
    final Map<Integer, Metric.Exemplar> slots =
        visible.computeIfAbsent(series, key -> new TreeMap<>());
    point.exemplars().forEach(exemplar -> slots.put(place(exemplar, point), exemplar));
    return List.copyOf(slots.values());
  }

  /** The buckets that have exemplars, for points other than of explicit-bucket histograms 0. */
  static List<Integer> slots(Metric.Point point) {
    final List<Integer> slots = new ArrayList<>();
    point.exemplars().forEach(exemplar -> slots.add(slot(exemplar, point)));
    return slots.stream().sorted().distinct().toList();
  }

  /** Where an exemplar stays until a newer one comes. */
  private static int place(Metric.Exemplar exemplar, Metric.Point point) {
    return point.fields().containsKey("scale")
        ? octave(exemplar.value().doubleValue())
        : slot(exemplar, point);
  }

  private static int slot(Metric.Exemplar exemplar, Metric.Point point) {
    int slot = 0;
    if (point.fields().get("boundaries") instanceof List<?> boundaries) {
      while (slot < boundaries.size()
          && exemplar.value().doubleValue() > ((Number) boundaries.get(slot)).doubleValue()) {
        slot++;
      }
    }
    return slot;
  }

  /** Of positive values (2^k, 2^(k+1)], of negative ones (-2^(k+1), -2^k], moved out of the way. */
  private static int octave(double value) {
    final int exponent = Math.getExponent(value);
    if (value > 0) {
      return value == Math.scalb(1.0, exponent) ? exponent - 1 : exponent;
    }
    return value == 0 ? Integer.MIN_VALUE : exponent - 10_000;
  }
}
