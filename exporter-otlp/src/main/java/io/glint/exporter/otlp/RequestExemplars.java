package io.glint.exporter.otlp;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * Counts the exemplars of one request, metric by metric, until it is known what became of them.
 *
 * <p>It keeps no metric data, which may be reused while the request is under way. Handed from the
 * thread that encodes to the one that delivers.
 */
final class RequestExemplars {
  private record OfMetric(InstrumentationScopeInfo scope, String name, int exemplars) {
    OfMetric {
      Objects.requireNonNull(scope, "scope");
      Objects.requireNonNull(name, "name");
    }
  }

  private final List<OfMetric> metrics = new ArrayList<>();

  /** Counts those of metrics that were not encoded, as far as they can be read. */
  static RequestExemplars in(Collection<MetricData> metrics) {
    RequestExemplars all = new RequestExemplars();
    try {
      for (MetricData metric : metrics) {
        int exemplars = 0;
        for (PointData point : metric.getData().getPoints()) {
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
      metrics.add(new OfMetric(metric.getInstrumentationScopeInfo(), metric.getName(), exemplars));
    }
  }

  /** Enters all of them in the account. To be called once. */
  void enterIn(ExemplarOutcomes account, Outcome outcome) {
    for (OfMetric metric : metrics) {
      account.add(metric.scope, metric.name, outcome, metric.exemplars);
    }
  }
}
