package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Puts a meter provider of Glint in place of the one of a stock SDK that is complete, as a
 * declarative configuration file makes it, where no customizer is asked. Its readers read Glint's
 * provider from now on, and no longer the stock one; those that Glint has its own for end, and
 * Glint's are in their place.
 */
final class LateTakeover {
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
      final FileExtensions file = FileExtensions.of(sdk);
      stock.copyTo(builder, file.views);
      file.provider.accept(builder);
      final StockMetrics stockMetrics = new StockMetrics();
      builder.registerMetricProducer(stockMetrics);
      customizer.accept(builder);
      // Last, as what takes the place of a stock reader ends it.
      final boolean isReplacing = stock.canReplace();
      final List<MetricReader> registered = new ArrayList<>();
      for (final Map.Entry<MetricReader, Map<InstrumentType, Integer>> entry : readers.entrySet()) {
        final MetricReader reader =
            isReplacing ? file.readers.apply(entry.getKey()) : entry.getKey();
        if (reader != entry.getKey()) {
          stock.replace(entry.getKey(), new StandIn(reader));
        }
        final Map<InstrumentType, Integer> limits = entry.getValue();
        builder.registerMetricReader(
            reader, type -> limits.getOrDefault(type, MetricSettings.DEFAULT_LIMIT));
        registered.add(reader);
      }
      final GlintOpenTelemetry openTelemetry =
          GlintOpenTelemetry.replacingMetricsOf(sdk, builder.build());
      stockMetrics.keep(openTelemetry);
      Composed.put(sdk, openTelemetry);
      GlobalSwap.replace(sdk, openTelemetry);
      Takeover.tell(registered);
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
