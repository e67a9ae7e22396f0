/**
 * A pull endpoint for metrics: OpenMetrics, Prometheus text and Prometheus protobuf over HTTP.
 *
 * <p>{@link io.glint.exporter.openmetrics.OpenMetricsServer} is a stock {@link
 * io.opentelemetry.sdk.metrics.export.MetricReader} and works with Glint's meter provider as with
 * the stock one.
 *
 * <p>How it is made: {@code ScrapeHandler} answers requests, {@code Negotiation} picks the format
 * and the scheme of escaping, {@code ExpositionWriter} writes one collection, with {@code
 * FamilyIndex} deciding which metrics share a family and {@code Naming} what they are called. A
 * {@code PointWriter} of each format writes samples, an {@code ExemplarWriter} exemplars and {@code
 * LabelSet} labels.
 */
package io.glint.exporter.openmetrics;
