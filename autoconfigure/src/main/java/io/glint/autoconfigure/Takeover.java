package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.internal.log.LogText;
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
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a meter provider of Glint in place of the one that an {@code AutoConfiguredOpenTelemetrySdk}
 * makes: keeps the readers, which are handed to it while they are made, from the stock provider,
 * and registers them with Glint's once the SDK is complete. If that fails they are given back.
 */
final class Takeover {
  /** Where Glint's own stand-ins are, also those of another Glint in another class loader. */
  private static final String OWN_READERS = Takeover.class.getPackageName() + ".";

  private final List<StandIn> standIns = new ArrayList<>();

  /** Readers for which there could be no stand-in: they stay with the stock SDK. */
  private final Set<MetricReader> left = Collections.newSetFromMap(new IdentityHashMap<>());

  /** In place of those that customizers have registered with the builder of the stock provider. */
  private final List<StandIn> ofCustomizers = new ArrayList<>();

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
    // A customizer may have answered none; the stock SDK says so.
    if (reader == null || reader instanceof NoReader) {
      return reader;
    }
    try {
      final StandIn standIn = new StandIn(inPlaceOf(reader, exporter, new MetricSettings(config)));
      standIns.add(standIn);
      return standIn;
    } catch (RuntimeException | Error e) {
      left.add(reader);
      throw e;
    }
  }

  /** The same one, unless it is what auto-configuration makes for the exporter. */
  private static MetricReader inPlaceOf(
      MetricReader reader, @Nullable MetricExporter exporter, MetricSettings settings) {
    return exporter != null
            && reader instanceof PeriodicMetricReader stock
            && StockProvider.isPeriodic(stock, exporter, settings.interval())
        ? periodic(exporter, settings)
        : reader;
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
    StockProvider.replaceReaders(stock, this::inPlaceOfCustomizers);
    isWanted = !standIns.isEmpty() || !ofCustomizers.isEmpty() || !customizers.isEmpty();
    return isWanted ? stock.registerMetricReader(stockMetrics) : stock;
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
      final List<MetricReader> readers = new ArrayList<>();
      for (final StandIn standIn : standIns) {
        readers.add(standIn.reader());
        builder.registerMetricReader(standIn.reader(), type -> limit);
      }
      readers.addAll(takeOverFromCustomizers(sdk));
      customizers.forEach(customizer -> customizer.accept(builder));
      provider = builder.build();
      final GlintOpenTelemetry openTelemetry = GlintOpenTelemetry.replacingMetricsOf(sdk, provider);
      stockMetrics.keep(openTelemetry);
      Composed.put(sdk, openTelemetry);
      GlobalSwap.replace(sdk, openTelemetry);
      tell(readers);
    } catch (Throwable t) {
      Settings.log(
          Level.SEVERE,
          provider != null
              ? "Glint records metrics, but could not be made the global OpenTelemetry. Use"
                  + " GlintAutoConfiguration.of(openTelemetrySdk)."
              : areGivenBack()
                  ? "Glint could not take over metrics. They are recorded by the stock SDK."
                  : "No metrics are exported, as a metric reader refuses to be registered. Traces"
                      + " and logs are as before. Remove the reader that the line before names.",
          t);
    }
  }

  /** Where one reader refuses a provider of Glint, the others have been shut down. */
  private boolean areGivenBack() {
    boolean areAll = true;
    for (final StandIn standIn : all()) {
      try {
        standIn.giveBack();
      } catch (RuntimeException e) {
        areAll = false;
        Settings.log(
            Level.SEVERE,
            "The metric reader " + LogText.of(standIn) + " refuses to be registered.",
            e);
      }
    }
    return areAll;
  }

  private List<StandIn> all() {
    return Stream.concat(standIns.stream(), ofCustomizers.stream()).toList();
  }

  private MetricReader inPlaceOfCustomizers(MetricReader reader) {
    if (reader.getClass().getName().startsWith(OWN_READERS) || left.contains(reader)) {
      return reader;
    }
    final StandIn standIn = new StandIn(reader);
    ofCustomizers.add(standIn);
    return standIn;
  }

  /**
   * Customizers get the builder of the stock provider, and may have registered readers there, views
   * and metric producers, and set a resource, clock, exemplar filter and meter configurator.
   *
   * @return those readers, which are registered with Glint's builder now
   */
  private List<MetricReader> takeOverFromCustomizers(OpenTelemetrySdk sdk) {
    final List<MetricReader> taken = new ArrayList<>();
    try {
      final StockProvider stock = new StockProvider(sdk.getSdkMeterProvider());
      stock
          .readers()
          .forEach(
              (reader, limits) -> {
                if (reader instanceof StandIn standIn && ofCustomizers.contains(standIn)) {
                  builder.registerMetricReader(
                      standIn.reader(),
                      type -> limits.getOrDefault(type, MetricSettings.DEFAULT_LIMIT));
                  taken.add(standIn.reader());
                }
              });
      stock.copyTo(builder, new ViewExtensions());
    } catch (ReflectiveOperationException | RuntimeException e) {
      Settings.log(
          Level.WARNING,
          "What customizers have set on the stock meter provider, such as views, cannot be seen in"
              + " this version, or not be taken over. Metrics are as without it.",
          e);
      ofCustomizers.stream()
          .filter(standIn -> !taken.contains(standIn.reader()))
          .forEach(StandIn::giveBack);
    }
    return taken;
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
