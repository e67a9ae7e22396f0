package io.glint.sdk;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.async.CallbackRunner;
import io.glint.sdk.internal.diagnostics.UnusedViews;
import io.glint.sdk.internal.export.ReaderFanOut;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.meter.ProviderConfig;
import io.glint.sdk.internal.meter.ProviderState;
import io.glint.sdk.internal.view.ViewRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link GlintMeterProvider}, with the method names of the stock {@code
 * SdkMeterProviderBuilder}. Not thread-safe. Null arguments are refused by {@link
 * NullPointerException}, as this is set-up code.
 */
public final class GlintMeterProviderBuilder {
  private static final AttributeKey<String> DEFAULT_SPAN_MARK_KEY =
      AttributeKey.stringKey("exemplar");

  private Clock clock = Clock.getDefault();
  private Resource resource = Resource.getDefault();
  private CustomExemplarFilter exemplarFilter = CustomExemplarFilter.traceBased();
  private ExemplarAttributes exemplarAttributes = ExemplarAttributes.all();

  /** Null if spans are not marked. */
  private @Nullable AttributeKey<String> spanMarkKey;

  private final List<ProviderConfig.Reader> readers = new ArrayList<>();
  private final List<MetricProducer> producers = new ArrayList<>();
  private final List<ViewRegistry.Registration> views = new ArrayList<>();
  private ViewMatchingMode viewMatchingMode = ViewMatchingMode.INDEPENDENT;
  private Duration callbackTimeout = CallbackRunner.DEFAULT_TIMEOUT;
  private Duration idleSeriesTimeout = Duration.ZERO;
  private Duration readerTimeout = ReaderFanOut.DEFAULT_TIMEOUT;
  private MeterConfigurator meterConfigurator = scope -> null;
  private boolean hasInternalTelemetry;

  GlintMeterProviderBuilder() {}

