package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.glint.sdk.internal.view.ResolvedAggregation;
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
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which instruments a view is for, and what becomes of what it sets and does not set. */
class StreamConfigurationTest {
  private static final AttributeKey<String> KEEP = AttributeKey.stringKey("keep");
  private static final AttributeKey<Long> DROP = AttributeKey.longKey("drop");

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final List<GlintMeterProvider> providers = new ArrayList<>();
  private final LogCapture log = new LogCapture();

  private Meter meter(Consumer<GlintMeterProviderBuilder> configuration) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader);
    configuration.accept(builder);
    final GlintMeterProvider provider = builder.build();
    providers.add(provider);
    return provider
        .meterBuilder("scope")
        .setInstrumentationVersion("1")
        .setSchemaUrl("http://schema")
        .build();
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

  private static Aggregation buckets(Double... boundaries) {
    return Aggregation.explicitBucketHistogram(
        ExplicitBucketHistogramOptions.builder().setBucketBoundaries(List.of(boundaries)).build());
  }

  private List<String> names() {
    return reader.collectAllMetrics().stream().map(MetricData::getName).toList();
  }

  private HistogramPointData histogramPoint(String name) {
    return collect(reader, name).getHistogramData().getPoints().iterator().next();
  }

  @Test
  void eachCriterionSelectsByItself() {
    final List<InstrumentSelector> matching =
        List.of(
            InstrumentSelector.builder().setName("counter").build(),
            InstrumentSelector.builder().setType(InstrumentType.COUNTER).build(),
            InstrumentSelector.builder().setUnit("s").build(),
            InstrumentSelector.builder().setMeterName("scope").build(),
            InstrumentSelector.builder().setMeterVersion("1").build(),
            InstrumentSelector.builder().setMeterSchemaUrl("http://schema").build());
    final List<InstrumentSelector> others =
        List.of(
            InstrumentSelector.builder().setName("count").build(),
            InstrumentSelector.builder().setType(InstrumentType.OBSERVABLE_COUNTER).build(),
            InstrumentSelector.builder().setUnit("S").build(),
            InstrumentSelector.builder().setMeterName("Scope").build(),
            InstrumentSelector.builder().setMeterVersion("1.0").build(),
            InstrumentSelector.builder().setMeterSchemaUrl("http://schema/").build());
    final Meter meter =
        meter(
            builder -> {
              for (int i = 0; i < matching.size(); i++) {
                builder.registerView(
                    matching.get(i), GlintView.builder().setName("right" + i).build());
                builder.registerView(
                    others.get(i), GlintView.builder().setName("wrong" + i).build());
              }
            });
    meter.counterBuilder("counter").setUnit("s").build().add(1);
    assertThat(names())
        .containsExactlyInAnyOrder("right0", "right1", "right2", "right3", "right4", "right5");
  }

  @Test
  void whetherValuesAreLongOrDoubleMakesNoDifferenceToSelection() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(named("*"), GlintView.builder().setName("all").build()));
    meter.counterBuilder("longs").build().add(1);
    assertThat(names()).containsExactly("all");
    meter.counterBuilder("doubles").ofDoubles().build().add(1);
    assertThat(names()).containsExactly("all", "all");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9 lives/€", "", " ", "a\nb", "ünï"})
  void aNameThatIsNoInstrumentNameIsExportedAsItIsAndNotComplainedAbout(String name) {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(named("counter"), GlintView.builder().setName(name).build()));
    meter.counterBuilder("counter").build().add(1);
    assertThat(names()).containsExactly(name);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void whatIsNotSetStaysAsTheInstrumentSays() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(named("a"), GlintView.builder().setName("renamed").build())
                    .registerView(
                        named("b"), GlintView.builder().setDescription("described").build()));
    meter.counterBuilder("a").setDescription("all").setUnit("s").build().add(1);
    meter.counterBuilder("b").setDescription("all").setUnit("s").build().add(1);
    assertThat(reader.collectAllMetrics())
        .extracting(MetricData::getName, MetricData::getDescription, MetricData::getUnit)
        .containsExactlyInAnyOrder(tuple("renamed", "all", "s"), tuple("b", "described", "s"));
  }

  @Test
  void excludedKeysAreRemovedAlsoIfTheyAreListedToBeKept() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    named("counter"),
                    GlintView.builder()
                        .setAttributeFilter(Set.of("a", "b"))
                        .setExcludedAttributeKeys(Set.of("b", "d"))
                        .build()));
    meter
        .counterBuilder("counter")
        .build()
        .add(1, Attributes.builder().put("a", 1).put("b", 1).put("c", 1).put("d", 1).build());
    assertThat(collect(reader, "counter").getLongSumData().getPoints())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getAttributes())
                    .isEqualTo(Attributes.builder().put("a", 1).build()));
  }

  @ParameterizedTest
  @EnumSource
  void seriesThatBecomeEqualJoinAsTheirAggregationDoes(AggregationTemporality temporality) {
    final InMemoryMetricReader joining = Readers.of(temporality);
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerMetricReader(joining)
                    .registerView(
                        named("*"),
                        GlintView.builder().setAttributeFilter(Set.of("keep")).build()));
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
    histogram.record(1, attributes("a", 1));
    histogram.record(30, attributes("a", 2));
    gauge.set(1, attributes("a", 1));
    gauge.set(30, attributes("a", 2));
    meter
        .gaugeBuilder("observed")
        .buildWithCallback(
            measurement -> {
              measurement.record(1, attributes("a", 1));
              measurement.record(30, attributes("a", 2));
            });
    meter
        .upDownCounterBuilder("total")
        .ofDoubles()
        .buildWithCallback(
            measurement -> {
              measurement.record(1, attributes("a", 1));
              measurement.record(30, attributes("a", 2));
            });
    final List<MetricData> metrics = List.copyOf(joining.collectAllMetrics());
    assertThat(metrics)
        .hasSize(4)
        .allSatisfy(
            metric ->
                assertThat(metric.getData().getPoints())
                    .singleElement()
                    .satisfies(
                        point ->
                            assertThat(point.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"))));
    assertThat(metrics)
        .filteredOn(metric -> !metric.getName().equals("histogram"))
        .extracting(
            MetricData::getName,
            metric -> ((DoublePointData) metric.getData().getPoints().iterator().next()).getValue())
        .containsExactlyInAnyOrder(
            tuple("gauge", 30d), tuple("observed", 30d), tuple("total", 31d));
    assertThat(metrics)
        .flatExtracting(metric -> metric.getHistogramData().getPoints())
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getCount()).isEqualTo(2);
              assertThat(point.getSum()).isEqualTo(31);
              assertThat(point.getMin()).isEqualTo(1);
              assertThat(point.getMax()).isEqualTo(30);
            });
  }

  @Test
  void equalAttributesObservedTwiceInOneRoundAddUpOrTheLastStays() {
    final Meter meter = meter(builder -> {});
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            measurement -> {
              measurement.record(2, attributes("a", 1));
              measurement.record(3, attributes("a", 1));
            });
    meter
        .gaugeBuilder("gauge")
        .buildWithCallback(
            measurement -> {
              measurement.record(2, attributes("a", 1));
              measurement.record(3, attributes("a", 1));
            });
    assertThat(collect(reader, "counter").getLongSumData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(5));
    assertThat(collect(reader, "gauge").getDoubleGaugeData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(3));
  }

  @Test
  void viewsOfOneInstrumentAreNotMerged() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        named("histogram"),
                        GlintView.builder().setName("one").setAggregation(buckets(1d)).build())
                    .registerView(
                        named("histogram"),
                        GlintView.builder()
                            .setName("two")
                            .setAttributeFilter(Set.of("keep"))
                            .build()));
    meter.histogramBuilder("histogram").build().record(3, attributes("a", 1));
    final HistogramPointData one = histogramPoint("one");
    assertThat(one.getBoundaries()).containsExactly(1d);
    assertThat(one.getAttributes()).isEqualTo(attributes("a", 1));
    final HistogramPointData two = histogramPoint("two");
    assertThat(two.getBoundaries()).isEqualTo(ResolvedAggregation.DEFAULT_BOUNDARIES);
    assertThat(two.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"));
  }

  @Test
  void twoViewsThatKeepTheNameAreBothAppliedAndToldOnce() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        named("counter"), GlintView.builder().setCardinalityLimit(1).build())
                    .registerView(
                        named("counter"), GlintView.builder().setCardinalityLimit(2).build()));
    meter.counterBuilder("counter").build().add(1);
    assertThat(names()).containsExactly("counter", "counter");
    assertThat(log.messages()).singleElement().asString().contains("'counter'", "several views");
  }

  @Test
  void boundariesOfAViewBeatThoseThatAreAdvised() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerView(
                        named("histogram"),
                        GlintView.builder().setName("given").setAggregation(buckets(1d)).build())
                    .registerView(
                        named("histogram"),
                        GlintView.builder()
                            .setName("not.given")
                            .setAggregation(Aggregation.explicitBucketHistogram())
                            .build())
                    .registerView(
                        named("histogram"),
                        GlintView.builder()
                            .setName("default")
                            .setAggregation(Aggregation.defaultAggregation())
                            .build()));
    meter
        .histogramBuilder("histogram")
        .setExplicitBucketBoundariesAdvice(List.of(7d))
        .build()
        .record(3);
    assertThat(histogramPoint("given").getBoundaries()).containsExactly(1d);
    assertThat(histogramPoint("not.given").getBoundaries())
        .isEqualTo(ResolvedAggregation.DEFAULT_BOUNDARIES);
    assertThat(histogramPoint("default").getBoundaries()).containsExactly(7d);
  }

  @Test
  void anInstrumentIsEnabledIfOneOfItsStreamsIsNotDropped() {
    final InMemoryMetricReader dropping =
        InMemoryMetricReader.create(
            type -> AggregationTemporality.CUMULATIVE,
            DefaultAggregationSelector.getDefault()
                .with(InstrumentType.COUNTER, Aggregation.drop()));
    final GlintView drop = GlintView.builder().setAggregation(Aggregation.drop()).build();
    final Meter meter =
        meter(
            builder ->
                builder
                    .registerMetricReader(dropping)
                    .registerView(named("dropped*"), drop)
                    .registerView(named("dropped.kept"), GlintView.builder().build()));
    assertThat(meter.counterBuilder("of.one.reader").build().isEnabled()).isTrue();
    assertThat(meter.gaugeBuilder("dropped").build().isEnabled()).isFalse();
    final LongCounter kept = meter.counterBuilder("dropped.kept").build();
    assertThat(kept.isEnabled()).isTrue();
    kept.add(1);
    assertThat(names()).containsExactly("dropped.kept");
    assertThat(dropping.collectAllMetrics()).isEmpty();
  }
}
