package io.glint.sdk.exemplar;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;

/**
 * What became of the exemplars that a reader or exporter was handed, metric by metric: whether they
 * left the process, and if not, why. An exemplar that is handed over several times, as those of
 * cumulative points are, counts each time.
 *
 * <p>A reader or exporter keeps one and shows it as a {@code Source}; the provider's report on
 * exemplars reads it. Glint's keep one each. A reader or exporter of one's own may implement both
 * interfaces, and then counts in a way of its own. Thread-safe.
 */
public interface ExemplarOutcomes {

  /** What may become of an exemplar that was handed to an exporter. */
  enum Outcome {
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
  interface Source {
    /** The account, which goes on changing. Never null; must not throw. */
    ExemplarOutcomes exemplarOutcomes();
  }

  /**
   * How many exemplars of a metric have had this outcome so far. What is counted never becomes
   * less. Called in the course of collections, so it must not wait and must not throw.
   *
   * @param scope of the meter; not null
   * @param metricName name of the metric as it is handed over, before the exporter adapts it; not
   *     null
   * @param outcome not null
   * @return at least 0; 0 for a metric that is not known
   */
  long get(InstrumentationScopeInfo scope, String metricName, Outcome outcome);
}
