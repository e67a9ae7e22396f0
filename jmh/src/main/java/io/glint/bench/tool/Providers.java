package io.glint.bench.tool;

import io.glint.bench.Sdk;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;

/** Makes providers of either SDK with one reader and room for any number of series. */
public final class Providers {
  private Providers() {}

  /**
   * Makes a provider, which is {@link java.io.Closeable}.
   *
   * @param cardinalityLimit number of series that each stream has room for
   */
  public static MeterProvider create(
      Sdk sdk, MetricReader reader, ExemplarFilter exemplars, int cardinalityLimit) {
    return switch (sdk) {
      case STOCK ->
          SdkMeterProvider.builder()
              .setExemplarFilter(exemplars)
              .registerMetricReader(reader, type -> cardinalityLimit)
              .build();
      case GLINT ->
          GlintMeterProvider.builder()
              .setExemplarFilter(exemplars)
              .registerMetricReader(reader, type -> cardinalityLimit)
              .build();
    };
  }
}
