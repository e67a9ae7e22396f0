package io.glint.sdk.internal.exporter;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The account that one of Glint's readers or exporters keeps. Thread-safe. Adding allocates only
 * for a metric that was not seen before.
 *
 * <p>Metrics that were counted are never forgotten, as counts must not become less. So there is a
 * limit to them: a producer that gives its metrics new names at each collection would else fill the
 * memory. Metrics beyond the limit are not counted.
 */
public final class OutcomeCounts implements ExemplarOutcomes {
  private static final int MAX_METRICS = 10_000;

  private final Map<InstrumentationScopeInfo, Map<String, Map<Outcome, AtomicLong>>> counts =
      new ConcurrentHashMap<>();

  /** Places for metrics that were not seen yet; below 0 when some were turned away. */
  private final AtomicInteger placesLeft;

  /** An account without entries, of ten thousand metrics at most. */
  public OutcomeCounts() {
    this(MAX_METRICS);
  }

  /** An account without entries, of at most so many metrics. */
  OutcomeCounts(int maxMetrics) {
    placesLeft = new AtomicInteger(maxMetrics);
  }

  /**
   * Adds exemplars that had the same outcome.
   *
   * @param scope of the meter; not null
   * @param metricName name of the metric as it was handed over; not null
   * @param exemplars how many; nothing is done if it is 0
   */
  @SuppressWarnings("NullAway") // Each outcome has a count.
  public void add(
      InstrumentationScopeInfo scope, String metricName, Outcome outcome, long exemplars) {
    if (exemplars == 0) {
      return;
    }
    final Map<Outcome, AtomicLong> known = ofMetric(scope, metricName);
    final Map<Outcome, AtomicLong> ofMetric = known == null ? added(scope, metricName) : known;
    if (ofMetric != null) {
      ofMetric.get(outcome).getAndAdd(exemplars);
    }
  }

  private @Nullable Map<Outcome, AtomicLong> ofMetric(
      InstrumentationScopeInfo scope, String metricName) {
    final Map<String, Map<Outcome, AtomicLong>> ofScope = counts.get(scope);
    return ofScope == null ? null : ofScope.get(metricName);
  }

  /** Null if there is no place. */
  private @Nullable Map<Outcome, AtomicLong> added(
      InstrumentationScopeInfo scope, String metricName) {
    if (placesLeft.get() <= 0 || placesLeft.getAndDecrement() <= 0) {
      return null;
    }
    final Map<Outcome, AtomicLong> zeros = zeros();
    final Map<Outcome, AtomicLong> first =
        counts
            .computeIfAbsent(scope, unused -> new ConcurrentHashMap<>())
            .putIfAbsent(metricName, zeros);
    if (first == null) {
      return zeros;
    }
    // Another thread was first: this one's place is free again.
    placesLeft.getAndIncrement();
    return first;
  }

  private static Map<Outcome, AtomicLong> zeros() {
    final Map<Outcome, AtomicLong> zeros = new EnumMap<>(Outcome.class);
    for (final Outcome outcome : Outcome.values()) {
      zeros.put(outcome, new AtomicLong());
    }
    return zeros;
  }

  @Override
  @SuppressWarnings("NullAway") // Each outcome has a count.
  public long get(InstrumentationScopeInfo scope, String metricName, Outcome outcome) {
    final Map<Outcome, AtomicLong> ofMetric =
        ofMetric(Objects.requireNonNull(scope, "scope"), metricName);
    return ofMetric == null ? 0 : ofMetric.get(outcome).get();
  }
}
