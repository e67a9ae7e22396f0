/**
 * A pull endpoint for metrics: OpenMetrics 1.0 and Prometheus text 0.0.4 over HTTP.
 *
 * <p>{@link io.glint.exporter.openmetrics.OpenMetricsServer} is a stock {@link
 * io.opentelemetry.sdk.metrics.export.MetricReader} and works with Glint's meter provider as with
 * the stock one.
 *
 * <p>How it is made: {@code ScrapeHandler} answers requests, {@code Negotiation} picks the format,
 * {@code ExpositionWriter} writes one collection, with {@code FamilyIndex} deciding which metrics
 * share a family, {@code PointWriter} writing samples, {@code ExemplarWriter} exemplars and {@code
 * LabelSet} labels.
 */
package io.glint.exporter.openmetrics;
