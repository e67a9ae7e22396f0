package io.glint.sdk.exemplar;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What became of the exemplars that a reader or exporter was handed, metric by metric: whether they
 * left the process, and if not, why. An exemplar that is handed over several times, as those of
 * cumulative points are, counts each time.
 *
 * <p>A reader or exporter keeps one and shows it as a {@code Source}; the provider's report on
 * exemplars reads it. Thread-safe; adding allocates only for a metric that was not seen before.
 */
public final class ExemplarOutcomes {

  /** What may become of an exemplar that was handed to an exporter. */
  public enum Outcome {
    /** It was written to whoever asked for it, or accepted by the receiver. */
    EXPORTED,
    /** The same, but without those of its attributes for which the format has no room. */
    EXPORTED_IN_PART,
    /** Left out, as its labels would be longer than the format allows. */
    LABELS_TOO_LONG,
    /** Left out, as the scraper asked for a format without exemplars. */
    NOT_REQUESTED,
    /**
     * Left out, as the format has no place for it at this type of metric, or no further one, or as
     * its point was left out.
     */
    NOT_REPRESENTABLE,
    /** In a request that failed for good, or an answer that was broken off. */
    EXPORT_FAILED
  }

  /** Implemented by readers and exporters that keep account of exemplars. */
  public interface Source {
    /** The account, which goes on changing. Never null. */
    ExemplarOutcomes exemplarOutcomes();
  }

  private final Map<InstrumentationScopeInfo, Map<String, Map<Outcome, AtomicLong>>> counts =
      new ConcurrentHashMap<>();

  /** An account without entries. */
  public ExemplarOutcomes() {}

  /**
   * Adds exemplars that had the same outcome.
   *
   * @param metric whose points carried them; not kept
   * @param exemplars how many; nothing is done if it is 0
   */
  public void add(MetricData metric, Outcome outcome, long exemplars) {
    add(metric.getInstrumentationScopeInfo(), metric.getName(), outcome, exemplars);
  }

  /**
   * Adds exemplars that had the same outcome, for who learns it when the data may have been reused.
   *
   * @param scope of the meter; not null
   * @param metricName name of the metric as it was handed over; not null
   * @param exemplars how many; nothing is done if it is 0
   */
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

  /**
   * How many exemplars of a metric have had this outcome so far.
   *
   * @param scope of the meter; not null
   * @param metricName name of the metric as it is handed over, before the exporter adapts it
   */
  public long get(InstrumentationScopeInfo scope, String metricName, Outcome outcome) {
    final Map<String, Map<Outcome, AtomicLong>> ofScope =
        counts.get(Objects.requireNonNull(scope, "scope"));
    final Map<Outcome, AtomicLong> ofMetric = ofScope == null ? null : ofScope.get(metricName);
    return ofMetric == null ? 0 : ofMetric.get(outcome).get();
  }
}
