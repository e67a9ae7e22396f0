package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Logger;

/** What the meters of one provider share, and where the streams of an instrument are made. */
final class ProviderState {
  /** Changes nothing. */
  private static final GlintView NO_VIEW = GlintView.builder().build();

  private static final int LARGEST_EXPONENTIAL_RESERVOIR = 20;

  /**
   * How long a delta series may be silent before it is dropped. Intervals are usually longer, so
   * that a series which skips one is dropped; where they are shorter, one that is recorded into now
   * and then is not made anew each time.
   */
  private static final long DELTA_IDLE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** A reader as the builder took it. */
  record ReaderRegistration(MetricReader reader, CardinalityLimitSelector cardinalityLimits) {}

  private final Clock clock;
  private final MeasurementClock measurementClock;
  private final Clock startClock;
  private final Resource resource;
  private final CustomExemplarFilter exemplarFilter;
  private final ExemplarAttributes exemplarAttributes;
  private final List<MetricProducer> producers;
  private final CallbackRunner callbackRunner;
  private final long idleTimeoutNanos;
  private final Duration readerTimeout;
  private final ViewRegistry views;
  private final UnusedViews unusedViews;
  private final ProblemLog warnings = ProblemLog.once(Logger.getLogger(GlintMeter.class.getName()));
  private final List<RegisteredReader> readers = new ArrayList<>();
  private final ReaderNames readerNames;
  private final ExemplarExplainer exemplarExplainer = new ExemplarExplainer(this);
  private final ExemplarAdvisor exemplarAdvisor = new ExemplarAdvisor(this);
  private volatile boolean isShutdown;
  private final Map<InstrumentationScopeInfo, GlintMeter> meters = new ConcurrentHashMap<>();
  private final MeterSwitches meterSwitches = new MeterSwitches();
  private final Losses losses = new Losses();
  private final AliasBudget aliasBudget = new AliasBudget();

  /** Null if it is off. */
  private volatile InternalTelemetry internalTelemetry;

