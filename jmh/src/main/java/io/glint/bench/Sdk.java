package io.glint.bench;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.List;

/**
 * Whose {@link MeterProvider} a benchmark records into. A JVM that measures one of them never loads
 * the other's engine, so neither sees call sites that the other has made megamorphic.
 */
public enum Sdk {
  /** The OpenTelemetry SDK as published. */
  STOCK {
    @Override
    MeterProvider create(
        List<? extends MetricReader> readers,
        ExemplarFilter exemplars,
        Reservoir reservoir,
        List<ViewUse> views) {
      if (reservoir != Reservoir.DEFAULT) {
        throw new IllegalArgumentException("The stock SDK has no reservoir " + reservoir);
      }
      final SdkMeterProviderBuilder builder =
          SdkMeterProvider.builder().setExemplarFilter(exemplars);
      views.forEach(use -> builder.registerView(use.selector(), use.view()));
      readers.forEach(builder::registerMetricReader);
      return builder.build();
    }
  },

  GLINT {
    @Override
    MeterProvider create(
        List<? extends MetricReader> readers,
        ExemplarFilter exemplars,
        Reservoir reservoir,
        List<ViewUse> views) {
      final GlintMeterProviderBuilder builder =
          GlintMeterProvider.builder().setExemplarFilter(exemplars);
      if (reservoir != Reservoir.DEFAULT) {
        builder.registerView(
            InstrumentSelector.builder().setName("*").build(),
            GlintView.builder().setExemplarReservoir(reservoir.factory()).build());
      }
      views.forEach(use -> builder.registerView(use.selector(), use.view()));
      readers.forEach(builder::registerMetricReader);
      return builder.build();
    }
  };

  /** Makes a provider with these readers. It is {@link java.io.Closeable}, whichever it is. */
  abstract MeterProvider create(
      List<? extends MetricReader> readers,
      ExemplarFilter exemplars,
      Reservoir reservoir,
      List<ViewUse> views);
}
