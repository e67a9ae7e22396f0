/**
 * A pull endpoint for metrics: OpenMetrics, Prometheus text and Prometheus protobuf over HTTP.
 *
 * <p>{@link io.glint.exporter.openmetrics.OpenMetricsServer} is a stock {@link
 * io.opentelemetry.sdk.metrics.export.MetricReader} and works with Glint's meter provider as with
 * the stock one.
 *
 * <p>Start with {@link io.glint.exporter.openmetrics.OpenMetricsServer#builder}. {@link
 * io.glint.exporter.openmetrics.OpenMetricsServerBuilder} sets the address and what is optional,
 * and {@link io.glint.exporter.openmetrics.TranslationStrategy} how names are translated.
 */
@NullMarked
package io.glint.exporter.openmetrics;

import org.jspecify.annotations.NullMarked;
