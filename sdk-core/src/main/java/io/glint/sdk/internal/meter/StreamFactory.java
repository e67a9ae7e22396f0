package io.glint.sdk.internal.meter;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.async.AsyncStream;
import io.glint.sdk.internal.async.CallbackRunner;
import io.glint.sdk.internal.collect.ExponentialHistogramCollector;
import io.glint.sdk.internal.collect.HistogramCollector;
import io.glint.sdk.internal.collect.LastValueCollector;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.collect.SumCollector;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.histogram.BucketIndex;
import io.glint.sdk.internal.log.DeferredWarnings;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentAdvice;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.glint.sdk.internal.series.AliasBudget;
import io.glint.sdk.internal.stream.ExponentialHistogramStream;
import io.glint.sdk.internal.stream.HistogramStream;
import io.glint.sdk.internal.stream.LastValueStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.stream.SumStream;
import io.glint.sdk.internal.view.AttributeFilter;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.glint.sdk.internal.view.ViewConfig;
import io.glint.sdk.internal.view.ViewRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the streams of an instrument, each with its collector: those that the views and the readers
 * of a provider ask for. Thread-safe.
 */
public final class StreamFactory {
  /** Scope of the metrics that Glint makes of itself. */
  public static final String OWN_SCOPE = "io.glint.sdk";

  private static final int MAX_EXPONENTIAL_RESERVOIR = 20;

  /**
   * How long a delta series may be silent before it is dropped. Intervals are usually longer, so
   * that a series which skips one is dropped; where they are shorter, one that is recorded into now
   * and then is not made again each time.
   */
  private static final long DELTA_IDLE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(3);

  /**
   * The limit of the instruments by which Glint tells of itself, unless a reader's is higher: they
   * have a series for each metric, which a reader's limit is not made for.
   */
  private static final int OWN_CARDINALITY_LIMIT = 1_000_000;

  private final List<RegisteredReader> readers;
  private final ViewRegistry views;
  private final CustomExemplarFilter exemplarFilter;
  private final ExemplarAttributes exemplarAttributes;

  /** Null if spans are not marked. */
  private final @Nullable AttributeKey<String> spanMarkKey;

  private final MeasurementClock clock;
  private final long idleTimeoutNanos;
  private final DropCounters losses;
  private final CallbackRunner callbackRunner;
  private final AliasBudget aliasBudget = new AliasBudget();

  StreamFactory(
      ProviderConfig config,
      List<RegisteredReader> readers,
      ViewRegistry views,
      MeasurementClock clock,
      DropCounters losses,
      CallbackRunner callbackRunner) {
    this.readers = readers;
    this.views = views;
    this.exemplarFilter = config.exemplarFilter();
    this.exemplarAttributes = config.exemplarAttributes();
    this.spanMarkKey = config.spanMarkKey();
    this.clock = clock;
    this.idleTimeoutNanos = config.idleSeriesTimeout().toNanos();
    this.losses = losses;
    this.callbackRunner = callbackRunner;
  }

