package io.glint.sdk.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import com.sun.management.ThreadMXBean;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.sdk.Readers;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.SumCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recording waits for nobody and allocates nothing. A call that spins or wants a lock ignores an
 * interrupt: what could do so has a thread of its own, which can be given up.
 */
@Tag("long")
class ProgressTest {
  private static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.stringKey("key"), "value");

  private static final Attributes OTHER = Attributes.of(AttributeKey.stringKey("key"), "other");

  private static SumCollector sum(AggregationTemporality temporality) {
    final StreamSettings settings =
        new StreamSettings(
            new InstrumentDescriptor(
                "sum", "", "", InstrumentType.COUNTER, InstrumentValueType.LONG),
            temporality,
            10,
            new ExemplarSampling(
                CustomExemplarFilter.alwaysOn(),
                "sum",
                ExemplarReservoirFactory.fixedSize(1),
                ReservoirSettings.create(1, () -> 1)),
            Clock.getDefault(),
            0);
    return new SumCollector(new SumStream(settings), settings);
  }

  @Test
  @Timeout(value = 60, threadMode = SEPARATE_THREAD)
  void othersRecordAMillionTimesWhileOneIsStoppedInMidRecord() {
    final SumCollector collector = sum(AggregationTemporality.DELTA);
    final MetricStream stream = collector.stream();
    stream.recordLong(1, ATTRIBUTES, Context.root());
    final SumCell stopped = (SumCell) stream.acquire(ATTRIBUTES);
    for (int i = 0; i < 1_000_000; i++) {
      stream.recordLong(1, ATTRIBUTES, Context.root());
    }
    // The collection gives up on the cell in the end; what is in it comes with the next one.
    assertThat(value(collector)).isEqualTo(1_000_000);
    stopped.addLong(1);
    stopped.release();
    assertThat(value(collector)).isEqualTo(2);
  }

  @Test
  @Timeout(value = 60, threadMode = SEPARATE_THREAD)
  void aBoundInstrumentRecordsAMillionTimesWhileAnotherThreadIsStoppedInMidRecord() {
    final SumCollector collector = sum(AggregationTemporality.DELTA);
    final MetricStream stream = collector.stream();
    final BoundSeries bound = stream.bind(ATTRIBUTES);
    final SumCell stopped = (SumCell) stream.acquire(ATTRIBUTES);
    for (int i = 0; i < 1_000_000; i++) {
      stream.recordLong(1, bound, Context.root());
    }
    assertThat(value(collector)).isEqualTo(1_000_000);
    stopped.addLong(1);
    stopped.release();
    stream.recordLong(1, bound, Context.root());
    assertThat(value(collector)).isEqualTo(2);
  }

  @Test
  @Timeout(value = 60, threadMode = SEPARATE_THREAD)
  void aCumulativePointIsLeftOutRatherThanShownIncomplete() {
    final SumCollector collector = sum(AggregationTemporality.CUMULATIVE);
    final MetricStream stream = collector.stream();
    final SumCell stopped = (SumCell) stream.acquire(ATTRIBUTES);
    stopped.addLong(5);
    stream.recordLong(1, ATTRIBUTES, Context.root());
    stream.recordLong(2, OTHER, Context.root());
    final List<LongPointData> points = points(collector);
    assertThat(points).hasSize(1);
    assertThat(points.get(0).getAttributes()).isEqualTo(OTHER);
    assertThat(exemplarValues(points.get(0))).containsExactly(2L);
    stopped.release();
    final List<LongPointData> complete = points(collector);
    assertThat(complete.get(0).getValue()).isEqualTo(6);
    assertThat(exemplarValues(complete.get(0))).containsExactly(1L);
    assertThat(exemplarValues(complete.get(1))).containsExactly(2L);
  }

  private static List<LongPointData> points(SumCollector collector) {
    return collector.collect(0, 1, new PointPool(false)).getPoints().stream()
        .map(LongPointData.class::cast)
        .toList();
  }

  private static List<Long> exemplarValues(LongPointData point) {
    return point.getExemplars().stream().map(LongExemplarData::getValue).toList();
  }

  private static long value(SumCollector collector) {
    return points(collector).get(0).getValue();
  }

  @Test
  @Timeout(value = 60, threadMode = SEPARATE_THREAD)
  void othersRecordWhileACollectorIsStoppedInACallback() throws Exception {
    final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
    final CountDownLatch stopped = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final Meter meter = provider.get("progress");
      meter
          .gaugeBuilder("hanging")
          .buildWithCallback(
              measurement -> {
                stopped.countDown();
                try {
                  goOn.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      final LongCounter counter = meter.counterBuilder("counter").build();
      final Thread collector = new Thread(reader::collectAllMetrics);
      collector.start();
      assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 1_000_000; i++) {
        counter.add(1);
      }
      meter.counterBuilder("new").build().add(1);
      assertThat(collector.isAlive()).isTrue();
      goOn.countDown();
      collector.join(30_000);
      assertThat(collector.isAlive()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "trace", "on"})
  void recordingAllocatesNothing(String filter) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .setExemplarFilter(
                    switch (filter) {
                      case "off" -> CustomExemplarFilter.alwaysOff();
                      case "on" -> CustomExemplarFilter.alwaysOn();
                      default -> CustomExemplarFilter.traceBased();
                    })
                .registerMetricReader(reader, type -> 2)
                .registerView(
                    InstrumentSelector.builder().setName("filtered").build(),
                    GlintView.builder().setExcludedAttributeKeys(Set.of("dropped")).build())
                .build();
        Scope ignored = Readers.span(1, true).makeCurrent()) {
      final Meter meter = provider.get("allocation");
      final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
      final LongCounter counter = meter.counterBuilder("counter").build();
      final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
      final LongCounter filtered = meter.counterBuilder("filtered").build();
      final BoundDoubleHistogram[] boundHistograms = new BoundDoubleHistogram[4];
      final BoundLongCounter[] boundCounters = new BoundLongCounter[4];
      final Attributes[] attributes = new Attributes[4];
      for (int i = 0; i < attributes.length; i++) {
        attributes[i] =
            Attributes.of(
                AttributeKey.longKey("series"), (long) i, AttributeKey.longKey("dropped"), 1L);
        boundHistograms[i] = ((ExtendedDoubleHistogram) histogram).bind(attributes[i]);
        boundCounters[i] = ((ExtendedLongCounter) filtered).bind(attributes[i]);
      }
      // The last two attribute sets overflow; NaN and negative values are rejected.
      final Runnable records =
          () -> {
            for (int i = 0; i < 100_000; i++) {
              histogram.record(i, attributes[i & 3]);
              histogram.record(Double.NaN, attributes[i & 3]);
              counter.add(i, attributes[i & 3]);
              counter.add(-1, attributes[i & 3]);
              counter.add(1);
              gauge.set(i, attributes[i & 3]);
              filtered.add(i, attributes[i & 3]);
              boundHistograms[i & 3].record(i);
              boundHistograms[i & 3].record(i, Context.root());
              boundHistograms[i & 3].record(-1);
              boundCounters[i & 3].add(i);
            }
          };
      for (int i = 0; i < 5; i++) {
        records.run();
      }
      assertThat(allocatedBy(records)).isZero();
    }
  }

  /** The least of some tries: the JIT compiler may allocate on a thread's behalf. */
  private static long allocatedBy(Runnable task) {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long id = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      final long before = threads.getThreadAllocatedBytes(id);
      task.run();
      least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
    }
    return least;
  }
}