  /** Sets the clock of points and of exemplars. The default is the system clock. */
  public GlintMeterProviderBuilder setClock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the resource of all metrics. The default is {@link Resource#getDefault}.
   *
   * <p>If it names a telemetry SDK, as the default does, and no distribution of it, metrics also
   * have {@code telemetry.distro.name}, {@code glint}, and {@code telemetry.distro.version}
   * (resource semantic conventions, "Telemetry Distro"). A distribution that it names stays, and a
   * resource without {@code telemetry.sdk.name} is used as it is.
   */
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
   * Sets which measurements may become exemplars. The default is {@link
   * CustomExemplarFilter#traceBased}: those recorded inside a sampled span.
   *
   * <p>A view may set another one for its instruments, see {@link
   * GlintView.Builder#setExemplarFilter}.
   *
   * @param filter a {@link CustomExemplarFilter}, or an {@code
   *     io.opentelemetry.sdk.metrics.ExemplarFilter}. The parameter does not name that type, which
   *     is missing in versions before 1.56: nothing could be compiled against it there.
   * @throws IllegalArgumentException if it is something else
   */
  public GlintMeterProviderBuilder setExemplarFilter(Object filter) {
    this.exemplarFilter = StockSdk.exemplarFilter(Objects.requireNonNull(filter, "filter"));
    return this;
  }

  /**
   * Sets which of the attributes that views, or the advice of instruments, remove from points stay
   * on exemplars. The default is {@link ExemplarAttributes#all}, as the specification says and the
   * stock SDK does. So what was removed leaves the process beside the points unless {@link
   * ExemplarAttributes#none} or {@link ExemplarAttributes#only} is set here, or by a view for its
   * instruments ({@link GlintView.Builder#setExemplarAttributes}).
   *
   * @param attributes not null
   */
  public GlintMeterProviderBuilder setExemplarAttributes(ExemplarAttributes attributes) {
    this.exemplarAttributes = Objects.requireNonNull(attributes, "attributes");
    return this;
  }

  /**
   * Sets whether the span of a measurement that an exemplar reservoir keeps gets the attribute
   * {@code exemplar}, with the value {@code "true"}, as the Prometheus client sets it. A tail
   * sampler that keeps traces with such a span keeps each trace that an exemplar leads to. Off by
   * default.
   *
   * <p>The span is that of the context that is recorded with. One that does not record, as it has
   * ended or belongs to another process, is left alone and counted: see {@link
   * ExemplarReport.Metric#spanMarks}. A reservoir that draws by chance, as the default ones do,
   * keeps about ln(n) of n measurements for each bucket and interval; one that keeps the most
   * recent measurement keeps each, and each span is marked.
   *
   * <p>The recording call marks the span when it has counted the measurement. It may then wait for
   * a lock of the span, and the span may allocate. No other recording call waits for that.
   *
   * @see #setExemplarSpanMarking(String)
   */
  public GlintMeterProviderBuilder setExemplarSpanMarking(boolean enabled) {
    this.spanMarkKey = enabled ? DEFAULT_SPAN_MARK_KEY : null;
    return this;
  }

  /**
   * The same with another key, which turns it on.
   *
   * @param key of a span attribute of type string, not null
   * @throws IllegalArgumentException if it is empty
   */
  public GlintMeterProviderBuilder setExemplarSpanMarking(String key) {
    if (Objects.requireNonNull(key, "key").isEmpty()) {
      throw new IllegalArgumentException(
          "The key of the attribute that marks the spans of exemplars is empty. Name one, or use"
              + " setExemplarSpanMarking(false) for no mark");
    }
    this.spanMarkKey = AttributeKey.stringKey(key);
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
    Objects.requireNonNull(selector, "selector");
    return registerView(selector, GlintView.builder(view).build());
  }

  /**
   * Registers a view. Each view that matches an instrument makes a stream of its own, unless {@link
   * #setViewMatchingMode} says otherwise; an instrument that no view matches has the one that the
   * reader asks for.
   *
   * @param selector which instruments the view is for; instrument names match without regard to
   *     case
   */
  public GlintMeterProviderBuilder registerView(InstrumentSelector selector, GlintView view) {
    views.add(
        new ViewRegistry.Registration(
            Objects.requireNonNull(selector, "selector"),
            Objects.requireNonNull(view, "view").config()));
    return this;
  }

  /**
   * Sets what becomes of an instrument that several views match. The default is {@link
   * ViewMatchingMode#INDEPENDENT}.
   */
  public GlintMeterProviderBuilder setViewMatchingMode(ViewMatchingMode mode) {
    this.viewMatchingMode = Objects.requireNonNull(mode, "mode");
    return this;
  }

  /**
   * Sets which meters are enabled, in place of what was set or added before. By default all are.
   * {@link GlintMeterProvider#setMeterConfigurator} changes it at run time.
   */
  public GlintMeterProviderBuilder setMeterConfigurator(MeterConfigurator configurator) {
    this.meterConfigurator = Objects.requireNonNull(configurator, "configurator");
    return this;
  }

  /**
   * Sets how long a collection waits for each callback of asynchronous instruments. A callback that
   * takes longer is reported and left behind: what it observes later is dropped, and it is not
   * started again before it has returned. The default is five seconds.
   *
   * @param timeout zero for no bound: callbacks then run on the thread that collects, otherwise on
   *     a thread of the provider's own
   * @throws IllegalArgumentException if it is negative
   */
  public GlintMeterProviderBuilder setCallbackTimeout(Duration timeout) {
    if (Objects.requireNonNull(timeout, "timeout").isNegative()) {
      throw new IllegalArgumentException(
          "The callback timeout is " + timeout + ", must not be negative");
    }
    this.callbackTimeout = timeout;
    return this;
  }

  /**
   * Decides on the meters of some scopes: those that neither the configurator, if one is set, nor a
   * condition that was added before has decided on.
   *
   * @param scopes whether a scope is meant; as quick and harmless as a {@link MeterConfigurator}
   */
  public GlintMeterProviderBuilder addMeterConfiguratorCondition(
      Predicate<InstrumentationScopeInfo> scopes, GlintMeterConfig config) {
    Objects.requireNonNull(scopes, "scopes");
    Objects.requireNonNull(config, "config");
    meterConfigurator = meterConfigurator.orElse(scope -> scopes.test(scope) ? config : null);
    return this;
  }

  /**
   * Lets series of synchronous instruments be dropped under cumulative temporality once they have
   * been silent for a time, so that attribute sets which are gone for good do not fill the memory
   * and the cardinality limit. A series that comes back starts at zero, with a start time of its
   * own, which backends take for the restart that it is. By default series are kept permanently, as
   * the SDK specification has it.
   *
   * <p>A series is dropped by the collection that finds it silent for this long, and only if every
   * reader has collected what it holds. Under delta temporality a series is always dropped that was
   * silent for a whole interval, or for as many as make three seconds, unless it is bound.
   *
   * @param timeout zero for never
   * @throws IllegalArgumentException if it is negative or longer than a hundred years
   */
  public GlintMeterProviderBuilder setIdleSeriesTimeout(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    if (timeout.isNegative() || timeout.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException(
          "The timeout of idle series is "
              + timeout
              + ", must not be negative or longer than a hundred years");
    }
    this.idleSeriesTimeout = timeout;
    return this;
  }

  /**
   * Sets how long {@link GlintMeterProvider#forceFlush} and {@link GlintMeterProvider#shutdown}
   * wait for a reader to return. The default is 30 seconds.
   *
   * @throws IllegalArgumentException if it is not positive or longer than a day
   */
  public GlintMeterProviderBuilder setReaderTimeout(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "The timeout of readers is " + timeout + ", must be positive and at most a day");
    }
    this.readerTimeout = timeout;
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
   *   <li>{@code glint.cardinality.attribute_values}: for each instrument that has hit its
   *       cardinality limit, the attribute key that has the most values, and how many
   *   <li>{@code glint.exemplar.dropped}: exemplars that were lost because a reservoir failed
   *   <li>{@code glint.exemplar.measurements}: for each metric and reader, measurements by what the
   *       exemplar filter said of them, see {@link GlintMeterProvider#explainExemplars}
   *   <li>{@code glint.exemplar.exports}: for each metric and reader, exemplars by what became of
   *       them
   *   <li>{@code glint.exemplar.spans}: for each metric and reader, if spans are marked, the spans
   *       of measurements that a reservoir kept, by what became of their mark
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
          "Reader "
              + LogText.nameOf(reader)
              + " is registered already; a reader collects from one provider, once");
    }
    readers.add(
        new ProviderConfig.Reader(
            reader,
            cardinalityLimits,
            reader instanceof GlintPeriodicMetricReader periodic ? periodic.exporter() : reader));
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
   *     or a cardinality limit below 1, or is registered with another provider
   */
  public GlintMeterProvider build() {
    final ViewRegistry registry =
        new ViewRegistry(views, viewMatchingMode == ViewMatchingMode.COMPOSABLE);
    final ProviderState state =
        new ProviderState(
            new ProviderConfig(
                clock,
                Distribution.namedIn(resource),
                exemplarFilter,
                exemplarAttributes,
                spanMarkKey,
                readers,
                producers,
                registry,
                callbackTimeout,
                idleSeriesTimeout,
                readerTimeout));
    state.addListener(new UnusedViews(registry, clock));
    state.setEnabledMeters(GlintMeterProvider.enabledBy(meterConfigurator));
    return new GlintMeterProvider(state, hasInternalTelemetry);
  }
}
