package io.glint.bench;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;

/**
 * Whose {@link MeterProvider} a benchmark records into. A JVM that measures one of them never loads
 * the other's engine, so neither sees call sites that the other has made megamorphic.
 */
public enum Sdk {
  /** The OpenTelemetry SDK as published. */
  STOCK {
    @Override
    MeterProvider create(MetricReader reader, ExemplarFilter exemplars) {
      return SdkMeterProvider.builder()
          .setExemplarFilter(exemplars)
          .registerMetricReader(reader)
          .build();
    }
  },

  GLINT {
    @Override
    MeterProvider create(MetricReader reader, ExemplarFilter exemplars) {
      return GlintMeterProvider.builder()
          .setExemplarFilter(exemplars)
          .registerMetricReader(reader)
          .build();
    }
  };

  /** Makes a provider with one reader. It is {@link java.io.Closeable}, whichever it is. */
  abstract MeterProvider create(MetricReader reader, ExemplarFilter exemplars);
}
