package io.glint.sdk.internal.exporter;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The account that one of Glint's readers or exporters keeps. Thread-safe. Adding allocates only
 * for a metric that was not seen before.
 */
public final class OutcomeCounts implements ExemplarOutcomes {
  private final Map<InstrumentationScopeInfo, Map<String, Map<Outcome, AtomicLong>>> counts =
      new ConcurrentHashMap<>();

  /** An account without entries. */
  public OutcomeCounts() {}

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
    if (exemplars != 0) {
      counts
          .computeIfAbsent(scope, unused -> new ConcurrentHashMap<>())
          .computeIfAbsent(metricName, unused -> zeros())
          .get(outcome)
          .getAndAdd(exemplars);
    }
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
    final Map<String, Map<Outcome, AtomicLong>> ofScope =
        counts.get(Objects.requireNonNull(scope, "scope"));
    final Map<Outcome, AtomicLong> ofMetric = ofScope == null ? null : ofScope.get(metricName);
    return ofMetric == null ? 0 : ofMetric.get(outcome).get();
  }
}
