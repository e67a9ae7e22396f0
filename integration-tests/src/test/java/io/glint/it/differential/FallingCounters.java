package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes of the stock SDK's points of asynchronous counters those that the specification expects
 * when a counter falls: it starts anew. For programs whose metrics can be told apart by their keys.
 */
final class FallingCounters {
  private record Series(int reader, Metric.Key key, Attributes attributes) {}

  /** The absolute value of a series at a collection, and the start of its cumulative points. */
  private record State(int collection, Number value, long start) {}

  private final Timeline timeline;
  private final Map<Series, State> states = new HashMap<>();
  private final Map<Integer, Integer> collections = new HashMap<>();
  private final Map<Integer, Long> lastEnds = new HashMap<>();

  FallingCounters(Timeline timeline) {
    this.timeline = timeline;
  }

  Outcome startAnew(Outcome outcome) {
    return outcome.mapCollections(
        collected -> {
          final int collection = collections.merge(collected.reader(), 1, Integer::sum);
          final List<Metric> metrics = new ArrayList<>();
          for (final Metric metric : collected.metrics()) {
            metrics.add(
                Boolean.TRUE.equals(metric.key().isMonotonic())
                        && timeline.isObservableCounter(metric.key())
                    ? metric.mapPoints(point -> next(collected.reader(), collection, metric, point))
                    : metric);
          }
          lastEnds.put(collected.reader(), timeline.at(collected.step()));
          return collected.withMetrics(metrics);
        });
  }

  private Metric.Point next(int reader, int collection, Metric metric, Metric.Point point) {
    final Series series = new Series(reader, metric.key(), point.attributes());
    final State known = states.get(series);
    final State last = known != null && known.collection() == collection - 1 ? known : null;
    final Number value = (Number) point.fields().get("value");
    final boolean isDelta = metric.key().temporality() == AggregationTemporality.DELTA;
    final Number absolute = isDelta && last != null ? sum(last.value(), value) : value;
    final boolean falls = last != null && absolute.doubleValue() < last.value().doubleValue();
    final long start = last == null ? point.start() : falls ? lastEnds.get(reader) : last.start();
    states.put(series, new State(collection, absolute, start));
    if (!isDelta) {
      return point.withTimes(start, point.end());
    }
    return falls ? point.withFields(fields(absolute)) : point;
  }

  private static Number sum(Number one, Number other) {
    return one instanceof Long
        ? (Number) Long.valueOf(one.longValue() + other.longValue())
        : (Number) Double.valueOf(one.doubleValue() + other.doubleValue());
  }

  private static SortedMap<String, Object> fields(Number value) {
    final SortedMap<String, Object> fields = new TreeMap<>();
    fields.put("value", value);
    return fields;
  }
}
