package io.glint.sdk;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedLongHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The life of a synchronous instrument in which one thing fails, and what must be true afterwards.
 * Loaded and called by {@link InjectedFailuresTest} in a world of its own, see {@link Woven}.
 */
final class FailureScenario {
  /** How an instrument and its reader are. */
  record Setting(String aggregation, boolean isDelta, boolean isReused, boolean isFiltered) {}

  /** Series 1 to 3 have places of their own, and further ones overflow. */
  private static final int LIMIT = 3;

  private static final int SERIES = 5;
  private static final AttributeKey<Long> ID = AttributeKey.longKey("id");
  private static final AttributeKey<String> REMOVED = AttributeKey.stringKey("removed");
  private static final Logger LOGGER = Logger.getLogger("io.glint");

  private interface Recorder {
    void record(long value, Context context);
  }

  private interface Binder {
    Recorder bind(Attributes attributes);
  }

  private interface ByAttributes {
    void record(long value, Attributes attributes, Context context);
  }

  private final Setting setting;
  private final List<String> violations = new ArrayList<>();
  private final ModeReader reader;
  private final TestClock clock = new TestClock();
  private final Attributes[] attributes = new Attributes[SERIES + 1];
  private final Context[] contexts = new Context[SERIES + 1];
  private final GlintMeterProvider provider;
  private final SyncInstrument instrument;
  private final ReentrantLock collectLock;
  private ByAttributes recorder;
  private Binder binder;
  private Cell held;
  private long recorded;
  private long shown;

  private FailureScenario(Setting setting) {
    this.setting = setting;
    this.reader = ModeReader.of(setting.isDelta, setting.isReused);
    for (int i = 1; i <= SERIES; i++) {
      attributes[i] = Attributes.of(ID, (long) i, REMOVED, "removed");
      contexts[i] = Readers.span(i, true);
    }
    final GlintView.Builder view = GlintView.builder();
    if (setting.isFiltered) {
      view.setAttributeFilter(key -> !key.equals("removed"));
    }
    if (setting.aggregation.equals("exponential")) {
      view.setAggregation(
          Aggregation.base2ExponentialBucketHistogram(
              Base2ExponentialHistogramOptions.builder()
                  .setMaxBuckets(20)
                  .setMaxScale(10)
                  .build()));
    }
    this.provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .setExemplarSpanMarking(true)
            .setExemplarFilter((CustomExemplarFilter) (value, any, context) -> true)
            .registerView(InstrumentSelector.builder().setName("instrument").build(), view.build())
            .registerMetricReader(reader, type -> LIMIT)
            .build();
    final Meter meter = provider.get("failures");
    this.instrument = make(meter);
    this.collectLock = lock(Collectors.of(instrument.first, meter, reader.registration()));
  }

  private SyncInstrument make(Meter meter) {
    switch (setting.aggregation) {
      case "sum" -> {
        final var counter = (ExtendedLongCounter) meter.counterBuilder("instrument").build();
        recorder = counter::add;
        binder = kept -> counter.bind(kept)::add;
        return (SyncInstrument) counter;
      }
      case "last value" -> {
        final var gauge = (ExtendedLongGauge) meter.gaugeBuilder("instrument").ofLongs().build();
        recorder = gauge::set;
        binder = kept -> gauge.bind(kept)::set;
        return (SyncInstrument) gauge;
      }
      case "histogram" -> {
        final var histogram =
            (ExtendedLongHistogram) meter.histogramBuilder("instrument").ofLongs().build();
        recorder = histogram::record;
        binder = kept -> histogram.bind(kept)::record;
        return (SyncInstrument) histogram;
      }
      default -> {
        // As it may fall, there are negative buckets as well.
        final var counter =
            (ExtendedDoubleUpDownCounter)
                meter.upDownCounterBuilder("instrument").ofDoubles().build();
        recorder = counter::add;
        binder =
            kept -> {
              final var bound = counter.bind(kept);
              return (value, context) -> bound.add((double) value, context);
            };
        return (SyncInstrument) counter;
      }
    }
  }

