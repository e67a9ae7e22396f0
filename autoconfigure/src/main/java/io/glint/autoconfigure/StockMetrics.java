package io.glint.autoconfigure;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is still recorded by the stock meter provider, and lets Glint's readers export it too:
 * the metrics of the stock span and log processors about themselves, and of code that has got hold
 * of the stock SDK. Its points are cumulative.
 *
 * <p>As long as there is the stock SDK, so are its readers, and so is this, which one of them or
 * the provider that they read holds: it keeps what belongs to the SDK.
 */
final class StockMetrics implements MetricReader, MetricProducer {
  private static final List<String> OF_THE_SDK =
      List.of("io.opentelemetry.sdk", "io.opentelemetry.exporter");

  private final AtomicBoolean isTold = new AtomicBoolean();
  private volatile CollectionRegistration registration = CollectionRegistration.noop();

  private volatile @Nullable GlintOpenTelemetry kept;

  /** Keeps it as long as there is the stock SDK: nobody else might until it is asked for. */
  void keep(GlintOpenTelemetry openTelemetry) {
    kept = openTelemetry;
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public Collection<MetricData> produce(Resource resource) {
    final Collection<MetricData> metrics = registration.collectAllMetrics();
    if (!isTold.get()) {
      metrics.forEach(this::tellIfOfApplication);
    }
    return metrics;
  }

  private void tellIfOfApplication(MetricData metric) {
    final String scope = metric.getInstrumentationScopeInfo().getName();
    if (OF_THE_SDK.stream().noneMatch(scope::startsWith) && isTold.compareAndSet(false, true)) {
      Settings.log(
          Level.WARNING,
          "Metrics of '"
              + scope
              + "' are recorded by the stock meter provider, beside Glint's: something uses the"
              + " OpenTelemetrySdk that auto-configuration has made. They are exported, with"
              + " cumulative temporality and without what Glint adds. Use"
              + " GlobalOpenTelemetry.get(), or GlintAutoConfiguration.of(openTelemetrySdk), there.");
    }
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  /** Whoever closes the stock SDK closes Glint's provider, and readers that only that knows. */
  @Override
  public CompletableResultCode shutdown() {
    final GlintOpenTelemetry openTelemetry = kept;
    return openTelemetry == null
        ? CompletableResultCode.ofSuccess()
        : openTelemetry.getMeterProvider().shutdown();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public String toString() {
    return "StockMetrics";
  }
}
