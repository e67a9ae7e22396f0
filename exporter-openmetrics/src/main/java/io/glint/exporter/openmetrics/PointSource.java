package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;

/**
 * A point that has a series together with others.
 *
 * @param tallySlot where the exemplars of its metric are counted
 */
record PointSource(MetricData metric, PointData point, int tallySlot) {

  // By identity: a producer may give equal points twice, and both count. Written out also because
  // on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return this == object;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
