package io.glint.exporter.openmetrics;

import org.jspecify.annotations.Nullable;

/**
 * What the user decides about the live page.
 *
 * @param isEnabled null to have it where nobody but those who are meant to can read
 * @param traceUrl where a trace can be seen, see {@link TraceUrl}; null for nowhere
 * @param naming how scrapers know the metrics
 */
record LiveSettings(@Nullable Boolean isEnabled, @Nullable String traceUrl, Naming naming) {

  boolean isOn(boolean isPrivate) {
    return isEnabled == null ? isPrivate : isEnabled;
  }

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return this == object;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