  ProviderState(GlintMeterProviderBuilder builder) {
    this.clock = builder.clock;
    this.measurementClock = new MeasurementClock(clock);
    this.startClock = measurementClock.ofStarts();
    this.resource = Distribution.namedIn(builder.resource);
    this.exemplarFilter = builder.exemplarFilter;
    this.exemplarAttributes = builder.exemplarAttributes;
    this.producers = List.copyOf(builder.producers);
    this.views = new ViewRegistry(builder.views, builder.viewMatchingMode);
    this.unusedViews = new UnusedViews(views, clock);
    this.readerTimeout = builder.readerTimeout;
    this.idleTimeoutNanos = builder.idleSeriesTimeout.toNanos();
    this.callbackRunner = new CallbackRunner(builder.callbackTimeout, losses);
    for (final ReaderRegistration reader : builder.readers) {
      this.readers.add(new RegisteredReader(reader.reader(), reader.cardinalityLimits(), this));
    }
    this.readerNames = new ReaderNames(readers);
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

  ReaderNames readerNames() {
    return readerNames;
  }

  ExemplarExplainer exemplarExplainer() {
    return exemplarExplainer;
  }

  ExemplarAdvisor exemplarAdvisor() {
    return exemplarAdvisor;
  }

  UnusedViews unusedViews() {
    return unusedViews;
  }

  /** For what is wrong with the way meters and instruments are asked for. */
  ProblemLog warnings() {
    return warnings;
  }

  boolean isCollectedByCurrentThread() {
    return callbackRunner.isRunByCurrentThread()
        || readers.stream().anyMatch(RegisteredReader::isCollectedByCurrentThread);
  }

  /** Whether meters that are made now record nothing. */
  boolean isNoop() {
    return isShutdown || readers.isEmpty();
  }

  boolean isShutdown() {
    return isShutdown;
  }

  /** From now on no meter, and no series, is made any more. */
  void shutdown() {
    isShutdown = true;
  }

  /** How long a flush or a shutdown waits for a reader. */
  Duration readerTimeout() {
    return readerTimeout;
  }

  CallbackRunner callbackRunner() {
    return callbackRunner;
  }

  Collection<GlintMeter> meters() {
    return meters.values();
  }

  GlintMeter meter(InstrumentationScopeInfo scope) {
    final GlintMeter meter = meters.computeIfAbsent(scope, created -> GlintMeter.of(this, created));
    meterSwitches.decide(meter);
    return meter;
  }

  Losses losses() {
    return losses;
  }

  /** Null if it is off. */
  InternalTelemetry internalTelemetry() {
    return internalTelemetry;
  }

  /** To be called before the readers collect. */
  void startInternalTelemetry() {
    internalTelemetry =
        new InternalTelemetry(
            meter(InstrumentationScopeInfo.create(InternalTelemetry.SCOPE)), this);
  }

  void setMeterConfigurator(MeterConfigurator configurator) {
    meterSwitches.decideAll(meters.values(), configurator);
  }

  /**
   * Makes the streams of a synchronous instrument: those of each delta reader, and one for all
   * cumulative readers that ask for the same, which costs the recorder nothing for the second.
   */
  Map<RegisteredReader, List<Stream>> newStreams(
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      InstrumentAdvice advice,
      Notices notices) {
    final List<GlintView> matching = views.matching(instrument, scope, notices);
    final Map<RegisteredReader, List<Stream>> streams = new LinkedHashMap<>();
    final Map<StreamPlan, Stream> shared = new HashMap<>();
    final long now = startClock.now();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, matching, advice)) {
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
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      InstrumentAdvice advice,
      Notices notices) {
    final List<GlintView> matching = views.matching(instrument, scope, notices);
    final Map<RegisteredReader, List<AsyncStream>> streams = new LinkedHashMap<>();
    final long now = startClock.now();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, matching, advice)) {
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
   * What a stream of an instrument is made from. Equal for readers that can share it: views have
   * identity, and the filter follows from the view.
   *
   * @param attributeFilter null if all attributes are kept
   */
  private record StreamPlan(
      GlintView view,
      ResolvedAggregation aggregation,
      Predicate<String> attributeFilter,
      int cardinalityLimit) {

    // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

    @Override
    public boolean equals(Object object) {
      return object instanceof StreamPlan other
          && view == other.view
          && aggregation.equals(other.aggregation)
          && cardinalityLimit == other.cardinalityLimit;
    }

    @Override
    public int hashCode() {
      return aggregation.hashCode() * 31 + cardinalityLimit;
    }
  }

  /**
   * The streams of an instrument for a reader: one for each view that matches, or else one without
   * a view (SDK specification, "Measurement processing"). What is dropped has no stream.
   */
  private List<StreamPlan> plans(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      List<GlintView> matching,
      InstrumentAdvice advice) {
    final List<StreamPlan> plans = new ArrayList<>();
    for (final GlintView view : matching.isEmpty() ? List.of(NO_VIEW) : matching) {
      final StreamPlan plan = plan(reader.settings(instrument.type()), instrument, view, advice);
      if (plan.aggregation().kind() != ResolvedAggregation.Kind.DROP) {
        plans.add(plan);
      }
    }
    return plans;
  }

  private static StreamPlan plan(
      RegisteredReader.Settings asked,
      InstrumentDescriptor instrument,
      GlintView view,
      InstrumentAdvice advice) {
    final ResolvedAggregation resolved =
        ResolvedAggregation.of(
            view.aggregation() != null ? view.aggregation() : asked.aggregation(),
            instrument.type(),
            advice.boundaries());
    return new StreamPlan(
        view,
        // Null if the reader asks for what makes no sense for the instrument.
        resolved != null
            ? resolved
            : ResolvedAggregation.ofDefault(instrument.type(), advice.boundaries()),
        view.attributeFilter() != null ? view.attributeFilter() : advice.attributeFilter(),
        view.cardinalityLimit() > 0
            ? view.cardinalityLimit()
            : InternalTelemetry.cardinalityLimit(instrument, asked.cardinalityLimit()));
  }

  private StreamSettings settings(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      StreamPlan plan,
      long creationEpochNanos) {
    final GlintView view = plan.view();
    final AggregationTemporality temporality = reader.settings(instrument.type()).temporality();
    return new StreamSettings(
        instrument,
        MetricIdentity.of(instrument, view.name(), view.description()),
        plan.attributeFilter() == null ? null : new AttributeFilter(plan.attributeFilter()),
        aliasBudget,
        view.exemplarAttributes() != null ? view.exemplarAttributes() : exemplarAttributes,
        temporality,
        plan.cardinalityLimit(),
        new ExemplarSampling(
            view.exemplarFilter() != null ? view.exemplarFilter() : exemplarFilter,
            instrument.inWords(),
            view.exemplarReservoir() != null
                ? view.exemplarReservoir()
                : defaultReservoir(plan.aggregation()),
            ReservoirSettings.create(plan.aggregation().bucketCount(), measurementClock),
            losses),
        startClock,
        creationEpochNanos,
        temporality == AggregationTemporality.DELTA ? DELTA_IDLE_TIMEOUT_NANOS : idleTimeoutNanos);
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
