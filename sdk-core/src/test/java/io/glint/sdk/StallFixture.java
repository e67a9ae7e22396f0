package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Series;
import io.glint.testing.ForwardingAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * An instrument that threads record into, one of which is stopped somewhere, and what was recorded
 * and collected. Everything of the user's that Glint calls stops the thread if it is asked to.
 */
final class StallFixture implements AutoCloseable {
  /** Where a thread can be stopped in the user's own code. */
  enum UserCode {
    /** Their hash, in the look-up. */
    ATTRIBUTES,
    VIEW_FILTER,
    EXEMPLAR_FILTER,
    /** The wall clock, when a series is made. */
    CLOCK,
    RESERVOIR_FACTORY,
    /** In a cell that is taken, and has the measurement already. */
    RESERVOIR_OFFER,
    /** In a cell that is taken, which has been copied and not been cleared. */
    RESERVOIR_MERGE,
    RESERVOIR_COLLECT
  }

  private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");
  private static final AttributeKey<Long> REMOVED = AttributeKey.longKey("removed");

  /** Attributes of the series that all threads record into. */
  static final Attributes SHARED = Attributes.of(NUMBER, -1L);

  /** Attributes of the series that a stopped thread makes, and others record into as well. */
  static final Attributes OWN = Attributes.of(NUMBER, -2L);

  /** How a stage differs from others. */
  record Setting(int cardinalityLimit, boolean filtersAttributes, boolean filtersExemplars) {
    static final Setting PLAIN = new Setting(2000, false, false);
    static final Setting FOUR_SERIES = new Setting(4, false, false);
    static final Setting FILTERED_ATTRIBUTES = new Setting(2000, true, false);
    static final Setting FILTERED_EXEMPLARS = new Setting(2000, false, true);
  }

  private final ThreadStopper stopper;
  private final boolean isDelta;
  private final boolean isGauge;
  private final InMemoryMetricReader reader;
  private final GlintMeterProvider provider;
  private final Meter meter;
  private final Kind.Instrument instrument;
  private final LongAdder recorded = new LongAdder();
  private final AtomicLong collected = new AtomicLong();
  private final AtomicLong newest = new AtomicLong();

  StallFixture(
      Kind kind, AggregationTemporality temporality, Setting setting, ThreadStopper stopper) {
    this(kind, Aggregation.defaultAggregation(), temporality, setting, stopper);
  }

  StallFixture(
      Kind kind,
      Aggregation aggregation,
      AggregationTemporality temporality,
      Setting setting,
      ThreadStopper stopper) {
    this.stopper = stopper;
    this.isDelta = temporality == AggregationTemporality.DELTA;
    this.isGauge = kind == Kind.LONG_GAUGE || kind == Kind.DOUBLE_GAUGE;
    this.reader = Readers.of(temporality);
    final GlintView.Builder view =
        GlintView.builder().setAggregation(aggregation).setExemplarReservoir(this::newReservoir);
    if (setting.filtersAttributes()) {
      view.setAttributeFilter(
          key -> {
            stopper.reached(UserCode.VIEW_FILTER);
            return !key.equals(REMOVED.getKey());
          });
    }
    this.provider =
        GlintMeterProvider.builder()
            .setClock(new BrakingClock())
            .setExemplarFilter(
                setting.filtersExemplars() ? brakingFilter() : ExemplarFilter.alwaysOn())
            .registerView(InstrumentSelector.builder().setName("instrument").build(), view.build())
            .registerMetricReader(reader, type -> setting.cardinalityLimit())
            .build();
    this.meter = provider.get("stall");
    this.instrument = kind.make(meter);
    record(SHARED);
  }

  private CustomExemplarFilter brakingFilter() {
    return (value, attributes, context) -> {
      stopper.reached(UserCode.EXEMPLAR_FILTER);
      return true;
    };
  }

  private ExemplarReservoir newReservoir(ReservoirSettings settings) {
    stopper.reached(UserCode.RESERVOIR_FACTORY);
    return new BrakingReservoir(ExemplarReservoirFactory.fixedSize(1).create(settings));
  }

  void record(Attributes attributes) {
    instrument.record(1, attributes);
    recorded.increment();
  }

