package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.logging.Logger;

/** What the meters of one provider share, and where the streams of an instrument are made. */
final class ProviderState {
  private static final Logger LOGGER = Logger.getLogger(ProviderState.class.getName());

  private static final int LARGEST_EXPONENTIAL_RESERVOIR = 20;

  /** A reader as the builder took it. */
  record ReaderRegistration(MetricReader reader, CardinalityLimitSelector cardinalityLimits) {}

  private final Clock clock;
  private final MeasurementClock measurementClock;
  private final Resource resource;
  private final ExemplarFilter exemplarFilter;
  private final List<MetricProducer> producers;
  private final ViewRegistry views;
  private final OnceLog warnings = new OnceLog();
  private final List<RegisteredReader> readers = new ArrayList<>();
  private volatile boolean isShutdown;
  private final Map<InstrumentationScopeInfo, GlintMeter> meters = new ConcurrentHashMap<>();

  ProviderState(
      Clock clock,
      Resource resource,
      ExemplarFilter exemplarFilter,
      List<MetricProducer> producers,
      List<ViewRegistry.Registration> views,
      List<ReaderRegistration> readers) {
    this.clock = clock;
    this.measurementClock = new MeasurementClock(clock);
    this.resource = resource;
    this.exemplarFilter = exemplarFilter;
    this.producers = List.copyOf(producers);
    this.views = new ViewRegistry(views);
    for (final ReaderRegistration reader : readers) {
      this.readers.add(new RegisteredReader(reader.reader(), reader.cardinalityLimits(), this));
    }
  }

  Clock clock() {
    return clock;
  }

  MeasurementClock measurementClock() {
    return measurementClock;
  }

  Resource resource() {
    return resource;
  }

  List<MetricProducer> producers() {
    return producers;
  }

  List<RegisteredReader> readers() {
    return readers;
  }

  /** For what is wrong with the way meters and instruments are asked for. */
  OnceLog warnings() {
    return warnings;
  }

  boolean isCollectedByCurrentThread() {
    return readers.stream().anyMatch(RegisteredReader::isCollectedByCurrentThread);
  }

  boolean isShutdown() {
    return isShutdown;
  }

  /** From now on no meter, and no series, is made any more. */
  void shutdown() {
    isShutdown = true;
  }

  Collection<GlintMeter> meters() {
    return meters.values();
  }

  GlintMeter meter(InstrumentationScopeInfo scope) {
    return meters.computeIfAbsent(scope, created -> new GlintMeter(this, created));
  }

  boolean exemplarsAreOff() {
    return exemplarFilter == ExemplarFilter.alwaysOff();
  }

