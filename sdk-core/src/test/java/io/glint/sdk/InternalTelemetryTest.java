package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a provider says about itself when it is asked to. */
@Timeout(30)
@Tag("long")
class InternalTelemetryTest {
  private static final String DURATION = "otel.sdk.metric_reader.collection.duration";
  private static final String DROPPED = "glint.measurement.dropped";
  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final String READER_CLASS = InMemoryMetricReader.class.getName();

  private final LogCapture log = new LogCapture();
  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private GlintMeterProvider provider;

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
    log.close();
  }

  private GlintMeterProviderBuilder builder() {
    return GlintMeterProvider.builder()
        .setClock(clock)
        .registerMetricReader(reader)
        .setInternalTelemetryEnabled(true);
  }

  private static List<HistogramPointData> durations(Collection<MetricData> metrics) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(DURATION))
        .flatMap(metric -> metric.getHistogramData().getPoints().stream())
        .toList();
  }

  private static Attributes component(String type, int instance) {
    return Attributes.of(TYPE, type, NAME, type + "/" + instance);
  }

  private long dropped(String reason) {
    return Readers.collect(reader, DROPPED).getLongSumData().getPoints().stream()
        .filter(
            point ->
                reason.equals(
                    point.getAttributes().get(AttributeKey.stringKey("glint.drop.reason"))))
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  @Test
  void nothingIsSaidUnlessAskedFor() {
    provider = GlintMeterProvider.builder().registerMetricReader(reader).build();
    reader.collectAllMetrics();
    assertThat(reader.collectAllMetrics()).isEmpty();
  }

  @Test
  void eachCollectionIsTimedAndTheNextOneTellsOfIt() {
    provider = builder().build();
    provider
        .get("slow")
        .gaugeBuilder("gauge")
        .buildWithCallback(measurement -> clock.advance(Duration.ofMillis(250)));
    assertThat(durations(reader.collectAllMetrics())).isEmpty();
    final MetricData metric = Readers.collect(reader, DURATION);
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getInstrumentationScopeInfo().getName()).isEqualTo("io.glint.sdk");
    final HistogramPointData point = metric.getHistogramData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(1);
    assertThat(point.getSum()).isEqualTo(0.25);
    assertThat(point.getAttributes()).isEqualTo(component(READER_CLASS, 0));
  }

  @Test
  void readersOfOneTypeAreNumberedInEachProvider() {
    final InMemoryMetricReader second = InMemoryMetricReader.create();
    final PeriodicMetricReader periodic =
        PeriodicMetricReader.builder(InMemoryMetricExporter.create())
            .setInterval(Duration.ofDays(1))
            .build();
    provider = builder().registerMetricReader(periodic).registerMetricReader(second).build();
    assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    reader.collectAllMetrics();
    second.collectAllMetrics();
    assertThat(durations(reader.collectAllMetrics()))
        .extracting(PointData::getAttributes)
        .containsExactlyInAnyOrder(
            component(READER_CLASS, 0),
            component("periodic_metric_reader", 0),
            component(READER_CLASS, 1));

    final InMemoryMetricReader third = InMemoryMetricReader.create();
    try (GlintMeterProvider other =
        GlintMeterProvider.builder()
            .registerMetricReader(third)
            .setInternalTelemetryEnabled(true)
            .build()) {
      assertThat(other.toString()).isNotEmpty();
      third.collectAllMetrics();
      assertThat(durations(third.collectAllMetrics()))
          .extracting(PointData::getAttributes)
          .containsExactly(component(READER_CLASS, 0));
    }
  }

  @Test
  void eachCollectionThatGoesOnWithoutACallbackThatHangsCountsIt() {
    provider = builder().setCallbackTimeout(Duration.ofMillis(200)).build();
    final CountDownLatch release = new CountDownLatch(1);
    provider
        .get("hangs")
        .gaugeBuilder("gauge")
        .buildWithCallback(
            measurement -> {
              try {
                assertThat(release.await(50, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    for (int i = 0; i < 3; i++) {
      reader.collectAllMetrics();
    }
    // The collection that looks may have come to it before it tells.
    assertThat(dropped("callback_timeout")).isBetween(3L, 4L);
    release.countDown();
  }

  @Test
  void aFailingProducerIsAnErrorAndASuccessIsNone() {
    final boolean[] fails = {true};
    provider =
        builder()
            .registerMetricProducer(
                resource -> {
                  if (fails[0]) {
                    throw new UnsupportedOperationException("no");
                  }
                  return List.of();
                })
            .registerMetricProducer(resource -> List.of())
            .build();
    reader.collectAllMetrics();
    fails[0] = false;
    reader.collectAllMetrics();
    final List<HistogramPointData> points = durations(reader.collectAllMetrics());
    assertThat(points)
        .extracting(PointData::getAttributes)
        .containsExactlyInAnyOrder(
            component(READER_CLASS, 0),
            component(READER_CLASS, 0).toBuilder()
                .put(ERROR, "java.lang.UnsupportedOperationException")
                .build());
    assertThat(points).allMatch(point -> point.getCount() == 1);
  }

  @Test
  void exportingTheProvidersOwnMetricsReachesAFixedPoint() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    provider = builder().registerMetricReader(delta).build();
    for (int i = 0; i < 3; i++) {
      reader.collectAllMetrics();
      delta.collectAllMetrics();
    }
    final int points = points(reader);
    final int deltaPoints = points(delta);
    for (int i = 0; i < 20; i++) {
      assertThat(points(reader)).isEqualTo(points);
      assertThat(points(delta)).isEqualTo(deltaPoints);
    }
  }

  private static int points(InMemoryMetricReader reader) {
    return reader.collectAllMetrics().stream()
        .mapToInt(metric -> metric.getData().getPoints().size())
        .sum();
  }

  @Test
  void aStockPeriodicReaderExportsThemToo() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    provider =
        builder()
            .registerMetricReader(
                PeriodicMetricReader.builder(exporter).setInterval(Duration.ofDays(1)).build())
            .build();
    for (int i = 0; i < 2; i++) {
      exporter.reset();
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertThat(durations(exporter.getFinishedMetricItems()))
        .extracting(PointData::getAttributes)
        .contains(component("periodic_metric_reader", 0));
  }

  @Test
  void collectionsOfARequestLeaveNoExemplar() {
    provider = builder().setExemplarFilter(ExemplarFilter.traceBased()).build();
    try (var scope = Readers.span(7, true).makeCurrent()) {
      assertThat(scope).isNotNull();
      reader.collectAllMetrics();
    }
    assertThat(durations(reader.collectAllMetrics()))
        .singleElement()
        .satisfies(point -> assertThat(point.getExemplars()).isEmpty());
  }

  @Test
  void theMeterCanBeDisabledLikeAnyOther() {
    provider = builder().setMeterConfigurator(MeterConfigurator.disable("io.glint.*")).build();
    reader.collectAllMetrics();
    assertThat(reader.collectAllMetrics()).isEmpty();
  }

  @Test
  void everyReasonIsThereFromTheBeginning() {
    provider = builder().build();
    final MetricData metric = Readers.collect(reader, DROPPED);
    assertThat(metric.getUnit()).isEqualTo("{measurement}");
    assertThat(metric.getLongSumData().isMonotonic()).isTrue();
    assertThat(metric.getLongSumData().getPoints())
        .hasSize(DropCounters.Reason.values().length - 1)
        .allMatch(point -> point.getValue() == 0);
  }

  @Test
  void valuesThatAnInstrumentDoesNotTakeAreCounted() {
    provider = builder().build();
    final Meter meter = provider.get("shop");
    final LongCounter counter = meter.counterBuilder("c").build();
    for (int i = 0; i < 100; i++) {
      counter.add(-1);
    }
    meter.counterBuilder("d").ofDoubles().build().add(Double.NaN);
    meter.histogramBuilder("h").build().record(Double.POSITIVE_INFINITY);
    meter.histogramBuilder("h").build().record(-1);
    meter.upDownCounterBuilder("u").ofDoubles().build().add(Double.NaN);
    meter.gaugeBuilder("g").build().set(Double.NaN);
    meter.gaugeBuilder("o").buildWithCallback(measurement -> measurement.record(Double.NaN));
    // The observation of the callback belongs to this collection or the next, by order of meters.
    reader.collectAllMetrics();
    assertThat(dropped("invalid_value")).isBetween(106L, 107L);
    assertThat(log.messages()).hasSize(7);
  }

  @Test
  void measurementsWithBrokenAttributesAreCounted() {
    provider =
        builder()
            .registerView(
                InstrumentSelector.builder().setName("c").build(),
                GlintView.builder()
                    .setAttributeFilter(
                        key -> {
                          throw new IllegalStateException(key);
                        })
                    .build())
            .build();
    final LongCounter counter = provider.get("shop").counterBuilder("c").build();
    counter.add(1, Attributes.of(TYPE, "x"));
    counter.add(1, Attributes.of(TYPE, "x"));
    assertThat(dropped("attributes_unusable")).isEqualTo(2);
  }

  @Test
  void measurementsThatMemoryRunsOutForAreCounted() {
    provider =
        builder()
            .registerView(
                InstrumentSelector.builder().setName("c").build(),
                GlintView.builder()
                    .setAttributeFilter(
                        key -> {
                          throw new OutOfMemoryError(key);
                        })
                    .build())
            .build();
    provider.get("shop").counterBuilder("c").build().add(1, Attributes.of(TYPE, "x"));
    assertThat(dropped("out_of_memory")).isEqualTo(1);
  }

  @Test
  void theAttributeThatExplodesIsNamed() {
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader, type -> 20)
            .setInternalTelemetryEnabled(true)
            .build();
    final LongCounter counter = provider.get("app").counterBuilder("requests").build();
    for (long i = 0; i < 100; i++) {
      counter.add(
          1,
          Attributes.of(AttributeKey.longKey("user.id"), i, AttributeKey.longKey("status"), i % 3));
    }
    reader.collectAllMetrics();
    final LongPointData point =
        Readers.collect(reader, "glint.cardinality.attribute_values")
            .getLongGaugeData()
            .getPoints()
            .iterator()
            .next();
    assertThat(point.getValue()).isEqualTo(20);
    assertThat(point.getAttributes())
        .isEqualTo(
            Attributes.of(
                AttributeKey.stringKey("glint.instrument"),
                "requests",
                AttributeKey.stringKey("glint.attribute.key"),
                "user.id"));
  }

  @Test
  void observationsOutsideACallbackAreCounted() {
    provider = builder().build();
    final ObservableDoubleMeasurement observer =
        provider.get("shop").gaugeBuilder("g").buildObserver();
    observer.record(1);
    observer.record(1);
    assertThat(dropped("outside_callback")).isEqualTo(2);
  }

  @Test
  void callbacksThatThrowAreCounted() {
    provider = builder().build();
    provider
        .get("shop")
        .gaugeBuilder("g")
        .buildWithCallback(
            measurement -> {
              throw new IllegalStateException("no");
            });
    reader.collectAllMetrics();
    assertThat(dropped("callback_failed")).isBetween(1L, 2L);
  }

  @Test
  void collectionsThatGoOnWithoutHangingCallbacksAreCounted() throws Exception {
    final InMemoryMetricReader stuck = InMemoryMetricReader.create();
    provider = builder().registerMetricReader(stuck).build();
    final CountDownLatch isRunning = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    provider
        .get("shop")
        .gaugeBuilder("g")
        .buildWithCallback(
            measurement -> {
              isRunning.countDown();
              awaitUninterruptibly(goOn);
            });
    final Thread thread = new Thread(stuck::collectAllMetrics);
    thread.start();
    isRunning.await();
    reader.collectAllMetrics();
    goOn.countDown();
    thread.join();
    // One for the reader that left it behind, one for the reader that found it still running.
    assertThat(dropped("callback_timeout")).isEqualTo(2);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void exemplarsThatAreLostAreCounted() {
    provider =
        builder()
            .setExemplarFilter(ExemplarFilter.alwaysOn())
            .registerView(
                InstrumentSelector.builder().setName("h").build(),
                GlintView.builder()
                    .setExemplarReservoir(
                        settings -> {
                          throw new IllegalStateException("no");
                        })
                    .build())
            .build();
    final DoubleHistogram histogram = provider.get("shop").histogramBuilder("h").build();
    histogram.record(1);
    histogram.record(2);
    assertThat(
            Readers.collect(reader, "glint.exemplar.dropped")
                .getLongSumData()
                .getPoints()
                .iterator()
                .next()
                .getValue())
        .isEqualTo(2);
    assertThat(dropped("invalid_value")).isZero();
  }
}
