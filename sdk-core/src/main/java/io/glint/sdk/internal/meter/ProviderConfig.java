package io.glint.sdk.internal.meter;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.view.ViewRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a provider is built from. Not compared, and no key of a map.
 *
 * @param spanMarkKey the attribute that marks the spans of exemplars; null for none
 */
public record ProviderConfig(
    Clock clock,
    Resource resource,
    CustomExemplarFilter exemplarFilter,
    ExemplarAttributes exemplarAttributes,
    @Nullable AttributeKey<String> spanMarkKey,
    List<Reader> readers,
    List<MetricProducer> producers,
    ViewRegistry views,
    Duration callbackTimeout,
    Duration idleSeriesTimeout,
    Duration readerTimeout) {

  /**
   * A reader as it was registered.
   *
   * @param exemplarSource the reader or its exporter: what may know what becomes of exemplars
   */
  public record Reader(
      MetricReader reader, CardinalityLimitSelector cardinalityLimits, Object exemplarSource) {}
}