  /**
   * Makes the streams of a synchronous instrument: those of each delta reader, and one for all
   * cumulative readers that ask for the same, which costs the recorder nothing for the second.
   */
  Map<RegisteredReader, List<Stream>> newStreams(
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      List<Double> advisedBoundaries) {
    final Map<RegisteredReader, List<Stream>> streams = new LinkedHashMap<>();
    final Map<StreamPlan, Stream> shared = new HashMap<>();
    final long now = clock.now();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, scope, advisedBoundaries)) {
        final StreamSettings settings = settings(reader, instrument, plan, now);
        final Stream stream =
            settings.temporality() == AggregationTemporality.CUMULATIVE
                ? shared.computeIfAbsent(plan, key -> newStream(plan.aggregation(), settings))
                : newStream(plan.aggregation(), settings);
        streams.computeIfAbsent(reader, key -> new ArrayList<>()).add(stream);
      }
    }
    return streams;
  }

  private static Stream newStream(ResolvedAggregation aggregation, StreamSettings settings) {
    return switch (aggregation.kind()) {
      case SUM -> new SumStream(settings);
      case LAST_VALUE -> new LastValueStream(settings);
      case EXPLICIT_BUCKET_HISTOGRAM -> new HistogramStream(settings, aggregation);
      case BASE2_EXPONENTIAL_HISTOGRAM -> new ExponentialHistogramStream(settings, aggregation);
      case DROP -> throw new IllegalArgumentException("nothing to make");
    };
  }

  /** Makes the streams of an asynchronous instrument: each reader has callbacks run for itself. */
  Map<RegisteredReader, List<AsyncStream>> newAsyncStreams(
      InstrumentDescriptor instrument, InstrumentationScopeInfo scope) {
    final Map<RegisteredReader, List<AsyncStream>> streams = new LinkedHashMap<>();
    final long now = clock.now();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, scope, null)) {
        streams
            .computeIfAbsent(reader, key -> new ArrayList<>())
            .add(
                new AsyncStream(
                    settings(reader, instrument, plan, now),
                    plan.aggregation().kind() == ResolvedAggregation.Kind.SUM));
      }
    }
    return streams;
  }

  /**
   * What a stream is made from. Equal for readers that can share it.
   *
   * @param view place of the view among those that match, or -1
   */
  private record StreamPlan(
      int view,
      InstrumentDescriptor metric,
      ResolvedAggregation aggregation,
      Predicate<String> attributeFilter,
      int cardinalityLimit,
      ExemplarReservoirFactory exemplarReservoir) {}

  /**
   * The streams of an instrument for a reader: one for each view that matches and makes sense, or
   * else one without a view (SDK specification, "Measurement processing", independent mode). What
   * is dropped has no stream.
   */
  private List<StreamPlan> plans(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      List<Double> advisedBoundaries) {
    final RegisteredReader.Settings asked = reader.settings(instrument.type());
    final List<StreamPlan> plans = new ArrayList<>();
    final List<GlintView> matching = views.matching(instrument, scope);
    for (int i = 0; i < matching.size(); i++) {
      final GlintView view = matching.get(i);
      final Aggregation aggregation =
          view.aggregation() == Aggregation.defaultAggregation()
              ? asked.aggregation()
              : view.aggregation();
      ResolvedAggregation resolved =
          ResolvedAggregation.of(aggregation, instrument.type(), advisedBoundaries);
      if (resolved == null && aggregation != asked.aggregation()) {
        warnOfSenselessView(view, instrument);
        continue;
      }
      if (resolved == null) {
        resolved = ResolvedAggregation.ofDefault(instrument.type(), advisedBoundaries);
      }
      plans.add(
          new StreamPlan(
              i,
              instrument.renamed(view.name(), view.description()),
              resolved,
              view.attributeFilter(),
              view.cardinalityLimit() > 0 ? view.cardinalityLimit() : asked.cardinalityLimit(),
              view.exemplarReservoir()));
    }
    if (plans.isEmpty()) {
      final ResolvedAggregation resolved =
          ResolvedAggregation.of(asked.aggregation(), instrument.type(), advisedBoundaries);
      plans.add(
          new StreamPlan(
              -1,
              instrument,
              resolved != null
                  ? resolved
                  : ResolvedAggregation.ofDefault(instrument.type(), advisedBoundaries),
              /* attributeFilter= */ null,
              asked.cardinalityLimit(),
              /* exemplarReservoir= */ null));
    }
    plans.removeIf(plan -> plan.aggregation().kind() == ResolvedAggregation.Kind.DROP);
    return plans;
  }

  private void warnOfSenselessView(GlintView view, InstrumentDescriptor instrument) {
    warnings.warn(
        LOGGER,
        "{0} makes no sense for instrument {1}, which its selector matches; the view is ignored for"
            + " it. Restrict the selector, for instance by instrument type, or choose another"
            + " aggregation.",
        view,
        instrument.inWords());
  }

  private StreamSettings settings(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      StreamPlan plan,
      long creationEpochNanos) {
    return new StreamSettings(
        instrument,
        plan.metric(),
        plan.attributeFilter() == null ? null : new AttributeFilter(plan.attributeFilter()),
        reader.settings(instrument.type()).temporality(),
        plan.cardinalityLimit(),
        new ExemplarSampling(
            exemplarFilter,
            instrument.inWords(),
            plan.exemplarReservoir() != null
                ? plan.exemplarReservoir()
                : defaultReservoir(plan.aggregation()),
            ReservoirSettings.create(plan.aggregation().bucketCount(), measurementClock)),
        clock,
        creationEpochNanos);
  }

  /** SDK specification, "Exemplar defaults". */
  private static ExemplarReservoirFactory defaultReservoir(ResolvedAggregation aggregation) {
    if (aggregation.kind() == ResolvedAggregation.Kind.BASE2_EXPONENTIAL_HISTOGRAM) {
      return ExemplarReservoirFactory.fixedSize(
          Math.min(LARGEST_EXPONENTIAL_RESERVOIR, aggregation.maxBuckets()));
    }
    return aggregation.bucketCount() > 1
        ? ExemplarReservoirFactory.alignedHistogramBucket()
        : ExemplarReservoirFactory.fixedSize(1);
  }
}
