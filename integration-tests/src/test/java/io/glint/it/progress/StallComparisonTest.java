package io.glint.it.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same thread is stopped at the same place in both SDKs. With the stock one, 1.68.0, all others
 * that record into the same histogram wait until it goes on; with Glint they record a million
 * times. In neither SDK anything is lost.
 *
 * <p>The thread is stopped in user code that the SDK calls: what an operating system does to it at
 * any instruction.
 */
@Timeout(120)
@Tag("long")
class StallComparisonTest {
  private static final int OTHERS = 2;
  private static final int RECORDS = 1_000_000;
  private static final int PATIENCE_SECONDS = 30;

  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final Attributes KNOWN = Attributes.of(ROUTE, "/known");
  private static final Attributes NEW = Attributes.of(ROUTE, "/new");

  /** The SDKs that are compared. */
  enum Sdk {
    GLINT(
        setting ->
            GlintMeterProvider.builder()
                .setClock(setting.clock())
                .setExemplarFilter(ExemplarFilter.alwaysOn())
                .registerMetricReader(setting.reader())
                .build()),
    STOCK(
        setting ->
            SdkMeterProvider.builder()
                .setClock(setting.clock())
                .setExemplarFilter(ExemplarFilter.alwaysOn())
                .registerMetricReader(setting.reader())
                .build());

    @SuppressWarnings("ImmutableEnumChecker") // A lambda without state.
    final Function<Setting, MeterProvider> factory;

    Sdk(Function<Setting, MeterProvider> factory) {
      this.factory = factory;
    }
  }

  private record Setting(Clock clock, InMemoryMetricReader reader) {}

  private final Place place = new Place();
  private final AtomicLong progress = new AtomicLong();
  private MeterProvider provider;

  /**
   * In the stock SDK the recorder holds the gate for new series, the collector closes the holder
   * and waits for the gate, and every recorder of the instrument waits for a new holder.
   */
  @ParameterizedTest
  @EnumSource(Sdk.class)
  void aRecorderIsStoppedWhileItMakesASeriesAndADeltaIsCollected(Sdk sdk) throws Exception {
    final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
    final DoubleHistogram histogram = histogram(sdk, place.clock(), reader);
    histogram.record(1, KNOWN);
    final AtomicLong collected = new AtomicLong();
    final Task stopped = stop(() -> histogram.record(1, NEW));
    final Task collector = new Task("collector", () -> collected.addAndGet(collect(reader)));
    final boolean isCollected = collector.isFinished(2);
    assertOthers(sdk, () -> histogram.record(1, KNOWN), stopped);
    assertThat(isCollected).as("the collection ended meanwhile").isEqualTo(sdk == Sdk.GLINT);
    assertThat(collector.isFinished(PATIENCE_SECONDS)).isTrue();
    assertThat(collected.get() + collect(reader)).isEqualTo(2 + (long) OTHERS * RECORDS);
  }

  /** In the stock SDK the recorder holds the lock of the bucket's exemplar. */
  @ParameterizedTest
  @EnumSource(Sdk.class)
  void aRecorderIsStoppedWhileItKeepsAnExemplar(Sdk sdk) throws Exception {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final DoubleHistogram histogram = histogram(sdk, Clock.getDefault(), reader);
    final Context context = place.context();
    final Task stopped = stop(() -> histogram.record(1, KNOWN, context));
    assertOthers(sdk, () -> histogram.record(1, KNOWN, Context.root()), stopped);
    assertThat(collect(reader)).isEqualTo(1 + (long) OTHERS * RECORDS);
  }

  /** In the stock SDK the collector holds the lock of a bucket's exemplar. */
  @ParameterizedTest
  @EnumSource(Sdk.class)
  void theCollectorIsStoppedWhileItReadsAnExemplar(Sdk sdk) throws Exception {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final DoubleHistogram histogram = histogram(sdk, Clock.getDefault(), reader);
    final Attributes attributes = place.attributes(KNOWN);
    histogram.record(1, attributes);
    final Task stopped = stop(() -> collect(reader));
    assertOthers(sdk, () -> histogram.record(1, attributes), stopped);
    assertThat(collect(reader)).isEqualTo(1 + (long) OTHERS * RECORDS);
  }

  private DoubleHistogram histogram(Sdk sdk, Clock clock, InMemoryMetricReader reader) {
    provider = sdk.factory.apply(new Setting(clock, reader));
    return provider.get("stall").histogramBuilder("latency").build();
  }

  @AfterEach
  void close() throws Exception {
    ((AutoCloseable) provider).close();
  }

  private static long collect(InMemoryMetricReader reader) {
    long count = 0;
    for (final MetricData metric : reader.collectAllMetrics()) {
      for (final HistogramPointData point : metric.getHistogramData().getPoints()) {
        count += point.getCount();
      }
    }
    return count;
  }

  private Task stop(Runnable action) throws InterruptedException {
    final Task stopped =
        new Task(
            "stopped",
            () -> {
              place.stopCurrentThread();
              action.run();
            });
    assertThat(place.awaitStopped()).as("the thread has come to its place").isTrue();
    return stopped;
  }

  /** Others record while {@code stopped} is stopped; then it is released, and all end. */
  private void assertOthers(Sdk sdk, Runnable recording, Task stopped) throws Exception {
    final List<Task> others = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      others.add(new Task("other " + i, () -> recordAMillion(recording)));
    }
    try {
      if (sdk == Sdk.GLINT) {
        assertThat(finish(others, PATIENCE_SECONDS)).as("others finish").isTrue();
      } else {
        assertThat(finish(others, 1)).as("others of the stock SDK finish").isFalse();
        assertThat(progress).as("measurements recorded meanwhile").hasValue(0);
      }
      assertThat(stopped.isFinished(1)).as("the stopped thread").isFalse();
    } finally {
      place.release();
    }
    assertThat(stopped.isFinished(PATIENCE_SECONDS)).isTrue();
    assertThat(finish(others, PATIENCE_SECONDS)).isTrue();
  }

  private void recordAMillion(Runnable recording) {
    for (int i = 0; i < RECORDS; i++) {
      recording.run();
      progress.getAndIncrement();
    }
  }

  private static boolean finish(List<Task> tasks, int seconds) throws InterruptedException {
    boolean finished = true;
    for (final Task task : tasks) {
      finished &= task.isFinished(seconds);
    }
    return finished;
  }
}
