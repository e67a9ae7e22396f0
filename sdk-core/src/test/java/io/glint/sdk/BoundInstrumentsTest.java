package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static io.glint.sdk.Readers.spanContext;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.BoundSeries;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BoundInstrumentsTest {
  private static final AttributeKey<String> KEEP = AttributeKey.stringKey("keep");
  private static final AttributeKey<Long> DROP = AttributeKey.longKey("drop");
  private static final Attributes A = Attributes.of(KEEP, "a");
  private static final Attributes B = Attributes.of(KEEP, "b");
  private static final Attributes C = Attributes.of(KEEP, "c");

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final List<GlintMeterProvider> providers = new ArrayList<>();
  private final LogCapture log = new LogCapture();

  /** A meter with both readers, of which the delta reader takes two attribute sets. */
  private Meter meter(Consumer<GlintMeterProviderBuilder> options) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .setClock(clock)
            .registerMetricReader(cumulative)
            .registerMetricReader(delta, type -> 2);
    options.accept(builder);
    providers.add(builder.build());
    return providers.get(providers.size() - 1).get("bound");
  }

  private Meter meter() {
    return meter(builder -> {});
  }

  private ExtendedLongCounter counter() {
    return (ExtendedLongCounter) meter().counterBuilder("instrument").build();
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
    log.close();
  }

  private static List<? extends PointData> points(InMemoryMetricReader reader) {
    final MetricData metric = collect(reader, "instrument");
    return metric == null ? List.of() : List.copyOf(metric.getData().getPoints());
  }

  private static PointData onlyPoint(InMemoryMetricReader reader) {
    final List<? extends PointData> points = points(reader);
    assertThat(points).hasSize(1);
    return points.get(0);
  }

  /** The sum of a point, or the last value of a gauge's. */
  private static double value(PointData point) {
    if (point instanceof HistogramPointData histogram) {
      return histogram.getSum();
    }
    return point instanceof LongPointData longPoint
        ? longPoint.getValue()
        : ((DoublePointData) point).getValue();
  }

  private static double value(ExemplarData exemplar) {
    return exemplar instanceof LongExemplarData longExemplar
        ? longExemplar.getValue()
        : ((DoubleExemplarData) exemplar).getValue();
  }

  private static boolean isGauge(Kind kind) {
    return kind == Kind.LONG_GAUGE || kind == Kind.DOUBLE_GAUGE;
  }

  private static InstrumentSelector theInstrument() {
    return InstrumentSelector.builder().setName("instrument").build();
  }

  @ParameterizedTest
  @EnumSource
  void recordsWhereTheUnboundInstrumentDoes(Kind kind) {
    final Kind.Instrument instrument = kind.make(meter());
    final Kind.Bound bound = instrument.bind(A);
    for (int round = 1; round <= 2; round++) {
      instrument.record(1, A);
      bound.record(2);
      bound.record(3, Context.root());
      for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
        final PointData point = onlyPoint(reader);
        assertThat(point.getAttributes()).isEqualTo(A);
        assertThat(value(point))
            .isEqualTo(isGauge(kind) ? 3 : reader == cumulative ? 6 * round : 6);
      }
    }
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void viewsFilterWhatIsBoundAndExemplarsMayHaveIt(Kind kind) {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    theInstrument(),
                    GlintView.builder()
                        .setAttributeFilter(Set.of("keep"))
                        .setExemplarAttributes(ExemplarAttributes.all())
                        .build()));
    final Kind.Bound bound = kind.make(meter).bind(Attributes.of(KEEP, "a", DROP, 7L));
    bound.record(5, span(1, true));
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      final PointData point = onlyPoint(reader);
      assertThat(point.getAttributes()).isEqualTo(A);
      assertThat(point.getExemplars()).hasSize(1);
      final ExemplarData exemplar = point.getExemplars().get(0);
      assertThat(exemplar.getFilteredAttributes()).isEqualTo(Attributes.of(DROP, 7L));
      assertThat(exemplar.getSpanContext()).isEqualTo(spanContext(1, true));
      assertThat(value(exemplar)).isEqualTo(5);
    }
  }

  @Test
  void eachRecordingHasTheContextItIsMadeIn() {
    final BoundDoubleHistogram bound =
        ((ExtendedDoubleHistogram) meter().histogramBuilder("instrument").build()).bind(A);
    bound.record(1, span(1, true));
    try (Scope ignored = span(2, true).makeCurrent()) {
      bound.record(6);
    }
    bound.record(11, span(3, false));
    bound.record(26);
    bound.record(51, null);
    final PointData point = onlyPoint(cumulative);
    assertThat(((HistogramPointData) point).getCount()).isEqualTo(5);
    assertThat(point.getExemplars())
        .extracting(ExemplarData::getSpanContext)
        .containsExactly(spanContext(1, true), spanContext(2, true));
  }

  @Test
  void noContextIsReadWithExemplarsOff() {
    final Kind.Bound bound =
        Kind.LONG_COUNTER
            .make(meter(builder -> builder.setExemplarFilter(ExemplarFilter.alwaysOff())))
            .bind(A);
    try (Scope ignored = span(2, true).makeCurrent()) {
      bound.record(1);
    }
    assertThat(onlyPoint(cumulative).getExemplars()).isEmpty();
  }

  @Test
  void eachStreamOfSeveralViewsIsRecordedInto() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(theInstrument(), GlintView.builder().build())
                    .registerView(
                        theInstrument(),
                        GlintView.builder()
                            .setName("without")
                            .setAttributeFilter(Set.of())
                            .setAggregation(Aggregation.sum())
                            .build()));
    final Kind.Instrument instrument = Kind.DOUBLE_HISTOGRAM.make(meter);
    instrument.bind(A).record(1);
    instrument.bind(B).record(2);
    assertThat(points(cumulative)).hasSize(2);
    final List<? extends PointData> without =
        List.copyOf(collect(cumulative, "without").getData().getPoints());
    assertThat(without).hasSize(1);
    assertThat(value(without.get(0))).isEqualTo(3);
  }

  @Test
  void nothingHappensWhereEveryReaderDrops() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    theInstrument(),
                    GlintView.builder().setAggregation(Aggregation.drop()).build()));
    Kind.LONG_COUNTER.make(meter).bind(A).record(1);
    assertThat(points(cumulative)).isEmpty();
    assertThat(log.messages()).isEmpty();
  }

  // -------------------------------------------------------------------------- what is not recorded

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"LONG_COUNTER", "DOUBLE_COUNTER", "LONG_HISTOGRAM", "DOUBLE_HISTOGRAM"})
  void negativeValuesAreDroppedAndReported(Kind kind) {
    final Kind.Bound bound = kind.make(meter()).bind(A);
    bound.record(-1);
    assertThat(points(cumulative)).isEmpty();
    assertThat(log.messages()).hasSize(1).first().asString().contains("'instrument'", "negative");
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DOUBLE_COUNTER", "DOUBLE_UPDOWNCOUNTER", "DOUBLE_HISTOGRAM", "DOUBLE_GAUGE"})
  void nanIsDroppedAndReported(Kind kind) {
    final Kind.Bound bound = kind.make(meter()).bind(A);
    bound.record(Double.NaN);
    assertThat(points(cumulative)).isEmpty();
    assertThat(log.messages()).hasSize(1).first().asString().contains("'instrument'", "NaN");
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DOUBLE_COUNTER", "DOUBLE_UPDOWNCOUNTER", "DOUBLE_HISTOGRAM"})
  void infinityIsDroppedAndReported(Kind kind) {
    final Kind.Bound bound = kind.make(meter()).bind(A);
    bound.record(Double.POSITIVE_INFINITY);
    assertThat(points(cumulative)).isEmpty();
    assertThat(log.messages()).hasSize(1).first().asString().contains("'instrument'", "Infinity");
  }

  @Test
  void aBoundGaugeTakesInfinity() {
    Kind.DOUBLE_GAUGE.make(meter()).bind(A).record(Double.POSITIVE_INFINITY);
    assertThat(value(onlyPoint(cumulative))).isInfinite();
  }

  @ParameterizedTest
  @EnumSource
  void nullIsBoundAsNoAttributesAndReported(Kind kind) {
    kind.make(meter()).bind(null).record(4);
    assertThat(onlyPoint(cumulative).getAttributes()).isEqualTo(Attributes.empty());
    assertThat(log.messages()).hasSize(1).first().asString().contains("null attributes");
  }

  @Test
  void anInstrumentOfAnInvalidNameIsBoundToNothing() {
    final ExtendedLongCounter counter =
        (ExtendedLongCounter) meter().counterBuilder("not valid").build();
    counter.bind(A).add(1);
    assertThat(cumulative.collectAllMetrics()).isEmpty();
  }

  // ------------------------------------------------------------------------------- what stays
  // fixed

  @Test
  void aSilentBoundSeriesHasNoPointAndComesBack() {
    final BoundLongCounter bound = counter().bind(A);
    bound.add(1);
    assertThat(value(onlyPoint(delta))).isEqualTo(1);
    for (int i = 0; i < 3; i++) {
      assertThat(points(delta)).isEmpty();
    }
    bound.add(2);
    assertThat(value(onlyPoint(delta))).isEqualTo(2);
    assertThat(value(onlyPoint(cumulative))).isEqualTo(3);
  }

  @Test
  void aBoundSeriesKeepsItsPlaceAtTheLimitWhileOthersMakeRoom() {
    final ExtendedLongCounter counter = counter();
    final BoundLongCounter bound = counter.bind(A);
    for (final Attributes other : List.of(B, C)) {
      // The limit is 2: the bound series, silent or not, and one more.
      counter.add(1, other);
      assertThat(points(delta)).extracting(PointData::getAttributes).hasSize(1).contains(other);
    }
    counter.add(1, B);
    counter.add(1, C);
    bound.add(5);
    assertThat(points(delta))
        .extracting(PointData::getAttributes)
        .containsExactlyInAnyOrder(A, B, Overflow.ATTRIBUTES);
  }

  @Test
  void whatIsBoundAtTheLimitStaysInTheOverflowAndBindingAnewIsJudgedAnew() {
    final ExtendedLongCounter counter = counter();
    counter.add(1, A);
    counter.add(1, B);
    final BoundLongCounter bound = counter.bind(C);
    bound.add(1);
    assertThat(points(delta)).hasSize(3);
    assertThat(log.messages()).hasSize(1).first().asString().contains("cardinality limit");
    // All series have made room.
    bound.add(2);
    PointData point = onlyPoint(delta);
    assertThat(point.getAttributes()).isEqualTo(Overflow.ATTRIBUTES);
    assertThat(value(point)).isEqualTo(2);
    counter.bind(C).add(3);
    point = onlyPoint(delta);
    assertThat(point.getAttributes()).isEqualTo(C);
    assertThat(value(point)).isEqualTo(3);
  }

  @Test
  @Timeout(60)
  void aSeriesIsEvictedWhenItsBoundInstrumentIsGarbage() throws Exception {
    final ExtendedLongCounter counter = counter();
    final WeakReference<BoundLongCounter> bound = new WeakReference<>(counter.bind(A));
    final SeriesMap series = deltaStream(counter).seriesMap();
    bound.get().add(1);
    while (bound.get() != null || series.size() > 0) {
      System.gc();
      Thread.sleep(10);
      clock.advance(Duration.ofSeconds(10));
      delta.collectAllMetrics();
    }
    counter.add(1, A);
    assertThat(value(onlyPoint(delta))).isEqualTo(1);
  }

  private static MetricStream deltaStream(ExtendedLongCounter counter) {
    return ((SyncInstrument) counter).streams().get(1);
  }

  @Test
  void onlyTheLastOfSeveralBindingsLetsASeriesGo() throws Exception {
    final ExtendedLongCounter counter = counter();
    final WeakReference<BoundLongCounter> dropped = new WeakReference<>(counter.bind(A));
    final BoundLongCounter bound = counter.bind(A);
    for (int i = 0; i < 100 && dropped.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(dropped.get()).isNull();
    delta.collectAllMetrics();
    clock.advance(Duration.ofMinutes(1));
    delta.collectAllMetrics();
    assertThat(deltaStream(counter).seriesMap().size()).isEqualTo(1);
    bound.add(1);
    assertThat(value(onlyPoint(delta))).isEqualTo(1);
  }

  /** As when the bound instrument becomes garbage while its last recording is under way. */
  @ParameterizedTest
  @EnumSource
  void aMeasurementIsCountedAlsoIfTheSeriesWasEvicted(Kind kind) {
    kind.make(meter());
    final MetricStream stream = streamOf(kind);
    final Series series = stream.seriesMap().findOrAdd(A);
    final BoundSeries bound = new BoundSeries(stream, A, series, "no pin");
    assertThat(stream.seriesMap().tryEvict(series, 0)).isTrue();
    stream.seriesMap().removeEvicted();
    for (int i = 0; i < 2; i++) {
      if (kind.name().startsWith("LONG")) {
        stream.recordLong(2, bound, span(1, true));
      } else {
        stream.recordDouble(2, bound, span(1, true));
      }
    }
    final PointData point = onlyPoint(delta);
    assertThat(point.getAttributes()).isEqualTo(A);
    assertThat(value(point)).isEqualTo(isGauge(kind) ? 2 : 4);
    assertThat(point.getExemplars()).hasSize(1);
  }

  /** The delta stream of the instrument that the kind makes; asked for again, it is the same. */
  private MetricStream streamOf(Kind kind) {
    final Meter meter = providers.get(0).get("bound");
    final Object instrument =
        switch (kind) {
          case LONG_COUNTER -> meter.counterBuilder("instrument").build();
          case DOUBLE_COUNTER -> meter.counterBuilder("instrument").ofDoubles().build();
          case LONG_UPDOWNCOUNTER -> meter.upDownCounterBuilder("instrument").build();
          case DOUBLE_UPDOWNCOUNTER -> meter.upDownCounterBuilder("instrument").ofDoubles().build();
          case LONG_HISTOGRAM -> meter.histogramBuilder("instrument").ofLongs().build();
          case DOUBLE_HISTOGRAM -> meter.histogramBuilder("instrument").build();
          case LONG_GAUGE -> meter.gaugeBuilder("instrument").ofLongs().build();
          case DOUBLE_GAUGE -> meter.gaugeBuilder("instrument").build();
        };
    return ((SyncInstrument) instrument)
        .streams().stream()
            .filter(
                stream ->
                    stream.temporality == delta.getAggregationTemporality(stream.instrument.type()))
            .reduce((first, second) -> second)
            .orElseThrow();
  }

  @Test
  void aCumulativePointOfABoundSeriesStartsWithTheFirstMeasurement() {
    final BoundLongCounter bound = counter().bind(A);
    clock.advance(Duration.ofSeconds(1));
    assertThat(points(cumulative)).isEmpty();
    final long collected = clock.now();
    clock.advance(Duration.ofSeconds(1));
    bound.add(1);
    clock.advance(Duration.ofSeconds(1));
    final long start = onlyPoint(cumulative).getStartEpochNanos();
    assertThat(start).isEqualTo(collected);
    assertThat(onlyPoint(cumulative).getStartEpochNanos()).isEqualTo(start);
  }

  @Test
  void nothingNewIsKeptOfWhatIsBoundAfterShutdown() {
    final ExtendedLongCounter counter = counter();
    final BoundLongCounter before = counter.bind(A);
    providers.get(0).close();
    before.add(1);
    counter.bind(B).add(1);
    counter.bind(A).add(1);
    for (final MetricStream stream : ((SyncInstrument) counter).streams()) {
      assertThat(stream.seriesMap().size()).isEqualTo(1);
    }
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void attributesThatThrowAreReportedAndBindingThemDoesNotThrow() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    theInstrument(),
                    GlintView.builder()
                        .setAttributeFilter(
                            key -> {
                              throw new IllegalStateException("broken filter");
                            })
                        .build()));
    final Kind.Bound bound = Kind.LONG_COUNTER.make(meter).bind(A);
    bound.record(1);
    assertThat(points(cumulative)).isEmpty();
    assertThat(log.messages()).isNotEmpty().first().asString().contains("could not be bound");
  }
}