  /**
   * Makes the streams of a synchronous instrument, and returns their collectors: those of each
   * delta reader, and one for all cumulative readers that ask for the same, which costs the
   * recorder nothing for the second.
   */
  Map<ReaderId, List<StreamCollector>> newStreams(
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      InstrumentAdvice advice,
      DeferredWarnings deferred) {
    final List<ViewConfig> matching = views.matching(instrument, scope, deferred);
    final Map<ReaderId, List<StreamCollector>> collectors = new LinkedHashMap<>();
    final Map<StreamPlan, StreamCollector> shared = new HashMap<>();
    final long now = clock.getAsLong();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, scope, matching, advice)) {
        final StreamSettings settings = settings(reader, instrument, plan, now);
        final StreamCollector collector =
            settings.temporality() == AggregationTemporality.CUMULATIVE
                ? shared.computeIfAbsent(plan, key -> newStream(plan.aggregation(), settings))
                : newStream(plan.aggregation(), settings);
        collectors.computeIfAbsent(reader.id(), key -> new ArrayList<>()).add(collector);
      }
    }
    return collectors;
  }

  private static StreamCollector newStream(
      ResolvedAggregation aggregation, StreamSettings settings) {
    return switch (aggregation.kind()) {
      case SUM -> new SumCollector(new SumStream(settings), settings);
      case LAST_VALUE -> new LastValueCollector(new LastValueStream(settings), settings);
      case EXPLICIT_BUCKET_HISTOGRAM -> {
        final BucketIndex buckets = new BucketIndex(aggregation.boundaryArray());
        yield new HistogramCollector(
            new HistogramStream(settings, buckets), settings, aggregation, buckets);
      }
      case BASE2_EXPONENTIAL_HISTOGRAM ->
          new ExponentialHistogramCollector(
              new ExponentialHistogramStream(settings, aggregation), settings, aggregation);
      case DROP -> throw new IllegalArgumentException("nothing to make");
    };
  }

  /** Makes the streams of an asynchronous instrument: each reader has callbacks run for itself. */
  Map<ReaderId, List<AsyncStream>> newAsyncStreams(
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      InstrumentAdvice advice,
      DeferredWarnings deferred) {
    final List<ViewConfig> matching = views.matching(instrument, scope, deferred);
    final Map<ReaderId, List<AsyncStream>> streams = new LinkedHashMap<>();
    final long now = clock.getAsLong();
    for (final RegisteredReader reader : readers) {
      for (final StreamPlan plan : plans(reader, instrument, scope, matching, advice)) {
        streams
            .computeIfAbsent(reader.id(), key -> new ArrayList<>())
            .add(
                new AsyncStream(
                    settings(reader, instrument, plan, now),
                    plan.aggregation().kind() == ResolvedAggregation.Kind.SUM,
                    callbackRunner));
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
      ViewConfig view,
      ResolvedAggregation aggregation,
      @Nullable Predicate<String> attributeFilter,
      int cardinalityLimit) {

    // Written out: on JDK 17 the derived methods of a record keep its class loader alive
    // permanently.

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
      InstrumentationScopeInfo scope,
      List<ViewConfig> matching,
      InstrumentAdvice advice) {
    final List<StreamPlan> plans = new ArrayList<>();
    for (final ViewConfig view : matching.isEmpty() ? List.of(ViewConfig.NONE) : matching) {
      final StreamPlan plan =
          plan(reader.settings(instrument.type()), instrument, scope, view, advice);
      if (plan.aggregation().kind() != ResolvedAggregation.Kind.DROP) {
        plans.add(plan);
      }
    }
    return plans;
  }

  private static StreamPlan plan(
      ReaderSettings.OfType asked,
      InstrumentDescriptor instrument,
      InstrumentationScopeInfo scope,
      ViewConfig view,
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
            : limit(asked.cardinalityLimit(), scope));
  }

  private static int limit(int asked, InstrumentationScopeInfo scope) {
    return scope.getName().equals(OWN_SCOPE) ? Math.max(asked, OWN_CARDINALITY_LIMIT) : asked;
  }

  private StreamSettings settings(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      StreamPlan plan,
      long creationEpochNanos) {
    final ViewConfig view = plan.view();
    final AggregationTemporality temporality = reader.settings(instrument.type()).temporality();
    return new StreamSettings(
        instrument,
        MetricDescriptor.of(instrument, view.name(), view.description()),
        plan.attributeFilter() == null ? null : new AttributeFilter(plan.attributeFilter()),
        aliasBudget,
        view.exemplarAttributes() != null ? view.exemplarAttributes() : exemplarAttributes,
        temporality,
        plan.cardinalityLimit(),
        new ExemplarSampling(
            view.exemplarFilter() != null ? view.exemplarFilter() : exemplarFilter,
            instrument.describe(),
            view.exemplarReservoir() != null
                ? view.exemplarReservoir()
                : defaultReservoir(plan.aggregation()),
            ReservoirSettings.create(plan.aggregation().bucketCount(), clock),
            losses,
            spanMarkKey),
        clock,
        creationEpochNanos,
        temporality == AggregationTemporality.DELTA ? DELTA_IDLE_TIMEOUT_NANOS : idleTimeoutNanos);
  }

  /** SDK specification, "Exemplar defaults". */
  private static ExemplarReservoirFactory defaultReservoir(ResolvedAggregation aggregation) {
    if (aggregation.kind() == ResolvedAggregation.Kind.BASE2_EXPONENTIAL_HISTOGRAM) {
      return ExemplarReservoirFactory.fixedSize(
          Math.min(MAX_EXPONENTIAL_RESERVOIR, aggregation.maxBuckets()));
    }
    return aggregation.bucketCount() > 1
        ? ExemplarReservoirFactory.alignedHistogramBucket()
        : ExemplarReservoirFactory.fixedSize(1);
  }
}
