package io.glint.exporter.otlp;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Counts the exemplars of one request, or of the points that wait for one, metric by metric, until
 * it is known what became of them.
 *
 * <p>It keeps no metric data, which may be reused while the request is under way. Handed from the
 * thread that encodes to the one that delivers.
 */
final class RequestExemplars {
  private record Metric(InstrumentationScopeInfo scope, String name) {
    Metric {
      Objects.requireNonNull(scope, "scope");
      Objects.requireNonNull(name, "name");
    }

    boolean isOf(String scopeName, String metricName) {
      return name.equals(metricName) && scope.getName().equals(scopeName);
    }

    // Written out: the derived methods of a record keep its class loader alive.

    @Override
    public boolean equals(Object object) {
      return object instanceof Metric other && name.equals(other.name) && scope.equals(other.scope);
    }

    @Override
    public int hashCode() {
      return name.hashCode() * 31 + scope.hashCode();
    }
  }

  private final Map<Metric, Integer> counts = new LinkedHashMap<>();

  /** Counts those of metrics that were not encoded, as far as they can be read. */
  static RequestExemplars in(Collection<MetricData> metrics) {
    final RequestExemplars all = new RequestExemplars();
    try {
      for (final MetricData metric : metrics) {
        int exemplars = 0;
        for (final PointData point : metric.getData().getPoints()) {
          exemplars += point.getExemplars().size();
        }
        all.add(metric, exemplars);
      }
    } catch (RuntimeException e) {
      // Data so broken that it could not be encoded either, which is logged.
    }
    return all;
  }

  void add(MetricData metric, int exemplars) {
    if (exemplars > 0) {
      add(new Metric(metric.getInstrumentationScopeInfo(), metric.getName()), exemplars);
    }
  }

  private void add(Metric metric, int exemplars) {
    counts.merge(metric, exemplars, Integer::sum);
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  /** Moves all that the other one has to this one. */
  void takeAll(RequestExemplars other) {
    other.counts.forEach(this::add);
    other.counts.clear();
  }

  /**
   * Moves that many exemplars of a metric, or as many as there are, from the other one to this one.
   * Metrics of scopes that have one name and differ otherwise are taken for one.
   */
  void take(RequestExemplars other, Envelope data, int exemplars) {
    if (exemplars == 0 || other.isEmpty()) {
      return;
    }
    final String scopeName = data.scopeName();
    final String metricName = data.metricName();
    int wanted = exemplars;
    for (final Map.Entry<Metric, Integer> entry : other.counts.entrySet()) {
      if (wanted > 0 && entry.getKey().isOf(scopeName, metricName)) {
        final int taken = Math.min(wanted, entry.getValue());
        entry.setValue(entry.getValue() - taken);
        add(entry.getKey(), taken);
        wanted -= taken;
      }
    }
    other.counts.values().removeIf(count -> count == 0);
  }

  /** Enters all of them in the account, and forgets them. */
  void addTo(OutcomeCounts account, Outcome outcome) {
    counts.forEach((metric, count) -> account.add(metric.scope, metric.name, outcome, count));
    counts.clear();
  }
}
