package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Configures a {@link GlintMeterProvider}, with the method names of the stock {@code
 * SdkMeterProviderBuilder}. Not thread-safe. Null arguments are refused by {@link
 * NullPointerException}, as this is set-up code.
 */
public final class GlintMeterProviderBuilder {
  private Clock clock = Clock.getDefault();
  private Resource resource = Resource.getDefault();
  private ExemplarFilter exemplarFilter = ExemplarFilter.traceBased();
  private final List<ProviderState.ReaderRegistration> readers = new ArrayList<>();
  private final List<MetricProducer> producers = new ArrayList<>();
  private final List<ViewRegistry.Registration> views = new ArrayList<>();
  private MeterConfigurator meterConfigurator = scope -> null;
  private boolean hasInternalTelemetry;

  GlintMeterProviderBuilder() {}

  /** Sets the clock of points and of exemplars. The default is the system clock. */
  public GlintMeterProviderBuilder setClock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /** Sets the resource of all metrics. The default is {@link Resource#getDefault}. */
  public GlintMeterProviderBuilder setResource(Resource resource) {
    this.resource = Objects.requireNonNull(resource, "resource");
    return this;
  }

  /** Merges a resource into the current one, over whose attributes it takes precedence. */
  public GlintMeterProviderBuilder addResource(Resource resource) {
    this.resource = this.resource.merge(Objects.requireNonNull(resource, "resource"));
    return this;
  }

  /**
   * Sets which measurements may become exemplars. The default is {@link ExemplarFilter#traceBased}:
   * those recorded inside a sampled span.
   *
   * @throws IllegalArgumentException if it is not one of the stock SDK's filters
   */
  public GlintMeterProviderBuilder setExemplarFilter(ExemplarFilter filter) {
    this.exemplarFilter = ExemplarSampling.requireSupported(filter);
    return this;
  }

  /**
   * Registers a view of the stock SDK, with its name, description, aggregation, attribute filter
   * and cardinality limit. A limit of 2000, which a stock view also has if none was set, stands for
   * the reader's.
   *
   * @param selector which instruments the view is for; instrument names match without regard to
   *     case
   */
  public GlintMeterProviderBuilder registerView(InstrumentSelector selector, View view) {
    return registerView(selector, GlintView.of(Objects.requireNonNull(view, "view")));
  }

  /**
   * Registers a view. Each view that matches an instrument makes a stream of its own; an instrument
   * that no view matches has the one that the reader asks for.
   *
   * @param selector which instruments the view is for; instrument names match without regard to
   *     case
   */
  public GlintMeterProviderBuilder registerView(InstrumentSelector selector, GlintView view) {
    views.add(
        new ViewRegistry.Registration(
            Objects.requireNonNull(selector, "selector"), Objects.requireNonNull(view, "view")));
    return this;
  }

  /**
   * Sets which meters are enabled. By default all are. {@link
   * GlintMeterProvider#setMeterConfigurator} changes it at run time.
   */
  public GlintMeterProviderBuilder setMeterConfigurator(MeterConfigurator configurator) {
    this.meterConfigurator = Objects.requireNonNull(configurator, "configurator");
    return this;
  }

  /**
   * Decides on the meters of some scopes: those that neither the configurator, if one is set, nor a
   * condition that was added before has decided on.
   *
   * @param scopes whether a scope is meant; as quick and harmless as a {@link MeterConfigurator}
   */
  public GlintMeterProviderBuilder addMeterConfiguratorCondition(
      Predicate<InstrumentationScopeInfo> scopes, MeterConfig config) {
    Objects.requireNonNull(scopes, "scopes");
    Objects.requireNonNull(config, "config");
    meterConfigurator = meterConfigurator.orElse(scope -> scopes.test(scope) ? config : null);
    return this;
  }

  /**
   * Sets whether the provider records metrics about itself, which readers then export with all
   * others. Off by default, as the semantic conventions for SDK metrics are still in development.
   *
   * <ul>
   *   <li>{@code otel.sdk.metric_reader.collection.duration}, in seconds, for each reader
   *   <li>{@code glint.measurement.dropped}: measurements that could not be recorded, by {@code
   *       glint.drop.reason}
   *   <li>{@code glint.exemplar.dropped}: exemplars that were lost because a reservoir failed
   * </ul>
   *
   * <p>Their meter is named {@code io.glint.sdk}; views and the meter configurator apply to it.
   */
  public GlintMeterProviderBuilder setInternalTelemetryEnabled(boolean enabled) {
    this.hasInternalTelemetry = enabled;
    return this;
  }

  /** Registers a reader with the default cardinality limit, 2000 series for each instrument. */
  public GlintMeterProviderBuilder registerMetricReader(MetricReader reader) {
    return registerMetricReader(reader, CardinalityLimitSelector.defaultCardinalityLimitSelector());
  }

  /**
   * Registers a reader.
   *
   * @param cardinalityLimits how many attribute sets an instrument may have for this reader before
   *     further ones are counted in one overflow series; at least 1
   * @throws IllegalArgumentException if the reader is registered already
   */
  public GlintMeterProviderBuilder registerMetricReader(
      MetricReader reader, CardinalityLimitSelector cardinalityLimits) {
    Objects.requireNonNull(reader, "reader");
    Objects.requireNonNull(cardinalityLimits, "cardinalityLimits");
    if (readers.stream().anyMatch(registered -> registered.reader() == reader)) {
      throw new IllegalArgumentException(
          "Reader " + reader + " is registered already; a reader collects from one provider, once");
    }
    readers.add(new ProviderState.ReaderRegistration(reader, cardinalityLimits));
    return this;
  }

  /** Registers a source of metrics that are aggregated elsewhere; every reader collects it. */
  public GlintMeterProviderBuilder registerMetricProducer(MetricProducer producer) {
    producers.add(Objects.requireNonNull(producer, "producer"));
    return this;
  }

  /**
   * Makes the provider and registers it with its readers.
   *
   * @throws IllegalArgumentException if a reader asks for an aggregation that Glint does not have,
   *     or a cardinality limit below 1
   */
  public GlintMeterProvider build() {
    final ProviderState state =
        new ProviderState(clock, resource, exemplarFilter, producers, views, readers);
    state.setMeterConfigurator(meterConfigurator);
    if (hasInternalTelemetry) {
      state.startInternalTelemetry();
    }
    return new GlintMeterProvider(state);
  }
}
