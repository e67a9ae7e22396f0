package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounterBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the supported versions of the stock SDK have in different ways. It uses nothing that the
 * oldest of them lacks, and is run with each, see {@code docs/compatibility.md}.
 */
class SupportedVersionsTest {
  private static final AttributeKey<String> KEPT = AttributeKey.stringKey("kept");
  private static final AttributeKey<String> OTHER = AttributeKey.stringKey("other");
  private static final Attributes BOTH = Attributes.of(KEPT, "a", OTHER, "b");
  private static final InstrumentSelector ALL = InstrumentSelector.builder().setName("*").build();

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  private GlintMeterProvider provider(Consumer<GlintMeterProviderBuilder> settings) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader);
    settings.accept(builder);
    return builder.build();
  }

  private Attributes attributesOfTheOnlyPoint(String metric) {
    final Collection<? extends PointData> points = collect(reader, metric).getData().getPoints();
    assertThat(points).hasSize(1);
    return points.iterator().next().getAttributes();
  }

  @Test
  void testsRunWithTheVersionThatWasAskedFor() {
    final String asked = System.getProperty("opentelemetry.runtime");
    assumeTrue(asked != null);
    assertThat(Resource.getDefault().getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("telemetry.sdk.version"), asked);
  }

  @Test
  void aStockViewKeepsTheAttributesItNames() {
    final View view = View.builder().setAttributeFilter(Set.of("kept")).build();
    try (GlintMeterProvider provider = provider(builder -> builder.registerView(ALL, view))) {
      provider.get("meter").counterBuilder("counter").build().add(1, BOTH);
      assertThat(attributesOfTheOnlyPoint("counter")).isEqualTo(Attributes.of(KEPT, "a"));
    }
  }

  @Test
  void aStockViewKeepsTheAttributesItsPredicateAccepts() {
    final View view = View.builder().setAttributeFilter(key -> key.startsWith("k")).build();
    try (GlintMeterProvider provider = provider(builder -> builder.registerView(ALL, view))) {
      provider.get("meter").histogramBuilder("histogram").build().record(1, BOTH);
      assertThat(attributesOfTheOnlyPoint("histogram")).isEqualTo(Attributes.of(KEPT, "a"));
    }
  }

  @Test
  void aStockViewWithoutAFilterLeavesAttributesToTheInstrument() {
    final View view = View.builder().setName("renamed").build();
    try (GlintMeterProvider provider = provider(builder -> builder.registerView(ALL, view))) {
      final LongCounterBuilder builder = provider.get("meter").counterBuilder("counter");
      ((ExtendedLongCounterBuilder) builder).setAttributesAdvice(List.of(KEPT));
      builder.build().add(1, BOTH);
      assertThat(attributesOfTheOnlyPoint("renamed")).isEqualTo(Attributes.of(KEPT, "a"));
    }
  }

  private int exemplars(Object filter, boolean isSampled) {
    try (GlintMeterProvider provider = provider(builder -> builder.setExemplarFilter(filter))) {
      final Context context = isSampled ? span(1, true) : Context.root();
      provider.get("meter").counterBuilder("counter").build().add(1, Attributes.empty(), context);
      return collect(reader, "counter")
          .getData()
          .getPoints()
          .iterator()
          .next()
          .getExemplars()
          .size();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alwaysOn, true, 1",
    "alwaysOn, false, 1",
    "alwaysOff, true, 0",
    "alwaysOff, false, 0",
    "traceBased, true, 1",
    "traceBased, false, 0"
  })
  void exemplarFiltersOfGlintDoAsTheirNamesSay(String name, boolean isSampled, int exemplars)
      throws ReflectiveOperationException {
    final Object filter = CustomExemplarFilter.class.getMethod(name).invoke(null);
    assertThat(exemplars(filter, isSampled)).isEqualTo(exemplars);
  }

  @ParameterizedTest
  @CsvSource({
    "alwaysOn, true, 1",
    "alwaysOn, false, 1",
    "alwaysOff, true, 0",
    "alwaysOff, false, 0",
    "traceBased, true, 1",
    "traceBased, false, 0"
  })
  void exemplarFiltersOfTheStockSdkAreTakenWhereItHasThem(
      String name, boolean isSampled, int exemplars) throws ReflectiveOperationException {
    final Class<?> type;
    try {
      type = Class.forName("io.opentelemetry.sdk.metrics.ExemplarFilter");
    } catch (ClassNotFoundException e) {
      assumeTrue(false, "before 1.56");
      return;
    }
    assertThat(exemplars(type.getMethod(name).invoke(null), isSampled)).isEqualTo(exemplars);
  }

  @Test
  void anythingElseIsRefusedAsAnExemplarFilter() {
    assertThatThrownBy(() -> GlintMeterProvider.builder().setExemplarFilter("always_on"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("always_on")
        .hasMessageContaining("CustomExemplarFilter");
    assertThatThrownBy(() -> GlintView.builder().setExemplarFilter(this))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noPublicSignatureNamesATypeThatSomeVersionsLack() {
    // Frameworks look at all methods of the objects they are given.
    for (final Class<?> type :
        List.of(
            GlintMeterProvider.class,
            GlintMeterProviderBuilder.class,
            GlintView.class,
            GlintView.Builder.class,
            GlintOpenTelemetry.class,
            CustomExemplarFilter.class)) {
      assertThat(type.getDeclaredMethods()).isNotEmpty();
    }
  }

  @Test
  void theExemplarOfAnObservationHasItsValueAndNoSpan() {
    try (GlintMeterProvider provider =
        provider(builder -> builder.setExemplarFilter(CustomExemplarFilter.alwaysOn()))) {
      final Meter meter = provider.get("meter");
      meter.gaugeBuilder("doubles").buildWithCallback(observed -> observed.record(0.5));
      meter.counterBuilder("longs").buildWithCallback(observed -> observed.record(7));
      assertThat(collect(reader, "doubles").getDoubleGaugeData().getPoints())
          .singleElement()
          .satisfies(
              point ->
                  assertThat(point.getExemplars())
                      .singleElement()
                      .satisfies(
                          exemplar -> {
                            assertThat(exemplar.getValue()).isEqualTo(0.5);
                            assertThat(exemplar.getSpanContext().isValid()).isFalse();
                            assertThat(exemplar.getEpochNanos())
                                .isBetween(
                                    point.getStartEpochNanos(),
                                    point.getEpochNanos() + 60_000_000_000L);
                          }));
      assertThat(collect(reader, "longs").getLongSumData().getPoints())
          .singleElement()
          .satisfies(
              point ->
                  assertThat(point.getExemplars())
                      .singleElement()
                      .satisfies(exemplar -> assertThat(exemplar.getValue()).isEqualTo(7)));
    }
  }

  /** One instrument of each kind that makes data of its own, each with {@code series} series. */
  private static void recordEverywhere(Meter meter, int series) {
    final List<Attributes> sets = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      sets.add(Attributes.of(KEPT, "series " + i));
    }
    for (final Attributes attributes : sets) {
      meter.counterBuilder("long.sum").build().add(1, attributes);
      meter.counterBuilder("double.sum").ofDoubles().build().add(1, attributes);
      meter.gaugeBuilder("long.gauge").ofLongs().build().set(1, attributes);
      meter.gaugeBuilder("double.gauge").build().set(1, attributes);
      meter.histogramBuilder("histogram").build().record(1, attributes);
      meter.histogramBuilder("exponential").build().record(1, attributes);
    }
  }

  private static GlintMeterProviderBuilder withExponential(GlintMeterProviderBuilder builder) {
    return builder.registerView(
        InstrumentSelector.builder().setName("exponential").build(),
        View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build());
  }

  @Test
  void dataOfEachKindIsCutIntoBatches() {
    final List<Integer> sizes = new CopyOnWriteArrayList<>();
    final List<MetricData> exported = new CopyOnWriteArrayList<>();
    final MetricExporter exporter =
        new MetricExporter() {
          @Override
          public CompletableResultCode export(Collection<MetricData> metrics) {
            sizes.add(
                metrics.stream().mapToInt(metric -> metric.getData().getPoints().size()).sum());
            exported.addAll(metrics);
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.DELTA;
          }
        };
    try (GlintMeterProvider provider =
        withExponential(GlintMeterProvider.builder())
            .registerMetricReader(
                GlintPeriodicMetricReader.builder(exporter).setMaxExportBatchSize(2).build())
            .build()) {
      recordEverywhere(provider.get("meter"), 3);
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertThat(sizes).containsOnly(2);
    final Map<String, Integer> points =
        exported.stream()
            .collect(
                groupingBy(
                    MetricData::getName,
                    summingInt(metric -> metric.getData().getPoints().size())));
    assertThat(points)
        .containsOnlyKeys(
            "long.sum", "double.sum", "long.gauge", "double.gauge", "histogram", "exponential")
        .allSatisfy((name, count) -> assertThat(count).isEqualTo(3));
    assertThat(exported)
        .allSatisfy(
            metric -> {
              assertThat(metric.getResource().getAttributes().asMap())
                  .containsAllEntriesOf(Resource.getDefault().getAttributes().asMap());
              assertThat(metric.getInstrumentationScopeInfo().getName()).isEqualTo("meter");
            })
        .filteredOn(metric -> metric.getName().equals("long.sum"))
        .allSatisfy(
            metric -> {
              assertThat(metric.getLongSumData().isMonotonic()).isTrue();
              assertThat(metric.getLongSumData().getAggregationTemporality())
                  .isEqualTo(AggregationTemporality.DELTA);
              assertThat(metric.getLongSumData().getPoints())
                  .extracting(LongPointData::getValue)
                  .containsOnly(1L);
            });
  }

  @Test
  void dataOfEachKindIsEqualIfItsContentIs() {
    final InMemoryMetricReader second = InMemoryMetricReader.create();
    final io.opentelemetry.sdk.common.Clock clock =
        new io.opentelemetry.sdk.common.Clock() {
          @Override
          public long now() {
            return 1;
          }

          @Override
          public long nanoTime() {
            return 1;
          }
        };
    try (GlintMeterProvider provider =
        withExponential(GlintMeterProvider.builder())
            .setClock(clock)
            .registerMetricReader(reader)
            .registerMetricReader(second)
            .build()) {
      recordEverywhere(provider.get("meter"), 1);
      final Collection<MetricData> first = reader.collectAllMetrics();
      assertThat(first).hasSize(6).containsExactlyInAnyOrderElementsOf(second.collectAllMetrics());
      assertThat(first)
          .allSatisfy(
              metric -> {
                assertThat(metric.hashCode()).isEqualTo(copyOf(metric).hashCode());
                assertThat(metric.toString()).contains("points=");
              });
      recordEverywhere(provider.get("meter"), 1);
      assertThat(second.collectAllMetrics())
          .filteredOn(metric -> !metric.getName().endsWith("gauge"))
          .doesNotContainAnyElementsOf(first);
    }
  }

  private MetricData copyOf(MetricData metric) {
    return collect(reader, metric.getName());
  }

  @Test
  void instrumentsAreBoundWhereTheExperimentalApiHasThat() throws ReflectiveOperationException {
    try (GlintMeterProvider provider = provider(builder -> {})) {
      final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
      final Object bound;
      try {
        bound =
            counter
                .getClass()
                .getInterfaces()[0]
                .getMethod("bind", Attributes.class)
                .invoke(counter, BOTH);
      } catch (NoSuchMethodException e) {
        assumeTrue(false, "before 1.65");
        return;
      }
      Class.forName("io.opentelemetry.api.incubator.metrics.BoundLongCounter")
          .getMethod("add", long.class)
          .invoke(bound, 3);
      assertThat(attributesOfTheOnlyPoint("counter")).isEqualTo(BOTH);
    }
  }

  @Test
  void aWholeOpenTelemetryIsBuiltAndClosed() {
    final GlintOpenTelemetry openTelemetry =
        GlintOpenTelemetry.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(
                        BatchSpanProcessor.builder(InMemorySpanExporter.create()).build())
                    .build())
            .setMeterProvider(provider(builder -> {}))
            .build();
    final Span span = openTelemetry.getTracer("tracer").spanBuilder("span").startSpan();
    try (Scope scope = span.makeCurrent()) {
      openTelemetry.getMeter("meter").counterBuilder("counter").build().add(1);
    } finally {
      span.end();
    }
    assertThat(collect(reader, "counter").getLongSumData().getPoints())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getExemplars())
                    .extracting(exemplar -> exemplar.getSpanContext().getTraceId())
                    .containsExactly(span.getSpanContext().getTraceId()));
    openTelemetry.close();
    assertThat(openTelemetry.shutdown().isSuccess()).isTrue();
    assertThat(openTelemetry.getTracer("tracer").spanBuilder("late").startSpan().isRecording())
        .isFalse();
  }
}
