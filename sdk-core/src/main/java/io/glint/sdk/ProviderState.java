package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the meters of one provider share, and where the streams of an instrument are made. */
final class ProviderState {
  private static final int LARGEST_EXPONENTIAL_RESERVOIR = 20;

  /** A reader as the builder took it. */
  record ReaderRegistration(MetricReader reader, CardinalityLimitSelector cardinalityLimits) {}

  private final Clock clock;
  private final MeasurementClock measurementClock;
  private final Resource resource;
  private final ExemplarFilter exemplarFilter;
  private final List<MetricProducer> producers;
  private final List<RegisteredReader> readers = new ArrayList<>();
  private volatile boolean isShutdown;
  private final Map<InstrumentationScopeInfo, GlintMeter> meters = new ConcurrentHashMap<>();

  ProviderState(
      Clock clock,
      Resource resource,
      ExemplarFilter exemplarFilter,
      List<MetricProducer> producers,
      List<ReaderRegistration> readers) {
    this.clock = clock;
    this.measurementClock = new MeasurementClock(clock);
    this.resource = resource;
    this.exemplarFilter = exemplarFilter;
    this.producers = List.copyOf(producers);
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
   * Makes the streams of a synchronous instrument: one for each delta reader, and one for all
   * cumulative readers that ask for the same, which costs the recorder nothing for the second.
   */
  Map<RegisteredReader, Stream> newStreams(
      InstrumentDescriptor instrument, List<Double> advisedBoundaries) {
    final Map<RegisteredReader, Stream> streams = new HashMap<>();
    final Map<List<Object>, Stream> shared = new HashMap<>();
    final long now = clock.now();
    for (final RegisteredReader reader : readers) {
      final ResolvedAggregation aggregation = aggregation(reader, instrument, advisedBoundaries);
      if (aggregation.kind() == ResolvedAggregation.Kind.DROP) {
        continue;
      }
      final StreamSettings settings = settings(reader, instrument, aggregation, now);
      final Stream stream =
          settings.temporality() == AggregationTemporality.CUMULATIVE
              ? shared.computeIfAbsent(
                  List.of(aggregation, settings.cardinalityLimit()),
                  key -> newStream(aggregation, settings))
              : newStream(aggregation, settings);
      streams.put(reader, stream);
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
  Map<RegisteredReader, AsyncStream> newAsyncStreams(InstrumentDescriptor instrument) {
    final Map<RegisteredReader, AsyncStream> streams = new HashMap<>();
    final long now = clock.now();
    for (final RegisteredReader reader : readers) {
      final ResolvedAggregation aggregation = aggregation(reader, instrument, null);
      if (aggregation.kind() != ResolvedAggregation.Kind.DROP) {
        streams.put(
            reader,
            new AsyncStream(
                settings(reader, instrument, aggregation, now),
                aggregation.kind() == ResolvedAggregation.Kind.SUM));
      }
    }
    return streams;
  }

  private static ResolvedAggregation aggregation(
      RegisteredReader reader, InstrumentDescriptor instrument, List<Double> advisedBoundaries) {
    return ResolvedAggregation.of(
        reader.settings(instrument.type()).aggregation(), instrument.type(), advisedBoundaries);
  }

  private StreamSettings settings(
      RegisteredReader reader,
      InstrumentDescriptor instrument,
      ResolvedAggregation aggregation,
      long creationEpochNanos) {
    return new StreamSettings(
        instrument,
        reader.settings(instrument.type()).temporality(),
        reader.settings(instrument.type()).cardinalityLimit(),
        new ExemplarSampling(
            exemplarFilter,
            instrument.inWords(),
            defaultReservoir(aggregation),
            ReservoirSettings.create(aggregation.bucketCount(), measurementClock)),
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
