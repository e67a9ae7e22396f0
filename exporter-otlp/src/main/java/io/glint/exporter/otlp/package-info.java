/**
 * OTLP metric exporter over HTTP and gRPC.
 *
 * <p>{@link io.glint.exporter.otlp.OtlpMetricExporter} takes the metric data of any OpenTelemetry
 * SDK for Java, encodes it with an encoder of its own and sends it over plain HTTP with a client of
 * its own, else with the HTTP client of the JDK, or with a sender that the application brings.
 */
@NullMarked
package io.glint.exporter.otlp;

import org.jspecify.annotations.NullMarked;
