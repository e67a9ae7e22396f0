package io.glint.it.fidelity;

import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;

/** A reader that collects when it is asked to, and tells what it was given. */
interface Looker extends AutoCloseable {
  /** To be registered with a provider. */
  MetricReader reader();

  /**
   * Has everything collected, once.
   *
   * @param time what the provider's clock says meanwhile
   */
  Map<Seen.SeriesKey, Seen.Point> look(long time) throws Exception;

  /** Ends what the reader itself does not. */
  @Override
  default void close() {}
}
