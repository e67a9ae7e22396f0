package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts a meter provider of Glint in place of the one that an {@code AutoConfiguredOpenTelemetrySdk}
 * makes: keeps the readers, which are handed to it while they are made, from the stock provider,
 * and registers them with Glint's once the SDK is complete. If that fails they are given back.
 */
final class Takeover {
  private final List<StandIn> standIns = new ArrayList<>();
  private final StockMetrics stockMetrics = new StockMetrics();
  private final GlintMeterProviderBuilder builder = GlintMeterProvider.builder();
  private List<Consumer<? super GlintMeterProviderBuilder>> customizers = List.of();
  private @Nullable ConfigProperties config;

  /** Whether there are metrics to take over: not so in an SDK that is disabled. */
  private boolean isWanted;

  /** The one that was made last, until the reader that it is for is seen. */
  private @Nullable MetricExporter exporter;

  void customizeBy(List<Consumer<? super GlintMeterProviderBuilder>> customizers) {
    this.customizers = customizers;
  }

  Resource resource(Resource resource, ConfigProperties config) {
    this.config = config;
    builder.setResource(resource);
    return resource;
  }

  MetricExporter exporter(MetricExporter exporter, ConfigProperties config) {
    this.exporter = exporter;
    return exporter;
  }

  MetricReader reader(MetricReader reader, ConfigProperties config) {
    final MetricExporter exporter = this.exporter;
    this.exporter = null;
    if (reader instanceof NoReader) {
      return reader;
    }
    final StandIn standIn =
        new StandIn(
            reader instanceof PeriodicMetricReader && exporter != null
                ? periodic(exporter, new MetricSettings(config))
                : reader);
    standIns.add(standIn);
    return standIn;
  }

  /** In place of the stock reader, which has started nothing yet. */
  private static MetricReader periodic(MetricExporter exporter, MetricSettings settings) {
    return GlintPeriodicMetricReader.builder(exporter)
        .setInterval(settings.interval())
        .setMaxExportBatchSize(settings.maxBatchSize())
        .setExportTimeout(exportTimeout(settings.timeout()))
        .build();
  }

  /** A setting, in which zero stands for no limit, as what the builder of a reader takes. */
  static Duration exportTimeout(Duration setting) {
    // The builder cuts it down to what is as good as no limit.
    return setting.isZero() ? Duration.ofDays(36_500) : setting;
  }

  SdkMeterProviderBuilder meterProvider(SdkMeterProviderBuilder stock, ConfigProperties config) {
    isWanted = !standIns.isEmpty() || !customizers.isEmpty();
    if (!isWanted) {
      return stock;
    }
    try {
      StockProvider.copyViews(stock, builder);
    } catch (ReflectiveOperationException | RuntimeException e) {
      Settings.log(
          Level.WARNING,
          "Views that customizers have added to the stock meter provider cannot be seen in this"
              + " version, or not be taken over. Metrics are as without them.",
          e);
    }
    return stock.registerMetricReader(stockMetrics);
  }

  /** Called once the SDK is complete. Never throws. */
  void complete(OpenTelemetrySdk sdk) {
    if (!isWanted) {
      return;
    }
    GlintMeterProvider provider = null;
    try {
      final MetricSettings settings = new MetricSettings(Objects.requireNonNull(config));
      final int limit = settings.cardinalityLimit();
      builder.setExemplarFilter(settings.exemplarFilter()).registerMetricProducer(stockMetrics);
      if (settings.marksSpans()) {
        markSpans(builder, settings.spanMarkKey());
      }
      standIns.forEach(standIn -> builder.registerMetricReader(standIn.reader(), type -> limit));
      customizers.forEach(customizer -> customizer.accept(builder));
      provider = builder.build();
      final GlintOpenTelemetry openTelemetry = GlintOpenTelemetry.replacingMetricsOf(sdk, provider);
      stockMetrics.keep(openTelemetry);
      Composed.put(sdk, openTelemetry);
      GlobalSwap.replace(sdk, openTelemetry);
      tell(standIns.stream().map(StandIn::reader).toList());
    } catch (Throwable t) {
      if (provider == null) {
        standIns.forEach(StandIn::giveBack);
      }
      Settings.log(
          Level.SEVERE,
          provider == null
              ? "Glint could not take over metrics. They are recorded by the stock SDK."
              : "Glint records metrics, but could not be made the global OpenTelemetry. Use"
                  + " GlintAutoConfiguration.of(openTelemetrySdk).",
          t);
    }
  }

  /** Marks the spans of exemplars with a key; null for Glint's default one. */
  static void markSpans(GlintMeterProviderBuilder builder, @Nullable String key) {
    if (key != null) {
      builder.setExemplarSpanMarking(key);
    } else {
      builder.setExemplarSpanMarking(true);
    }
  }

  /** The one line that says that Glint is active. */
  static void tell(Collection<MetricReader> readers) {
    Settings.log(
        Level.INFO,
        "Metrics are recorded by Glint"
            + version()
            + ", in place of the stock SDK, for "
            + (readers.isEmpty()
                ? "the readers that customizers have registered"
                : readers.stream()
                    .map(reader -> reader.getClass().getSimpleName())
                    .collect(Collectors.joining(", ")))
            + ".");
  }

  /** After a space; empty if it is not known. The manifest is not that of Glint in all jars. */
  private static String version() {
    try (InputStream file = GlintMeterProvider.class.getResourceAsStream("version.properties")) {
      final Properties properties = new Properties();
      properties.load(file);
      return " " + properties.getProperty("version");
    } catch (IOException | RuntimeException e) {
      return "";
    }
  }
}
