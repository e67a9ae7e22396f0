package io.glint.sdk.internal.collect;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.LogCapture;
import io.glint.sdk.Readers;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.cell.LastValueCell;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.LastValueStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.stream.SumStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens between and during collections. */
@Tag("long")
class CollectionTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final int LIMIT = 4;

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .setClock(clock)
          .registerMetricReader(cumulative)
          .registerMetricReader(delta, type -> LIMIT)
          .build();
  private final Meter meter = provider.get("collection");

  @AfterEach
  void close() {
    provider.close();
  }

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  private SeriesMap deltaSeries(LongCounter counter) {
    for (final MetricStream stream : ((SyncInstrument) counter).streams()) {
      if (stream.temporality == io.opentelemetry.sdk.metrics.data.AggregationTemporality.DELTA) {
        return stream.seriesMap();
      }
    }
    throw new AssertionError("no delta stream");
  }

  @Test
  void underDeltaASeriesStaysAsLongAsItIsRecordedIntoAndGoesWhenItIsIdle() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    final SeriesMap series = deltaSeries(counter);
    counter.add(1, attributes(0));
    counter.add(1, attributes(1));
    final Series busy = series.find(attributes(0));
    for (int i = 0; i < 3; i++) {
      delta.collectAllMetrics();
      clock.advance(Duration.ofSeconds(10));
      counter.add(1, attributes(0));
      assertThat(series.find(attributes(0))).isSameAs(busy);
    }
    assertThat(series.find(attributes(1))).isNull();
  }

  @Test
  void underDeltaNoIntervalOverflowsThatHasNoMoreSetsThanTheLimit() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    for (int interval = 0; interval < 5; interval++) {
      for (int i = 0; i < LIMIT; i++) {
        counter.add(1, attributes(interval * LIMIT + i));
      }
      assertThat(collect(delta, "counter").getLongSumData().getPoints())
          .hasSize(LIMIT)
          .allMatch(point -> point.getAttributes().get(KEY) != null);
    }
  }

  @Test
  void theStartOfACumulativeSeriesNeverChanges() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    // The callback takes three seconds, and a series appears meanwhile.
    meter
        .gaugeBuilder("slow")
        .buildWithCallback(
            measurement -> {
              clock.advance(Duration.ofSeconds(3));
              counter.add(1);
            });
    final LongPointData first = onlyPoint("counter");
    clock.advance(Duration.ofSeconds(10));
    final LongPointData second = onlyPoint("counter");
    assertThat(second.getStartEpochNanos()).isEqualTo(first.getStartEpochNanos());
    assertThat(first.getStartEpochNanos()).isLessThanOrEqualTo(first.getEpochNanos());
    assertThat(second.getValue()).isEqualTo(2);
  }

  private LongPointData onlyPoint(String name) {
    return collect(cumulative, name).getLongSumData().getPoints().iterator().next();
  }

  @Test
  void noPointStartsAfterItsEnd() {
    final AtomicInteger made = new AtomicInteger();
    meter
        .gaugeBuilder("maker")
        .buildWithCallback(
            measurement -> {
              clock.advance(Duration.ofSeconds(1));
              final String name = "made" + made.getAndIncrement();
              meter.counterBuilder(name).build().add(1);
              meter.gaugeBuilder(name + ".async").buildWithCallback(m -> m.record(1));
            });
    for (final InMemoryMetricReader reader : List.of(cumulative, delta, delta, cumulative)) {
      for (final MetricData metric : reader.collectAllMetrics()) {
        for (final PointData point : metric.getData().getPoints()) {
          assertThat(point.getStartEpochNanos())
              .as(metric.getName())
              .isLessThanOrEqualTo(point.getEpochNanos());
        }
      }
    }
  }

  @Test
  void aWallClockThatIsSetBackLeavesNoIntervalWithoutLength() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    counter.add(1);
    collect(delta, "counter");
    clock.setTime(java.time.Instant.ofEpochSecond(0, clock.now() - 3_600_000_000_000L));
    for (int i = 0; i < 3; i++) {
      counter.add(1);
      final LongPointData point =
          collect(delta, "counter").getLongSumData().getPoints().iterator().next();
      assertThat(point.getStartEpochNanos()).isLessThanOrEqualTo(point.getEpochNanos());
    }
  }

  @Test
  void aCallbackThatCollectsAnotherReaderGetsNothingAndDisturbsNothing() {
    final AtomicInteger inner = new AtomicInteger(-1);
    final LogCapture log = new LogCapture();
    meter
        .gaugeBuilder("gauge")
        .buildWithCallback(
            measurement -> {
              measurement.record(1, attributes(1));
              final Collection<MetricData> collected = delta.collectAllMetrics();
              inner.set(collected.size());
              measurement.record(2, attributes(2));
            });
    assertThat(collect(cumulative, "gauge").getDoubleGaugeData().getPoints()).hasSize(2);
    assertThat(inner).hasValue(0);
    assertThat(log.messages()).singleElement().asString().contains("do not flush or collect");
    log.close();
  }

  @Test
  @Timeout(60)
  void aHangingCallbackOfOneReaderDoesNotStopAnother() throws Exception {
    final CountDownLatch hanging = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final AtomicInteger runs = new AtomicInteger();
    meter
        .gaugeBuilder("hanging")
        .buildWithCallback(
            measurement -> {
              if (runs.getAndIncrement() == 0) {
                hanging.countDown();
                try {
                  goOn.await(40, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    meter.counterBuilder("counter").build().add(1);
    final Thread collector = new Thread(delta::collectAllMetrics);
    collector.start();
    try (LogCapture log = new LogCapture()) {
      assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(collect(cumulative, "counter")).isNotNull();
      // The collection that was held up goes on as well; one of the two says so when it has ended.
      collector.join(30_000);
      assertThat(collector.isAlive()).isFalse();
      assertThat(log.messages()).singleElement().asString().contains("must not block");
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void aMeasurementMadeDuringTheCollectionHasItsTrueTimeInEachCollection() {
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final AtomicInteger runs = new AtomicInteger();
    meter
        .gaugeBuilder("slow")
        .buildWithCallback(
            measurement -> {
              if (runs.getAndIncrement() == 0) {
                clock.advance(Duration.ofSeconds(3));
                histogram.record(1, Attributes.empty(), Readers.span(1, true));
              }
            });
    final long begun = clock.now();
    assertThat(exemplarTime()).isEqualTo(begun + 3_000_000_000L);
    clock.advance(Duration.ofSeconds(10));
    assertThat(exemplarTime()).isEqualTo(begun + 3_000_000_000L);
  }

  private long exemplarTime() {
    return collect(cumulative, "histogram")
        .getHistogramData()
        .getPoints()
        .iterator()
        .next()
        .getExemplars()
        .get(0)
        .getEpochNanos();
  }

  @Test
  void aDeltaGaugeNeverGoesBackToAnOlderValue() {
    meter.gaugeBuilder("gauge").ofLongs().build().set(0);
    final StreamSettings settings =
        new StreamSettings(
            new InstrumentDescriptor(
                "gauge",
                "",
                "",
                io.opentelemetry.sdk.metrics.InstrumentType.GAUGE,
                io.opentelemetry.sdk.metrics.InstrumentValueType.LONG),
            io.opentelemetry.sdk.metrics.data.AggregationTemporality.DELTA,
            LIMIT,
            new ExemplarSampling(CustomExemplarFilter.alwaysOff(), "gauge", null, null),
            clock,
            0);
    final MetricStream stream = new LastValueStream(settings);
    final StreamCollector collector = new LastValueCollector(stream, settings);
    final LastValueCell one = (LastValueCell) stream.acquire(Attributes.empty());
    final LastValueCell two = (LastValueCell) stream.acquire(Attributes.empty());
    one.set(111);
    two.set(222);
    two.release();
    // The collector passes the first cell, which is taken, and finds 222 in the second.
    assertThat(value(collector)).isEqualTo(222);
    one.release();
    assertThat(collector.collect(0, 2, new PointPool(false))).isNull();
    stream.recordLong(333, Attributes.empty(), io.opentelemetry.context.Context.root());
    assertThat(value(collector)).isEqualTo(333);
  }

  @Test
  void aSlowerReaderDoesNotTakeTheStartBackThatAnotherOneHasShown() {
    final StreamSettings settings =
        new StreamSettings(
            new InstrumentDescriptor(
                "counter",
                "",
                "",
                io.opentelemetry.sdk.metrics.InstrumentType.COUNTER,
                io.opentelemetry.sdk.metrics.InstrumentValueType.LONG),
            io.opentelemetry.sdk.metrics.data.AggregationTemporality.CUMULATIVE,
            LIMIT,
            new ExemplarSampling(CustomExemplarFilter.alwaysOff(), "counter", null, null),
            clock,
            0);
    final MetricStream stream = new SumStream(settings);
    final StreamCollector collector = new SumCollector(stream, settings);
    stream.recordLong(1, Attributes.empty(), io.opentelemetry.context.Context.root());
    final PointPool one = new PointPool(false);
    final PointPool other = new PointPool(false);
    final long late = Long.MAX_VALUE / 2;
    final long shown = start(collector, late, one);
    // The other reader's collection began before the series did: its point ends later, for the
    // start
    // of a series stays the same for all.
    final PointData first = onlyPoint(collector, shown - 1, other);
    assertThat(first.getStartEpochNanos()).isEqualTo(shown);
    assertThat(first.getEpochNanos()).isEqualTo(shown);
    assertThat(start(collector, late, one)).isEqualTo(shown);
    assertThat(start(collector, late, other)).isEqualTo(shown);
  }

  private static long start(StreamCollector collector, long now, PointPool buffer) {
    return onlyPoint(collector, now, buffer).getStartEpochNanos();
  }

  private static PointData onlyPoint(StreamCollector collector, long now, PointPool buffer) {
    return collector.collect(0, now, buffer).getPoints().iterator().next();
  }

  @Test
  void ofTwoValuesOfOneTickOfTheClockOneIsReportedAndALaterOneIsNotWithheld() {
    final LastValueCell cell = new LastValueCell(null, /* padded= */ false);
    // With equal stamps the two are of the same time: neither is older than the other.
    assertThat(cell.isNewerThan(LastValueCell.NEVER_SET, 0)).isTrue();
    assertThat(cell.isNewerThan(LastValueCell.NEVER_SET, 1)).isFalse();
  }

  private static long value(StreamCollector collector) {
    return ((LongPointData)
            collector.collect(0, 1, new PointPool(false)).getPoints().iterator().next())
        .getValue();
  }
}
