package io.glint.micrometer;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.internal.DefaultGauge;
import io.micrometer.core.instrument.internal.DefaultLongTaskTimer;
import io.micrometer.core.instrument.internal.DefaultMeter;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A Micrometer registry whose meters are recorded by an OpenTelemetry meter provider, such as
 * Glint's. Timers, summaries and counters have exemplars of the span that is current when they are
 * recorded into.
 *
 * <pre>{@code
 * Metrics.addRegistry(GlintMeterRegistry.create(openTelemetry));
 * }</pre>
 *
 * <table>
 * <caption>What becomes of a meter</caption>
 * <tr><th>Micrometer</th><th>OpenTelemetry</th></tr>
 * <tr><td>{@code Counter}</td><td>counter, from 0 on</td></tr>
 * <tr><td>{@code Timer}</td><td>histogram in seconds</td></tr>
 * <tr><td>{@code DistributionSummary}</td><td>histogram in its base unit</td></tr>
 * <tr><td>{@code Gauge}, {@code TimeGauge}</td><td>asynchronous gauge; no point while the value is
 *     NaN, as it is once the object is garbage</td></tr>
 * <tr><td>{@code FunctionCounter}</td><td>asynchronous counter</td></tr>
 * <tr><td>{@code FunctionTimer}</td><td>asynchronous counters {@code name.count} and {@code
 *     name.sum}, in seconds</td></tr>
 * <tr><td>{@code LongTaskTimer}</td><td>asynchronous up-down counters {@code name.active} and
 *     {@code name.duration}, and a gauge {@code name.max}, in seconds</td></tr>
 * <tr><td>{@code Meter} with measurements</td><td>an asynchronous instrument {@code
 *     name.statistic} for each</td></tr>
 * </table>
 *
 * <p><b>Boundaries.</b> Those of {@code serviceLevelObjectives} and {@code
 * publishPercentileHistogram} are the boundaries of the histogram. Timers without have those of
 * {@link GlintMeterRegistryBuilder#setTimerBoundaries}, summaries without have OpenTelemetry's
 * default ones. All meters of one name are series of one instrument, which has the boundaries of
 * the first. A view can set others. Percentiles that a process would compute itself ({@code
 * publishPercentiles}) are not: those of several processes cannot be put together.
 *
 * <p><b>Names.</b> Names and tags are kept as they are, with the naming convention of the registry,
 * which changes nothing. Base units that OpenTelemetry writes in another way are translated, for
 * instance {@code bytes} to {@code By}.
 *
 * <p><b>Removal.</b> A meter that is removed is gone: asynchronous ones at once, others when each
 * reader has had their last value ({@link io.glint.sdk.GlintMeterProvider#setSeriesRemovable}). Who
 * still holds such a meter records into nothing. A recording that is under way when its meter is
 * removed may begin the series again; that ends as well.
 *
 * <p>{@link #close} ends what is observed, so that nothing holds on to the application; flush the
 * meter provider before if the last values matter. What was recorded stays with the provider, which
 * is not closed.
 *
 * <p>Thread-safe. Recording does not wait for a collection. A meter can be read as in other
 * registries: its count, its total, and its maximum of the last minutes, which Micrometer's own
 * classes keep beside what Glint records.
 */
public final class GlintMeterRegistry extends MeterRegistry {
  /** Name of the OpenTelemetry meter, for views and meter configurators. */
  public static final String SCOPE = "io.glint.micrometer";

  private static final String SECONDS = "s";

  /** Base units that OpenTelemetry, which follows UCUM, writes in another way. */
  private static final Map<String, String> UNITS =
      Map.of(
          "bytes", "By",
          "seconds", SECONDS,
          "milliseconds", "ms",
          "microseconds", "us",
          "nanoseconds", "ns",
          "percent", "%");

  private final io.opentelemetry.api.metrics.Meter meter;
  private final List<Double> timerBoundaries;

  /** How many meters that are recorded into, and not removed, each series has. */
  private final Map<RecordedSeries.Key, Integer> recorded = new ConcurrentHashMap<>();

  /** What ends the asynchronous instruments of a meter. */
  private final Map<Meter.Id, List<AutoCloseable>> observers = new ConcurrentHashMap<>();

  /**
   * The description of each name: that of its first meter. Tags may each have another one, an
   * instrument has one. Bounded by the number of names.
   */
  private final Map<String, String> descriptions = new ConcurrentHashMap<>();

  GlintMeterRegistry(
      io.opentelemetry.api.metrics.Meter meter, Clock clock, List<Double> timerBoundaries) {
    super(clock);
    this.meter = meter;
    this.timerBoundaries = timerBoundaries;
    config().namingConvention(NamingConvention.identity);
    config().onMeterRemoved(this::removed);
  }

  /**
   * Makes a registry with the defaults of {@link #builder}.
   *
   * @param openTelemetry what records, for instance a {@code GlintOpenTelemetry}; not null
   */
  public static GlintMeterRegistry create(OpenTelemetry openTelemetry) {
    return builder(openTelemetry).build();
  }

  /**
   * Starts a registry.
   *
   * @param openTelemetry what records, for instance a {@code GlintOpenTelemetry}; not null
   */
  public static GlintMeterRegistryBuilder builder(OpenTelemetry openTelemetry) {
    return new GlintMeterRegistryBuilder(Objects.requireNonNull(openTelemetry, "openTelemetry"));
  }

  // ------------------------------------------------------------------ what is recorded

  @Override
  protected Counter newCounter(Meter.Id id) {
    return new GlintCounter(
        id,
        meter
            .counterBuilder(getConventionName(id))
            .ofDoubles()
            .setDescription(description(id))
            .setUnit(unit(id))
            .build(),
        attributes(id),
        recorded);
  }

  @Override
  protected Timer newTimer(
      Meter.Id id, DistributionStatisticConfig config, PauseDetector pauseDetector) {
    final List<Double> own = boundaries(config, GlintMeterRegistry::seconds);
    return new GlintTimer(
        id,
        clock,
        config,
        pauseDetector,
        histogramBuilder(id, SECONDS)
            .setExplicitBucketBoundariesAdvice(own.isEmpty() ? timerBoundaries : own)
            .build(),
        attributes(id),
        recorded);
  }

  @Override
  protected DistributionSummary newDistributionSummary(
      Meter.Id id, DistributionStatisticConfig config, double scale) {
    final List<Double> own = boundaries(config, boundary -> boundary);
    final DoubleHistogramBuilder builder = histogramBuilder(id, unit(id));
    final DoubleHistogram histogram =
        (own.isEmpty() ? builder : builder.setExplicitBucketBoundariesAdvice(own)).build();
    return new GlintDistributionSummary(
        id, clock, config, scale, histogram, attributes(id), recorded);
  }

  private DoubleHistogramBuilder histogramBuilder(Meter.Id id, String unit) {
    return meter
        .histogramBuilder(getConventionName(id))
        .setDescription(description(id))
        .setUnit(unit);
  }

  /** Without the largest value that is expected, which is a boundary and may be infinite. */
  private static List<Double> boundaries(
      DistributionStatisticConfig config, DoubleUnaryOperator toUnit) {
    return config.getHistogramBuckets(true).stream()
        .mapToDouble(Double::doubleValue)
        .map(toUnit)
        .filter(Double::isFinite)
        .boxed()
        .toList();
  }

  /** The one conversion of boundaries and of values, so that a value on a boundary is on it. */
  static double seconds(double nanos) {
    return nanos / 1e9;
  }

  // ------------------------------------------------------------------ what is observed

  @Override
  protected <T> Gauge newGauge(Meter.Id id, @Nullable T object, ToDoubleFunction<T> value) {
    final Gauge gauge = new DefaultGauge<>(id, object, value);
    observe(id, gauge(id, "", unit(id), gauge::value));
    return gauge;
  }

  @Override
  protected <T> FunctionCounter newFunctionCounter(
      Meter.Id id, T object, ToDoubleFunction<T> count) {
    final FunctionCounter counter = new CumulativeFunctionCounter<>(id, object, count);
    observe(id, counter(id, "", unit(id), counter::count));
    return counter;
  }

  @Override
  protected <T> FunctionTimer newFunctionTimer(
      Meter.Id id,
      T object,
      ToLongFunction<T> count,
      ToDoubleFunction<T> totalTime,
      TimeUnit totalTimeUnit) {
    final FunctionTimer timer =
        new CumulativeFunctionTimer<>(
            id, object, count, totalTime, totalTimeUnit, getBaseTimeUnit());
    observe(
        id,
        counter(id, ".count", "", timer::count),
        counter(id, ".sum", SECONDS, () -> timer.totalTime(TimeUnit.SECONDS)));
    return timer;
  }

  @Override
  protected LongTaskTimer newLongTaskTimer(Meter.Id id, DistributionStatisticConfig config) {
    final LongTaskTimer timer =
        new DefaultLongTaskTimer(id, clock, getBaseTimeUnit(), config, true);
    observe(
        id,
        upDownCounter(id, ".active", "{task}", timer::activeTasks),
        upDownCounter(id, ".duration", SECONDS, () -> timer.duration(TimeUnit.SECONDS)),
        gauge(id, ".max", SECONDS, () -> timer.max(TimeUnit.SECONDS)));
    return timer;
  }

  @Override
  protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
    final List<AutoCloseable> instruments = new ArrayList<>();
    for (final Measurement measurement : measurements) {
      instruments.add(observed(id, measurement));
    }
    observe(id, instruments.toArray(AutoCloseable[]::new));
    return new DefaultMeter(id, type, measurements);
  }

  private AutoCloseable observed(Meter.Id id, Measurement measurement) {
    final Statistic statistic = measurement.getStatistic();
    // Both kinds of totals have the same word.
    final String suffix =
        statistic == Statistic.TOTAL_TIME
            ? ".total_time"
            : "." + statistic.getTagValueRepresentation();
    return switch (statistic) {
      case COUNT, TOTAL, TOTAL_TIME -> counter(id, suffix, unit(id), measurement::getValue);
      case ACTIVE_TASKS -> upDownCounter(id, suffix, unit(id), measurement::getValue);
      default -> gauge(id, suffix, unit(id), measurement::getValue);
    };
  }

  private AutoCloseable gauge(Meter.Id id, String suffix, String unit, DoubleSupplier value) {
    return meter
        .gaugeBuilder(getConventionName(id) + suffix)
        .setDescription(description(id))
        .setUnit(unit)
        .buildWithCallback(callback(id, value));
  }

  private AutoCloseable counter(Meter.Id id, String suffix, String unit, DoubleSupplier value) {
    return meter
        .counterBuilder(getConventionName(id) + suffix)
        .ofDoubles()
        .setDescription(description(id))
        .setUnit(unit)
        .buildWithCallback(callback(id, value));
  }

  private AutoCloseable upDownCounter(
      Meter.Id id, String suffix, String unit, DoubleSupplier value) {
    return meter
        .upDownCounterBuilder(getConventionName(id) + suffix)
        .ofDoubles()
        .setDescription(description(id))
        .setUnit(unit)
        .buildWithCallback(callback(id, value));
  }

  /** Not a number is what Micrometer says where there is no value. */
  private Consumer<ObservableDoubleMeasurement> callback(Meter.Id id, DoubleSupplier value) {
    final Attributes attributes = attributes(id);
    return measurement -> {
      final double observed = value.getAsDouble();
      if (!Double.isNaN(observed)) {
        measurement.record(observed, attributes);
      }
    };
  }

  private void observe(Meter.Id id, AutoCloseable... instruments) {
    observers.put(id, List.of(instruments));
    if (isClosed()) {
      // It was closed since the meter was asked for; whichever of the two comes later ends this.
      endObservation(id);
    }
  }

  // ------------------------------------------------------------------ names

  private String description(Meter.Id id) {
    return descriptions.computeIfAbsent(
        getConventionName(id), name -> Objects.requireNonNullElse(id.getDescription(), ""));
  }

  private static String unit(Meter.Id id) {
    final String unit = id.getBaseUnit();
    return unit == null ? "" : UNITS.getOrDefault(unit, unit);
  }

  private Attributes attributes(Meter.Id id) {
    final AttributesBuilder attributes = Attributes.builder();
    for (final Tag tag : getConventionTags(id)) {
      attributes.put(tag.getKey(), tag.getValue());
    }
    return attributes.build();
  }

  @Override
  protected TimeUnit getBaseTimeUnit() {
    return TimeUnit.SECONDS;
  }

  @Override
  protected DistributionStatisticConfig defaultHistogramConfig() {
    return DistributionStatisticConfig.DEFAULT;
  }

  // ------------------------------------------------------------------ the end

  private void removed(Meter meter) {
    if (meter instanceof Removable removable) {
      removable.remove();
    }
    endObservation(meter.getId());
  }

  private void endObservation(Meter.Id id) {
    final List<AutoCloseable> instruments = observers.remove(id);
    if (instruments == null) {
      return;
    }
    for (final AutoCloseable instrument : instruments) {
      try {
        instrument.close();
      } catch (Exception e) {
        throw new IllegalStateException("An instrument cannot be closed", e);
      }
    }
  }

  @Override
  public void close() {
    super.close();
    observers.keySet().forEach(this::endObservation);
  }
}
