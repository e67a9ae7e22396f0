package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.view.Glob;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExplicitBucketHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewsTest {
  private static final AttributeKey<String> KEEP = AttributeKey.stringKey("keep");
  private static final AttributeKey<Long> DROP = AttributeKey.longKey("drop");

  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final List<GlintMeterProvider> providers = new ArrayList<>();
  private final LogCapture log = new LogCapture();

  private Meter meter(Consumer<GlintMeterProviderBuilder> views) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .registerMetricReader(cumulative)
            .registerMetricReader(delta, type -> 5);
    views.accept(builder);
    final GlintMeterProvider provider = builder.build();
    providers.add(provider);
    return provider.meterBuilder("views").setInstrumentationVersion("1").build();
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
    log.close();
  }

  private static InstrumentSelector named(String name) {
    return InstrumentSelector.builder().setName(name).build();
  }

  private static Attributes attributes(String keep, long drop) {
    return Attributes.of(KEEP, keep, DROP, drop);
  }

  @Test
  void aStockViewCanBeExtended() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .setExemplarFilter(CustomExemplarFilter.alwaysOn())
                    .registerView(
                        named("latency"),
                        GlintView.builder(
                                View.builder()
                                    .setName("renamed")
                                    .setAttributeFilter(Set.of("keep"))
                                    .setCardinalityLimit(7)
                                    .build())
                            .setExemplarReservoir(ExemplarReservoirFactory.fixedSize(3))
                            .build()));
    final DoubleHistogram histogram = meter.histogramBuilder("latency").build();
    for (int i = 0; i < 9; i++) {
      histogram.record(1, attributes("a", i));
    }
    final HistogramPointData point =
        collect(cumulative, "renamed").getHistogramData().getPoints().iterator().next();
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"));
    assertThat(point.getExemplars()).hasSize(3);
    assertThatThrownBy(() -> GlintView.builder(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aStockViewIsTakenAsItIs() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("latency"),
                    View.builder()
                        .setName("renamed/€")
                        .setDescription("described")
                        .setAggregation(
                            Aggregation.explicitBucketHistogram(
                                ExplicitBucketHistogramOptions.builder()
                                    .setBucketBoundaries(List.of(1d, 2d))
                                    .setRecordMinMax(false)
                                    .build()))
                        .setAttributeFilter(Set.of("keep"))
                        .setCardinalityLimit(1)
                        .build()));
    final DoubleHistogram histogram = meter.histogramBuilder("latency").setUnit("s").build();
    histogram.record(1, attributes("a", 1));
    histogram.record(2, attributes("a", 2));
    histogram.record(3, attributes("b", 3));
    final MetricData metric = collect(cumulative, "renamed/€");
    assertThat(metric.getDescription()).isEqualTo("described");
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getHistogramData().getPoints())
        .extracting(
            HistogramPointData::getAttributes,
            HistogramPointData::getCounts,
            HistogramPointData::hasMin)
        .containsExactly(
            tuple(Attributes.of(KEEP, "a"), List.of(1L, 1L, 0L), false),
            tuple(Overflow.ATTRIBUTES, List.of(0L, 0L, 1L), false));
  }

  @Test
  void removedAttributesMergeSeriesAndMayStayOnExemplars() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"),
                    GlintView.builder()
                        .setExcludedAttributeKeys(Set.of("drop"))
                        .setExemplarAttributes(ExemplarAttributes.all())
                        .build()));
    final LongCounter counter = meter.counterBuilder("counter").build();
    for (int round = 0; round < 3; round++) {
      for (long i = 0; i < 1000; i++) {
        counter.add(1, attributes("a", i), Readers.span(i + 1, true));
      }
    }
    counter.add(5, Attributes.of(KEEP, "a"));
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      final LongPointData point =
          collect(reader, "counter").getLongSumData().getPoints().iterator().next();
      assertThat(point.getValue()).isEqualTo(3005);
      assertThat(point.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"));
      final Attributes filtered = point.getExemplars().get(0).getFilteredAttributes();
      assertThat(filtered.size()).isEqualTo(1);
      assertThat(filtered.get(DROP)).isNotNull();
    }
  }

  @Test
  void anEmptySetOfKeysKeepsNone() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"), GlintView.builder().setAttributeFilter(Set.of()).build()));
    meter.counterBuilder("counter").build().add(1, attributes("a", 1));
    meter.counterBuilder("counter").build().add(1, attributes("b", 2));
    assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getAttributes().isEmpty()).isTrue());
  }

  @Test
  void filteredObservationsOfOneRoundAddUp() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"),
                    GlintView.builder().setExcludedAttributeKeys(Set.of("drop")).build()));
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            measurement -> {
              measurement.record(50, attributes("a", 1));
              measurement.record(30, attributes("a", 2));
            });
    for (int round = 0; round < 2; round++) {
      assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
          .extracting(LongPointData::getValue)
          .containsExactly(80L);
    }
  }

  @Test
  void theLimitCountsWhatIsLeftAfterFiltering() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"),
                    GlintView.builder()
                        .setAttributeFilter(Set.of("keep"))
                        .setCardinalityLimit(2)
                        .build()));
    final LongCounter counter = meter.counterBuilder("counter").build();
    for (int interval = 0; interval < 3; interval++) {
      for (long i = 0; i < 100; i++) {
        counter.add(1, attributes("a" + interval, i));
        counter.add(1, attributes("b" + interval, i));
      }
      assertThat(collect(delta, "counter").getLongSumData().getPoints())
          .extracting(LongPointData::getValue)
          .containsExactly(100L, 100L);
    }
  }

  @Test
  void aViewWithoutALimitOrAnAggregationLeavesThemToTheReader() {
    final InMemoryMetricReader exponential =
        InMemoryMetricReader.create(
            AggregationTemporalitySelector.alwaysCumulative(),
            DefaultAggregationSelector.getDefault()
                .with(InstrumentType.HISTOGRAM, Aggregation.base2ExponentialBucketHistogram()));
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerMetricReader(exponential, type -> 1)
                    .registerView(named("histogram"), View.builder().setName("renamed").build()));
    final DoubleHistogram histogram =
        meter.histogramBuilder("histogram").setExplicitBucketBoundariesAdvice(List.of(7d)).build();
    histogram.record(1, attributes("a", 1));
    histogram.record(1, attributes("a", 2));
    assertThat(collect(exponential, "renamed").getExponentialHistogramData().getPoints())
        .extracting(point -> point.getAttributes())
        .containsExactly(attributes("a", 1), Overflow.ATTRIBUTES);
    assertThat(
            collect(cumulative, "renamed")
                .getHistogramData()
                .getPoints()
                .iterator()
                .next()
                .getBoundaries())
        .containsExactly(7d);
  }

  @Test
  void eachMatchingViewMakesAStreamAndDropRemovesOnlyItsOwn() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(named("a*"), GlintView.builder().setName("one").build())
                    .registerView(
                        named("ab"),
                        GlintView.builder()
                            .setName("two")
                            .setAggregation(
                                Aggregation.explicitBucketHistogram(
                                    ExplicitBucketHistogramOptions.builder()
                                        .setBucketBoundaries(List.of())
                                        .build()))
                            .build())
                    .registerView(
                        named("*b"),
                        GlintView.builder().setAggregation(Aggregation.drop()).build()));
    meter.histogramBuilder("ab").build().record(1);
    final LongCounter dropped = meter.counterBuilder("xb").build();
    dropped.add(1);
    meter.counterBuilder("other").build().add(1);
    assertThat(dropped.isEnabled()).isFalse();
    assertThat(cumulative.collectAllMetrics())
        .extracting(MetricData::getName)
        .containsExactlyInAnyOrder("one", "two", "other");
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void viewsThatMakeOneNameAreAppliedAndToldOnce() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    InstrumentSelector.builder().setType(InstrumentType.COUNTER).build(),
                    GlintView.builder().setName("same").build()));
    meter.counterBuilder("one").build().add(1);
    meter.counterBuilder("two").build().add(1);
    meter.counterBuilder("two").build().add(1);
    assertThat(cumulative.collectAllMetrics()).hasSize(2);
    assertThat(log.messages()).singleElement().asString().contains("'same'", "'two'", "by a view:");
  }

  @Test
  void aViewThatRenamesSettlesAConflict() {
    final Meter meter =
        meter(
            builder -> builder.registerView(named("x"), GlintView.builder().setName("y").build()));
    meter.counterBuilder("x").build().add(1);
    meter.counterBuilder("z").build().add(1);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void aViewThatMakesNoSenseIsIgnoredForTheInstrument() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"),
                    GlintView.builder()
                        .setName("unused")
                        .setAggregation(Aggregation.lastValue())
                        .build()));
    meter.counterBuilder("counter").build().add(2);
    assertThat(collect(cumulative, "counter").getLongSumData().getPoints()).hasSize(1);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("makes no sense", "the view is ignored");
  }

  @Test
  void aViewMakesNoSenseEvenIfTheReaderAsksForTheSame() {
    final InMemoryMetricReader senseless =
        InMemoryMetricReader.create(
            AggregationTemporalitySelector.alwaysCumulative(),
            DefaultAggregationSelector.getDefault()
                .with(InstrumentType.COUNTER, Aggregation.lastValue()));
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerMetricReader(senseless)
                    .registerView(
                        named("counter"),
                        GlintView.builder()
                            .setName("unused")
                            .setAggregation(Aggregation.lastValue())
                            .build()));
    meter.counterBuilder("counter").build().add(2);
    assertThat(collect(senseless, "counter").getLongSumData().getPoints()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "http.server.duration, http.server.duration, true",
    "HTTP.server.*, http.server.duration, true",
    "http.server.?, http.server.ab, false",
    "http.server.?, http.server.a, true",
    "a.b*, axb, false",
    "a.b*, a.b, true",
    "a*b, ab, true",
    "a*b, abc, false"
  })
  void namesMatchByWildcards(String glob, String name, boolean matches) {
    assertThat(Glob.ignoringCase(glob).matcher(name).matches()).isEqualTo(matches);
  }

  @Test
  void allCriteriaMustHold() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        InstrumentSelector.builder()
                            .setName("counter")
                            .setType(InstrumentType.HISTOGRAM)
                            .build(),
                        GlintView.builder().setName("wrong1").build())
                    .registerView(
                        InstrumentSelector.builder().setUnit("KB").setName("counter").build(),
                        GlintView.builder().setName("wrong2").build())
                    .registerView(
                        InstrumentSelector.builder().setMeterVersion("2").build(),
                        GlintView.builder().setName("wrong3").build())
                    .registerView(
                        InstrumentSelector.builder()
                            .setName("counter")
                            .setType(InstrumentType.COUNTER)
                            .setUnit("kB")
                            .setMeterName("views")
                            .setMeterVersion("1")
                            .build(),
                        GlintView.builder().setName("right").build()));
    meter.counterBuilder("counter").setUnit("kB").build().add(1);
    assertThat(cumulative.collectAllMetrics())
        .extracting(MetricData::getName)
        .containsExactly("right");
  }

  @Test
  void aViewChoosesTheReservoirAndEachSeriesGetsItsOwn() {
    final AtomicInteger made = new AtomicInteger();
    final ExemplarReservoirFactory counting =
        settings -> {
          made.incrementAndGet();
          assertThat(settings.bucketCount()).isEqualTo(16);
          return ExemplarReservoirFactory.fixedSize(3).create(settings);
        };
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("histogram"),
                    GlintView.builder().setExemplarReservoir(counting).build()));
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    for (int i = 0; i < 100; i++) {
      histogram.record(i, attributes("a", i % 2), Readers.span(i + 1, true));
    }
    assertThat(made).as("two series, in a cumulative and a delta stream").hasValue(4);
    assertThat(collect(cumulative, "histogram").getHistogramData().getPoints())
        .allSatisfy(point -> assertThat(point.getExemplars()).hasSize(3));
  }

  @Test
  void aReservoirThatThrowsCostsExemplarsOnly() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("*"),
                    GlintView.builder()
                        .setExemplarReservoir(
                            settings -> {
                              throw new IllegalStateException("no reservoir");
                            })
                        .build()));
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    for (int i = 0; i < 100; i++) {
      histogram.record(1, Attributes.empty(), Readers.span(1, true));
    }
    final HistogramPointData point =
        collect(cumulative, "histogram").getHistogramData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(100);
    final List<DoubleExemplarData> none = point.getExemplars();
    assertThat(none).isEmpty();
    assertThat(log.messages()).isNotEmpty().allMatch(message -> message.contains("must not throw"));
  }

  @Test
  void aFilterThatThrowsCostsItsStreamTheMeasurementOnly() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setName("broken")
                            .setAttributeFilter(
                                key -> {
                                  throw new NoClassDefFoundError("com/acme/Filter");
                                })
                            .build())
                    .registerView(named("*"), GlintView.builder().setName("sound").build()));
    final LongCounter counter = meter.counterBuilder("counter").build();
    for (int i = 0; i < 4; i++) {
      counter.add(1, attributes("a", i));
    }
    assertThat(collect(cumulative, "sound").getLongSumData().getPoints()).hasSize(4);
    assertThat(collect(cumulative, "broken")).isNull();
    assertThat(log.messages())
        .hasSize(2)
        .allMatch(message -> message.contains("'counter'") && message.contains("is lost"));
  }

  @Test
  void aFilterThatThrowsInACallbackHarmsNoOtherObservation() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setName("broken")
                            .setAttributeFilter(
                                key -> {
                                  throw new IllegalStateException(key);
                                })
                            .build())
                    .registerView(named("*"), GlintView.builder().setName("sound").build()));
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              counter.record(1, attributes("a", 1));
              counter.record(2, attributes("a", 2));
            });
    assertThat(collect(cumulative, "sound").getLongSumData().getPoints()).hasSize(2);
    assertThat(log.messages()).singleElement().asString().contains("'broken'", "check the filter");
  }

  @Test
  void infiniteGaugesAreForLastValuesOnly() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(named("gauge*"), GlintView.builder().build())
                    .registerView(
                        named("gauge*"),
                        GlintView.builder()
                            .setName("sum")
                            .setAggregation(Aggregation.sum())
                            .build())
                    .registerView(
                        named("gauge"),
                        GlintView.builder()
                            .setName("exponential")
                            .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                            .build()));
    final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
    gauge.set(2);
    gauge.set(Double.NEGATIVE_INFINITY);
    assertThat(collect(cumulative, "gauge").getDoubleGaugeData().getPoints())
        .singleElement()
        .matches(point -> point.getValue() == Double.NEGATIVE_INFINITY);
    assertThat(collect(cumulative, "sum").getDoubleSumData().getPoints())
        .singleElement()
        .matches(point -> point.getValue() == 2);
    assertThat(collect(cumulative, "exponential").getExponentialHistogramData().getPoints())
        .singleElement()
        .matches(point -> point.getCount() == 1);
    assertThat(log.messages()).singleElement().asString().contains("-Infinity");
  }

  @Test
  void infiniteObservationsAreForLastValuesOnly() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(named("*"), GlintView.builder().build())
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setName("sum")
                            .setAggregation(Aggregation.sum())
                            .build()));
    meter
        .gaugeBuilder("gauge")
        .buildWithCallback(
            gauge -> {
              gauge.record(1);
              gauge.record(Double.POSITIVE_INFINITY);
            });
    assertThat(collect(cumulative, "gauge").getDoubleGaugeData().getPoints())
        .singleElement()
        .matches(point -> point.getValue() == Double.POSITIVE_INFINITY);
    assertThat(collect(cumulative, "sum").getDoubleSumData().getPoints())
        .singleElement()
        .matches(point -> point.getValue() == 1);
  }

  @Test
  void attributeSetsLeaveTheOverflowSeriesWhenThereIsRoomAgain() throws Exception {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("counter"),
                    GlintView.builder()
                        .setAttributeFilter(Set.of("keep"))
                        .setCardinalityLimit(200)
                        .build()));
    final LongCounter counter = meter.counterBuilder("counter").build();
    final Attributes[] many = new Attributes[400];
    for (int i = 0; i < many.length; i++) {
      many[i] = attributes(String.valueOf(i), i);
    }
    final ExecutorService pool = Executors.newFixedThreadPool(2);
    long total = 0;
    try {
      final List<Future<?>> recorders = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        recorders.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < 200; round++) {
                    for (final Attributes attributes : many) {
                      counter.add(1, attributes);
                    }
                  }
                }));
      }
      while (!recorders.stream().allMatch(Future::isDone)) {
        total += sum(collect(delta, "counter"));
      }
      for (final Future<?> recorder : recorders) {
        recorder.get();
      }
    } finally {
      pool.shutdownNow();
    }
    total += sum(collect(delta, "counter"));
    assertThat(total).isEqualTo(2L * 200 * many.length);
    assertThat(collect(delta, "counter")).isNull();
    for (int i = 300; i < 400; i++) {
      counter.add(1, many[i]);
    }
    assertThat(collect(delta, "counter").getLongSumData().getPoints())
        .hasSize(100)
        .noneMatch(point -> point.getAttributes().equals(Overflow.ATTRIBUTES));
  }

  private static long sum(MetricData metric) {
    return metric == null
        ? 0
        : metric.getLongSumData().getPoints().stream().mapToLong(LongPointData::getValue).sum();
  }

  @Test
  void composableViewsWithoutANameMakeOneStream() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setDescription("first")
                            .setAggregation(Aggregation.drop())
                            .setExcludedAttributeKeys(Set.of("drop"))
                            .setCardinalityLimit(1)
                            .build())
                    .registerView(
                        named("latency"),
                        GlintView.builder()
                            .setDescription("second")
                            .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                            .build())
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setAttributeFilter(key -> !key.equals("other"))
                            .build()));
    final DoubleHistogram histogram = meter.histogramBuilder("latency").build();
    histogram.record(1, attributes("a", 1).toBuilder().put("other", 1).build());
    histogram.record(1, attributes("b", 1));
    meter.counterBuilder("dropped").build().add(1);
    assertThat(delta.collectAllMetrics()).hasSize(1);
    final MetricData metric = collect(cumulative, "latency");
    assertThat(metric.getDescription()).isEqualTo("second");
    assertThat(metric.getExponentialHistogramData().getPoints())
        .extracting(PointData::getAttributes)
        .containsExactly(Attributes.of(KEEP, "a"), Overflow.ATTRIBUTES);
  }

  @Test
  void composableViewsMakeOneStreamForEachNameAndTheNamelessTakePartInAll() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                    .registerView(named("counter"), GlintView.builder().setName("one").build())
                    .registerView(
                        named("counter"),
                        GlintView.builder().setAttributeFilter(Set.of("keep")).build())
                    .registerView(
                        named("counter"),
                        GlintView.builder().setName("two").setDescription("2").build())
                    .registerView(
                        named("counter"),
                        GlintView.builder().setName("one").setDescription("1").build()));
    meter.counterBuilder("counter").build().add(1, attributes("a", 1));
    assertThat(cumulative.collectAllMetrics())
        .extracting(
            MetricData::getName,
            MetricData::getDescription,
            metric -> metric.getLongSumData().getPoints().iterator().next().getAttributes())
        .containsExactly(
            tuple("one", "1", Attributes.of(KEEP, "a")),
            tuple("two", "2", Attributes.of(KEEP, "a")));
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void ofComposableViewsAnAggregationThatMakesNoSenseIsPassedOver() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setAggregation(
                                Aggregation.explicitBucketHistogram(
                                    ExplicitBucketHistogramOptions.builder()
                                        .setBucketBoundaries(List.of(1d))
                                        .build()))
                            .build())
                    .registerView(
                        named("*"),
                        GlintView.builder()
                            .setDescription("kept")
                            .setAggregation(Aggregation.lastValue())
                            .build()));
    meter.counterBuilder("counter").build().add(2);
    final MetricData metric = collect(cumulative, "counter");
    assertThat(metric.getDescription()).isEqualTo("kept");
    assertThat(metric.getHistogramData().getPoints())
        .singleElement()
        .matches(point -> point.getCounts().equals(List.of(0L, 1L)));
    assertThat(log.messages()).singleElement().asString().contains("its aggregation is ignored");
  }

  @Test
  void wrongSettingsAreRefusedAtOnce() {
    assertThatThrownBy(() -> GlintView.builder().setCardinalityLimit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> GlintView.builder().setAggregation(new Aggregation() {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not supported");
  }
}
