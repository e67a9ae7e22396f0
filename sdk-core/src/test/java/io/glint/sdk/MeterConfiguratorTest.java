package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.internal.ScopeConfigurator;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Meters that are switched off, when they are made and later. */
@Timeout(60)
class MeterConfiguratorTest {
  private static final MeterConfigurator ALL_OFF = MeterConfigurator.disable("*");
  private static final MeterConfigurator ALL_ON = scope -> null;

  private final LogCapture log = new LogCapture();
  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader deltaReader = InMemoryMetricReader.createDelta();
  private final List<GlintMeterProvider> providers = new ArrayList<>();

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
    log.close();
  }

  private GlintMeterProvider provider(MeterConfigurator configurator, MetricReader... readers) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().setClock(clock).setMeterConfigurator(configurator);
    Stream.of(readers).forEach(builder::registerMetricReader);
    final GlintMeterProvider provider = builder.build();
    providers.add(provider);
    return provider;
  }

  private static Long value(InMemoryMetricReader reader, String name) {
    final MetricData metric = Readers.collect(reader, name);
    return metric == null
        ? null
        : metric.getLongSumData().getPoints().stream().mapToLong(LongPointData::getValue).sum();
  }

  @Test
  void theConfiguratorIsAskedOncePerScopeWithTheWholeScope() {
    final List<InstrumentationScopeInfo> asked = new CopyOnWriteArrayList<>();
    final GlintMeterProvider provider =
        provider(
            scope -> {
              asked.add(scope);
              return null;
            },
            reader);
    assertThat(asked).isEmpty();
    for (int i = 0; i < 3; i++) {
      provider.get("a");
      provider
          .meterBuilder("a")
          .setInstrumentationVersion("1.2")
          .setSchemaUrl("https://example.org/1")
          .build();
    }
    assertThat(asked)
        .containsExactly(
            InstrumentationScopeInfo.create("a"),
            InstrumentationScopeInfo.builder("a")
                .setVersion("1.2")
                .setSchemaUrl("https://example.org/1")
                .build());
  }

  @Test
  void noAnswerStandsForEnabled() {
    final LongCounter counter = provider(ALL_ON, reader).get("a").counterBuilder("c").build();
    counter.add(1);
    assertThat(counter.isEnabled()).isTrue();
    assertThat(value(reader, "c")).isEqualTo(1);
  }

  @Test
  void aConfiguratorThatThrowsIsToldAndTheMeterIsEnabled() {
    final GlintMeterProvider provider =
        provider(
            scope -> {
              throw new IllegalStateException("no");
            },
            reader);
    final LongCounter counter = provider.get("shop").counterBuilder("c").build();
    counter.add(1);
    assertThat(counter.isEnabled()).isTrue();
    assertThat(value(reader, "c")).isEqualTo(1);
    assertThat(log.messages()).singleElement().asString().contains("threw", "'shop'", "is enabled");
  }

  @Test
  void aConfiguratorThatThrowsAnErrorDoesNotStopTheOthersFromBeingDecided() {
    final GlintMeterProvider provider = provider(ALL_OFF, reader);
    final LongCounter first = provider.get("a").counterBuilder("c").build();
    final LongCounter second = provider.get("b").counterBuilder("c").build();
    provider.setMeterConfigurator(
        scope -> {
          throw new AssertionError(scope.getName());
        });
    assertThat(first.isEnabled()).isTrue();
    assertThat(second.isEnabled()).isTrue();
  }

  @Test
  void everyInstrumentOfADisabledMeterIsLikeANoop() {
    final Meter meter = provider(ALL_OFF, reader, deltaReader).get("a");
    final AtomicInteger callbacks = new AtomicInteger();
    meter
        .gaugeBuilder("observed")
        .buildWithCallback(
            measurement -> {
              callbacks.incrementAndGet();
              measurement.record(1);
            });
    final List<BooleanSupplier> enabled = new ArrayList<>();
    final var longCounter = meter.counterBuilder("c").build();
    enabled.add(longCounter::isEnabled);
    longCounter.add(1);
    final var doubleCounter = meter.counterBuilder("dc").ofDoubles().build();
    enabled.add(doubleCounter::isEnabled);
    doubleCounter.add(1);
    final var longUpDown = meter.upDownCounterBuilder("u").build();
    enabled.add(longUpDown::isEnabled);
    longUpDown.add(1);
    final var doubleUpDown = meter.upDownCounterBuilder("du").ofDoubles().build();
    enabled.add(doubleUpDown::isEnabled);
    doubleUpDown.add(1);
    final var histogram = meter.histogramBuilder("h").build();
    enabled.add(histogram::isEnabled);
    histogram.record(1);
    final var longHistogram = meter.histogramBuilder("lh").ofLongs().build();
    enabled.add(longHistogram::isEnabled);
    longHistogram.record(1);
    final var gauge = meter.gaugeBuilder("g").build();
    enabled.add(gauge::isEnabled);
    gauge.set(1);
    final var longGauge = meter.gaugeBuilder("lg").ofLongs().build();
    enabled.add(longGauge::isEnabled);
    longGauge.set(1);

    assertThat(enabled).hasSize(8).noneMatch(BooleanSupplier::getAsBoolean);
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThat(deltaReader.collectAllMetrics()).isEmpty();
    assertThat(callbacks).hasValue(0);
  }

  @Test
  void badValuesOfADisabledMeterAreNotReported() {
    final Meter meter = provider(ALL_OFF, reader).get("a");
    meter.counterBuilder("c").build().add(-1);
    final DoubleCounter doubleCounter = meter.counterBuilder("d").ofDoubles().build();
    doubleCounter.add(Double.NaN);
    doubleCounter.add(1, null);
    meter.gaugeBuilder("g").build().set(Double.NaN);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void instrumentsStopAndResumeWhenTheConfiguratorChanges() {
    final GlintMeterProvider provider = provider(ALL_ON, reader);
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    counter.add(1);
    final long start = startOf(reader);

    provider.setMeterConfigurator(ALL_OFF);
    assertThat(counter.isEnabled()).isFalse();
    counter.add(10);
    assertThat(reader.collectAllMetrics()).isEmpty();

    clock.advance(Duration.ofSeconds(1));
    provider.setMeterConfigurator(ALL_ON);
    assertThat(counter.isEnabled()).isTrue();
    counter.add(100);
    assertThat(value(reader, "c")).isEqualTo(101);
    assertThat(startOf(reader)).isEqualTo(start);
  }

  private static long startOf(InMemoryMetricReader reader) {
    return Readers.collect(reader, "c")
        .getData()
        .getPoints()
        .iterator()
        .next()
        .getStartEpochNanos();
  }

  @Test
  void exemplarsComeBackWithTheMeter() {
    final GlintMeterProvider provider = provider(ALL_OFF, reader);
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    for (int i = 0; i < 1000; i++) {
      counter.add(1, Attributes.empty(), Readers.span(6, true));
    }
    provider.setMeterConfigurator(ALL_ON);
    try (var scope = Readers.span(7, true).makeCurrent()) {
      assertThat(scope).isNotNull();
      counter.add(1);
    }
    assertThat(Readers.collect(reader, "c").getData().getPoints().iterator().next().getExemplars())
        .singleElement()
        .satisfies(
            exemplar ->
                assertThat(exemplar.getSpanContext()).isEqualTo(Readers.spanContext(7, true)));
  }

  @Test
  void underDeltaWhatWasPendingIsDroppedByACollectionOfTheDisabledMeter() {
    final GlintMeterProvider provider = provider(ALL_ON, deltaReader);
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    counter.add(1);
    provider.setMeterConfigurator(ALL_OFF);
    assertThat(deltaReader.collectAllMetrics()).isEmpty();

    clock.advance(Duration.ofSeconds(1));
    final long lastEnd = clock.now();
    assertThat(deltaReader.collectAllMetrics()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    provider.setMeterConfigurator(ALL_ON);
    counter.add(100);
    final MetricData metric = Readers.collect(deltaReader, "c");
    final LongPointData point = metric.getLongSumData().getPoints().iterator().next();
    assertThat(point.getValue()).isEqualTo(100);
    assertThat(point.getStartEpochNanos()).isEqualTo(lastEnd);
  }

  @Test
  void underDeltaNothingIsLostIfTheMeterIsEnabledAgainBeforeTheNextCollection() {
    final GlintMeterProvider provider = provider(ALL_ON, deltaReader);
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    counter.add(1);
    provider.setMeterConfigurator(ALL_OFF);
    counter.add(10);
    provider.setMeterConfigurator(ALL_ON);
    counter.add(100);
    assertThat(value(deltaReader, "c")).isEqualTo(101);
  }

  @Test
  void callbacksStopAndResumeAndDeltasDoNotCountTwice() {
    final GlintMeterProvider provider = provider(ALL_ON, reader, deltaReader);
    final AtomicInteger total = new AtomicInteger(100);
    final AtomicInteger calls = new AtomicInteger();
    provider
        .get("a")
        .counterBuilder("c")
        .buildWithCallback(
            measurement -> {
              calls.incrementAndGet();
              measurement.record(total.get());
            });
    assertThat(value(reader, "c")).isEqualTo(100);
    assertThat(value(deltaReader, "c")).isEqualTo(100);
    final long start = startOf(reader);

    provider.setMeterConfigurator(ALL_OFF);
    final int before = calls.get();
    total.set(130);
    clock.advance(Duration.ofSeconds(1));
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThat(deltaReader.collectAllMetrics()).isEmpty();
    assertThat(calls).hasValue(before);

    total.set(150);
    clock.advance(Duration.ofSeconds(1));
    provider.setMeterConfigurator(ALL_ON);
    assertThat(value(deltaReader, "c")).isEqualTo(50);
    assertThat(value(reader, "c")).isEqualTo(150);
    assertThat(startOf(reader)).isEqualTo(start);
  }

  @Test
  void instrumentsMadeWhileTheMeterIsDisabledResumeToo() {
    final GlintMeterProvider provider = provider(ALL_OFF, reader);
    final Meter meter = provider.get("a");
    final LongCounter counter = meter.counterBuilder("c").build();
    counter.add(1);
    provider.setMeterConfigurator(ALL_ON);
    counter.add(10);
    assertThat(meter.counterBuilder("c").build()).isSameAs(counter);
    assertThat(value(reader, "c")).isEqualTo(10);
  }

  @Test
  void onlyTheMetersThatTheConfiguratorMeansAreDisabled() {
    final GlintMeterProvider provider =
        provider(MeterConfigurator.disable("io.noisy.*", "exactly.this"), reader);
    assertThat(isEnabled(provider, "io.noisy.db")).isFalse();
    assertThat(isEnabled(provider, "io.noisy.")).isFalse();
    assertThat(isEnabled(provider, "io.noisy")).isTrue();
    assertThat(isEnabled(provider, "ioxnoisy.db")).isTrue();
    assertThat(isEnabled(provider, "IO.noisy.db")).isTrue();
    assertThat(isEnabled(provider, "exactly.this")).isFalse();
    assertThat(isEnabled(provider, "exactly.this.too")).isTrue();
  }

  @Test
  void allCanBeDisabledButSome() {
    final GlintMeterProvider provider =
        provider(MeterConfigurator.enable("io.foo.?").orElse(ALL_OFF), reader);
    assertThat(isEnabled(provider, "io.foo.1")).isTrue();
    assertThat(isEnabled(provider, "io.foo.12")).isFalse();
    assertThat(isEnabled(provider, "other")).isFalse();
  }

  @Test
  void conditionsOfTheBuilderDecideInTheOrderTheyWereAdded() {
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .setMeterConfigurator(MeterConfigurator.enable("a.first"))
            .addMeterConfiguratorCondition(
                scope -> "1".equals(scope.getVersion()), GlintMeterConfig.enabled())
            .addMeterConfiguratorCondition(
                scope -> scope.getName().startsWith("a."), GlintMeterConfig.disabled())
            .build();
    providers.add(provider);
    assertThat(isEnabled(provider, "a.first")).isTrue();
    assertThat(isEnabled(provider, "a.second")).isFalse();
    assertThat(isEnabled(provider, "b")).isTrue();
    assertThat(
            provider
                .meterBuilder("a.second")
                .setInstrumentationVersion("1")
                .build()
                .counterBuilder("c")
                .build()
                .isEnabled())
        .isTrue();
  }

  @Test
  void aConfiguratorOfTheStockSdkCanBeTakenOver() {
    final ScopeConfigurator<io.opentelemetry.sdk.metrics.internal.MeterConfig> stock =
        io.opentelemetry.sdk.metrics.internal.MeterConfig.configuratorBuilder()
            .addCondition(
                scope -> scope.getName().equals("off"),
                io.opentelemetry.sdk.metrics.internal.MeterConfig.disabled())
            .addCondition(
                scope -> scope.getName().equals("on"),
                io.opentelemetry.sdk.metrics.internal.MeterConfig.enabled())
            .build();
    final MeterConfigurator taken =
        MeterConfigurator.of(stock, io.opentelemetry.sdk.metrics.internal.MeterConfig::isEnabled);
    assertThat(taken.configure(InstrumentationScopeInfo.create("off")).isEnabled()).isFalse();
    assertThat(taken.configure(InstrumentationScopeInfo.create("on")).isEnabled()).isTrue();
    assertThat(taken.configure(InstrumentationScopeInfo.create("other"))).isNull();
  }

  @Test
  void nullConfiguratorsAreRefused() {
    final GlintMeterProvider provider = provider(ALL_ON, reader);
    assertThatNullPointerException().isThrownBy(() -> provider.setMeterConfigurator(null));
    assertThatNullPointerException()
        .isThrownBy(() -> GlintMeterProvider.builder().setMeterConfigurator(null));
  }

  @Test
  void aConfiguratorMayMakeMetersItself() {
    final AtomicBoolean nested = new AtomicBoolean();
    final List<GlintMeterProvider> self = new CopyOnWriteArrayList<>();
    final GlintMeterProvider provider =
        provider(
            scope -> {
              if (scope.getName().equals("outer")) {
                nested.set(isEnabled(self.get(0), "inner"));
                return GlintMeterConfig.disabled();
              }
              return null;
            },
            reader);
    self.add(provider);
    assertThat(isEnabled(provider, "outer")).isFalse();
    assertThat(nested).isTrue();
  }

  private static boolean isEnabled(GlintMeterProvider provider, String meter) {
    return provider.get(meter).counterBuilder("c").build().isEnabled();
  }

  /** The clock is read while an instrument is made, before its meter knows it. */
  @Test
  void anInstrumentThatIsBeingMadeFollowsAChange() throws Exception {
    final CountDownLatch isBeingMade = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final AtomicReference<Thread> maker = new AtomicReference<>();
    final Clock stopping =
        new Clock() {
          @Override
          public long now() {
            stopMaker();
            return clock.now();
          }

          @Override
          public long nanoTime() {
            stopMaker();
            return clock.nanoTime();
          }

          private void stopMaker() {
            if (Thread.currentThread() == maker.get()) {
              isBeingMade.countDown();
              awaitUninterruptibly(goOn);
            }
          }
        };
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().setClock(stopping).registerMetricReader(reader).build();
    providers.add(provider);
    final Meter meter = provider.get("a");
    final AtomicReference<LongCounter> counter = new AtomicReference<>();
    maker.set(new Thread(() -> counter.set(meter.counterBuilder("c").build())));
    maker.get().start();
    isBeingMade.await();
    provider.setMeterConfigurator(ALL_OFF);
    goOn.countDown();
    maker.get().join();
    assertThat(counter.get().isEnabled()).isFalse();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aChangeReachesThreadsThatAreRecording() throws Exception {
    final GlintMeterProvider provider = provider(ALL_OFF, reader);
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    final CountDownLatch isCompiled = new CountDownLatch(1);
    final CountDownLatch isSeen = new CountDownLatch(1);
    final AtomicBoolean stop = new AtomicBoolean();
    final ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      final Future<?> recorder =
          executor.submit(
              () -> {
                while (!stop.get()) {
                  for (int i = 0; i < 1_000_000; i++) {
                    counter.add(1);
                  }
                  isCompiled.countDown();
                  if (counter.isEnabled()) {
                    isSeen.countDown();
                  }
                }
              });
      isCompiled.await();
      assertThat(reader.collectAllMetrics()).isEmpty();
      provider.setMeterConfigurator(ALL_ON);
      isSeen.await();
      while (value(reader, "c") == null) {
        Thread.sleep(1);
      }
      stop.set(true);
      recorder.get(30, TimeUnit.SECONDS);
    } finally {
      stop.set(true);
      executor.shutdownNow();
    }
  }

  /**
   * While the configurator flips and readers collect, two threads make meters and instruments and
   * record. At the end all of them follow the last configurator, also those that were just made.
   */
  @Test
  void instrumentsFollowTheLastConfiguratorWhileOthersRecordAndCollect() throws Exception {
    final GlintMeterProvider provider = provider(ALL_ON, reader, deltaReader);
    final AtomicBoolean stop = new AtomicBoolean();
    final AtomicInteger names = new AtomicInteger();
    final List<LongCounter> counters = new CopyOnWriteArrayList<>();
    final ExecutorService executor = Executors.newFixedThreadPool(3);
    final List<Future<?>> tasks = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        tasks.add(
            executor.submit(
                () -> {
                  while (!stop.get()) {
                    final int number = names.incrementAndGet();
                    final LongCounter counter =
                        provider.get("m" + number % 50).counterBuilder("c" + number % 1500).build();
                    counters.add(counter);
                    for (int record = 0; record < 100; record++) {
                      counter.add(1, Attributes.of(AttributeKey.longKey("k"), record % 3L));
                    }
                    if (counters.size() > 2000) {
                      counters.clear();
                    }
                  }
                }));
      }
      tasks.add(
          executor.submit(
              () -> {
                while (!stop.get()) {
                  reader.collectAllMetrics();
                  deltaReader.collectAllMetrics();
                }
              }));
      for (int flip = 0; flip < 300; flip++) {
        provider.setMeterConfigurator(flip % 2 == 0 ? ALL_OFF : ALL_ON);
        Thread.sleep(1);
      }
      // While meters and instruments are still being made.
      provider.setMeterConfigurator(ALL_OFF);
      Thread.sleep(20);
      stop.set(true);
      for (final Future<?> task : tasks) {
        task.get(30, TimeUnit.SECONDS);
      }
      assertThat(counters).isNotEmpty().noneMatch(LongCounter::isEnabled);
      assertThat(reader.collectAllMetrics()).isEmpty();
      assertThat(deltaReader.collectAllMetrics()).isEmpty();
      for (int number = 0; number < 50; number++) {
        assertThat(isEnabled(provider, "m" + number)).isFalse();
      }
      provider.setMeterConfigurator(ALL_ON);
      assertThat(counters).allMatch(LongCounter::isEnabled);
      assertThat(log.messages()).isEmpty();
    } finally {
      stop.set(true);
      executor.shutdownNow();
    }
  }

  /** A meter that stays enabled loses nothing while others are switched. */
  @Test
  void aMeterThatStaysEnabledLosesNothingWhileAnotherIsSwitched() throws Exception {
    final GlintMeterProvider provider = provider(ALL_ON, reader);
    final LongCounter steady = provider.get("steady").counterBuilder("steady").build();
    final LongCounter switched = provider.get("switched").counterBuilder("switched").build();
    final MeterConfigurator off = MeterConfigurator.disable("switched");
    final int records = 2_000_000;
    final ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      final Future<?> recorder =
          executor.submit(
              () -> {
                for (int i = 0; i < records; i++) {
                  steady.add(1);
                  switched.add(1);
                }
              });
      boolean isOff = false;
      while (!recorder.isDone()) {
        isOff = !isOff;
        provider.setMeterConfigurator(isOff ? off : ALL_ON);
        reader.collectAllMetrics();
      }
      recorder.get(30, TimeUnit.SECONDS);
      provider.setMeterConfigurator(ALL_ON);
      switched.add(1);
      assertThat(value(reader, "steady")).isEqualTo(records);
      assertThat(value(reader, "switched")).isBetween(1L, records + 1L);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aStockPeriodicReaderExportsNothingOfADisabledMeter() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    final GlintMeterProvider provider =
        provider(
            ALL_OFF,
            PeriodicMetricReader.builder(exporter).setInterval(Duration.ofDays(1)).build());
    final LongCounter counter = provider.get("a").counterBuilder("c").build();
    counter.add(1);
    assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exporter.getFinishedMetricItems()).isEmpty();
    provider.setMeterConfigurator(ALL_ON);
    counter.add(1);
    assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exporter.getFinishedMetricItems()).hasSize(1);
  }
}
