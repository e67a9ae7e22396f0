package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Puts a meter provider of Glint in place of the one of a stock SDK that is complete, as a
 * declarative configuration file makes it, where no customizer is asked: its readers read Glint's
 * provider from now on, and no longer the stock one.
 */
final class LateTakeover {
  private static final int DEFAULT_LIMIT = 2000;

  private LateTakeover() {}

  /** Null, and the SDK is as it was, if there are no readers, or it cannot be done. */
  static @Nullable GlintOpenTelemetry of(
      OpenTelemetrySdk sdk, Consumer<? super GlintMeterProviderBuilder> customizer) {
    try {
      final StockProvider stock = new StockProvider(sdk.getSdkMeterProvider());
      final Map<MetricReader, Map<InstrumentType, Integer>> readers = stock.readers();
      if (readers.isEmpty() || readers.keySet().stream().anyMatch(StandIn.class::isInstance)) {
        return null;
      }
      final GlintMeterProviderBuilder builder = GlintMeterProvider.builder();
      stock.copyTo(builder, ViewExtensions.of(sdk));
      readers.forEach(
          (reader, limits) ->
              builder.registerMetricReader(
                  reader, type -> limits.getOrDefault(type, DEFAULT_LIMIT)));
      final StockMetrics stockMetrics = new StockMetrics();
      builder.registerMetricProducer(stockMetrics);
      customizer.accept(builder);
      final GlintOpenTelemetry openTelemetry =
          GlintOpenTelemetry.replacingMetricsOf(sdk, builder.build());
      stockMetrics.keep(openTelemetry);
      Composed.put(sdk, openTelemetry);
      GlobalSwap.replace(sdk, openTelemetry);
      Takeover.tell(readers.keySet());
      return openTelemetry;
    } catch (ReflectiveOperationException | RuntimeException e) {
      Settings.log(
          Level.SEVERE,
          "Glint could not take over metrics from the stock SDK: this version keeps its readers"
              + " elsewhere, or one of its views is not supported. They are recorded by the stock SDK.",
          e);
      return null;
    }
  }
}