  private static ReentrantLock lock(StreamCollector collector) {
    try {
      final Field field = StreamCollector.class.getDeclaredField("collectLock");
      field.setAccessible(true);
      return (ReentrantLock) field.get(collector);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs it.
   *
   * @param number which of the sites throws
   * @return what is wrong afterwards; empty if nothing is
   */
  static List<String> run(
      String aggregation,
      boolean isDelta,
      boolean isReused,
      boolean isFiltered,
      int number,
      Supplier<? extends Throwable> failure) {
    final FailureScenario scenario =
        new FailureScenario(new Setting(aggregation, isDelta, isReused, isFiltered));
    final Handler handler = scenario.new CheckingHandler();
    LOGGER.addHandler(handler);
    try {
      Sites.arm(number, failure);
      Sites.pause();
      scenario.play();
      Sites.disarm();
      scenario.check();
    } finally {
      Sites.disarm();
      LOGGER.removeHandler(handler);
    }
    return scenario.violations;
  }

  private void play() {
    record(1, value(1));
    record(1, value(1000));
    recordWhileTaken(1, () -> record(1, value(-3)));
    final Recorder bound = bind(2);
    record(bound, 2, value(2));
    recordWhileTaken(2, () -> record(bound, 2, value(100_000)));
    record(bound, 2, value(-70_000));
    for (int i = 3; i <= SERIES; i++) {
      record(i, value(i));
      record(i, value(0));
    }
    collect();
    record(1, value(5));
    record(SERIES, value(7));
    collect();
    // Series that are silent make room.
    record(4, value(-9));
    record(5, value(11));
    record(bound, 2, value(12));
    collect();
    collect();
    explain();
  }

  /**
   * Of a sum 1, so that it is a number of measurements, and nothing negative where it may not be.
   */
  private long value(long value) {
    return switch (setting.aggregation) {
      case "sum" -> 1;
      case "exponential" -> value;
      default -> Math.abs(value);
    };
  }

  private void record(int series, long value) {
    recorded++;
    Sites.resume();
    try {
      recorder.record(value, attributes[series], contexts[series]);
    } catch (Throwable t) {
      violations.add("a recording has thrown " + t);
    } finally {
      Sites.pause();
    }
  }

  private void record(Recorder bound, int series, long value) {
    recorded++;
    Sites.resume();
    try {
      bound.record(value, contexts[series]);
    } catch (Throwable t) {
      violations.add("a recording of a bound instrument has thrown " + t);
    } finally {
      Sites.pause();
    }
  }

  private Recorder bind(int series) {
    Sites.resume();
    try {
      return binder.bind(attributes[series]);
    } catch (Throwable t) {
      // Whoever asks for an object may be told that there is no memory for it.
      return (value, context) -> recorder.record(value, attributes[series], context);
    } finally {
      Sites.pause();
    }
  }

  /** As when another thread is in mid-record: then the series gets another cell. */
  private void recordWhileTaken(int series, Runnable recording) {
    instrument.first.seriesMap().forEach(each -> hold(each, series));
    recording.run();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  private void hold(Series each, int series) {
    if (each.attributes.get(ID) == series) {
      held = each.acquire();
    }
  }

  private void collect() {
    clock.nanos += 10_000_000_000L;
    final Collection<MetricData> metrics;
    Sites.resume();
    try {
      metrics = reader.collect();
    } catch (Throwable t) {
      // Whoever asks for a collection may be told that there is none.
      return;
    } finally {
      Sites.pause();
    }
    long sum = 0;
    for (final MetricData metric : metrics) {
      for (final PointData point : metric.getData().getPoints()) {
        sum += measurements(point);
        checkExemplars(point);
      }
    }
    shown = setting.isDelta ? shown + sum : sum;
  }

  private long measurements(PointData point) {
    if (point instanceof HistogramPointData histogram) {
      return histogram.getCount();
    }
    if (point instanceof ExponentialHistogramPointData histogram) {
      return histogram.getCount();
    }
    return ((LongPointData) point).getValue();
  }

  private void checkExemplars(PointData point) {
    if (point.getAttributes().get(ID) == null) {
      return;
    }
    for (final ExemplarData exemplar : point.getExemplars()) {
      final long series = Long.parseLong(exemplar.getSpanContext().getSpanId(), 16);
      if (series != point.getAttributes().get(ID)) {
        violations.add("an exemplar of series " + series + " is on the point " + point);
      }
    }
  }

  private void explain() {
    Sites.resume();
    try {
      final var unused = provider.explainExemplars();
    } catch (Throwable t) {
      // Whoever asks for a report may be told that there is none.
    } finally {
      Sites.pause();
    }
  }

  private void check() {
    checkNothingIsHeld("at the end");
    for (int i = 1; i <= SERIES; i++) {
      record(i, value(i));
    }
    collect();
    collect();
    checkNothingIsHeld("after all");
    final DropCounters losses = instrument.first.sampling.losses();
    long lost = 0;
    for (final DropCounters.Reason reason : DropCounters.Reason.values()) {
      lost += reason == DropCounters.Reason.EXEMPLAR ? 0 : losses.get(reason);
    }
    if (!setting.aggregation.equals("last value") && shown + lost != recorded) {
      violations.add(
          recorded + " were recorded, " + shown + " shown, " + lost + " counted as lost");
    }
  }

  private void checkNothingIsHeld(String when) {
    if (collectLock.isLocked()) {
      violations.add("the collecting lock is held " + when);
    }
    instrument
        .first
        .seriesMap()
        .forEach(series -> series.visitCells(cell -> checkFree(cell, series, when)));
  }

  private void checkFree(Cell cell, Series series, String when) {
    if (cell == held || cell.isRetired()) {
      return;
    }
    if (cell.tryAcquire()) {
      cell.release();
    } else {
      violations.add("a cell of " + series.attributes + " is owned " + when);
    }
  }

  /** Handlers of log records are code of others: nothing may be held while they run. */
  private final class CheckingHandler extends Handler {
    @Override
    public void publish(LogRecord logged) {
      Sites.pause();
      checkNothingIsHeld("while '" + logged.getMessage() + "' is logged");
      Sites.resume();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static final class TestClock implements Clock {
    private long nanos;

    @Override
    public long now() {
      return 1_000_000_000_000_000_000L + nanos;
    }

    @Override
    public long nanoTime() {
      return nanos;
    }
  }
}