  void recordNewSeries() {
    record(newAttributes());
  }

  /** Attributes that nobody has used, which a view makes a new series of. */
  Attributes newAttributes() {
    return Attributes.of(NUMBER, newest.getAndIncrement());
  }

  /** Attributes that nobody has used. A view maps them to the series that all record into. */
  Attributes newAlias() {
    return SHARED.toBuilder().put(REMOVED, newest.getAndIncrement()).build();
  }

  /** Attributes that stop the thread which looks them up. */
  Attributes brakingAttributes() {
    return new BrakingAttributes(newAttributes());
  }

  /** Records by a bound instrument. */
  Runnable bind(Attributes attributes) {
    final Kind.Bound bound = instrument.bind(attributes);
    return () -> {
      bound.record(1);
      recorded.increment();
    };
  }

  /** A series of the instrument, which is a histogram of doubles. */
  Series series(Attributes attributes) {
    return ((SyncInstrument) meter.histogramBuilder("instrument").build())
        .first
        .seriesMap()
        .find(attributes);
  }

  /** Measurements that the provider says it has counted. */
  long explained() {
    return provider.explainExemplars().metrics().get(0).measurements();
  }

  void collect() {
    final Collection<MetricData> metrics = reader.collectAllMetrics();
    long sum = 0;
    for (final MetricData metric : metrics) {
      sum += sumOf(metric);
    }
    if (isDelta) {
      collected.addAndGet(sum);
    } else {
      collected.set(sum);
    }
  }

  private static long sumOf(MetricData metric) {
    long sum = 0;
    for (final HistogramPointData point : metric.getHistogramData().getPoints()) {
      sum += point.getCount();
    }
    for (final ExponentialHistogramPointData point :
        metric.getExponentialHistogramData().getPoints()) {
      sum += point.getCount();
    }
    for (final LongPointData point : metric.getLongSumData().getPoints()) {
      sum += point.getValue();
    }
    for (final DoublePointData point : metric.getDoubleSumData().getPoints()) {
      sum += (long) point.getValue();
    }
    return sum;
  }

  /** Measurements of which {@link #record} has returned. */
  long recorded() {
    return recorded.sum();
  }

  /** Measurements that were in the points of one collection, or of all delta collections. */
  long collected() {
    return collected.get();
  }

  /** True if its points do not say how often it was recorded into. */
  boolean isGauge() {
    return isGauge;
  }

  @Override
  public void close() {
    provider.close();
  }

  private final class BrakingClock implements Clock {
    private final Clock hasty = new FastForwardClock();

    @Override
    public long now() {
      stopper.reached(UserCode.CLOCK);
      return hasty.now();
    }

    @Override
    public long nanoTime() {
      stopper.reached(UserCode.CLOCK);
      return hasty.nanoTime();
    }
  }

  private final class BrakingReservoir implements ExemplarReservoir {
    private final ExemplarReservoir reservoir;

    BrakingReservoir(ExemplarReservoir reservoir) {
      this.reservoir = reservoir;
    }

    @Override
    public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
      stopper.reached(UserCode.RESERVOIR_OFFER);
      return reservoir.offerDouble(value, bucket, attributes, context);
    }

    @Override
    public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
      stopper.reached(UserCode.RESERVOIR_OFFER);
      return reservoir.offerLong(value, bucket, attributes, context);
    }

    @Override
    public void mergeFrom(ExemplarReservoir other) {
      stopper.reached(UserCode.RESERVOIR_MERGE);
      reservoir.mergeFrom(((BrakingReservoir) other).reservoir);
    }

    @Override
    public void collect(ExemplarVisitor visitor) {
      stopper.reached(UserCode.RESERVOIR_COLLECT);
      reservoir.collect(visitor);
    }
  }

  private final class BrakingAttributes extends ForwardingAttributes {

    BrakingAttributes(Attributes attributes) {
      super(attributes);
    }

    @Override
    public int hashCode() {
      stopper.reached(UserCode.ATTRIBUTES);
      return attributes.hashCode();
    }

    @Override
    public boolean equals(Object other) {
      return other == this || attributes.equals(other);
    }
  }
}
