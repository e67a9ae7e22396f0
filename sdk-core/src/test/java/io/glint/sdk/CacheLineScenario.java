package io.glint.sdk;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.ExponentialTotal;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.vm.VM;

/**
 * What a collection writes, seen by {@link Writes}, and where that lies in memory. Loaded and
 * called by {@link CacheLinesTest} in a world of its own, see {@link Woven}.
 */
final class CacheLineScenario {
  private static final int SERIES = 64;
  private static final long LINE = 64;
  private static final AttributeKey<Long> ID = AttributeKey.longKey("id");

  private final ModeReader reader;
  private final Meter meter;
  private final LongCounter longCounter;
  private final DoubleCounter doubleCounter;
  private final LongGauge gauge;
  private final DoubleHistogram histogram;
  private final DoubleUpDownCounter exponential;

  private CacheLineScenario(boolean isDelta, boolean isReused, boolean hasExemplars) {
    reader = ModeReader.of(isDelta, isReused);
    meter =
        GlintMeterProvider.builder()
            .setExemplarFilter(
                hasExemplars ? CustomExemplarFilter.alwaysOn() : CustomExemplarFilter.alwaysOff())
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerMetricReader(reader)
            .build()
            .get("lines");
    longCounter = meter.counterBuilder("long").build();
    doubleCounter = meter.counterBuilder("double").ofDoubles().build();
    gauge = meter.gaugeBuilder("gauge").ofLongs().build();
    histogram = meter.histogramBuilder("histogram").build();
    exponential = meter.upDownCounterBuilder("exponential").ofDoubles().build();
  }

  private void record() {
    for (int i = 0; i < SERIES; i++) {
      final Attributes attributes = Attributes.of(ID, (long) i);
      final Context context = Readers.span(1 + i, true);
      longCounter.add(1, attributes, context);
      doubleCounter.add(1, attributes, context);
      gauge.set(i, attributes, context);
      histogram.record(i, attributes, context);
      exponential.add(i, attributes, context);
      exponential.add(-i, attributes, context);
    }
  }

  /**
   * What a collection writes again and again, and does not keep two lines away from whatever else
   * there is.
   */
  static List<String> sharedLines(boolean isDelta, boolean isReused, boolean hasExemplars) {
    final CacheLineScenario scenario = new CacheLineScenario(isDelta, isReused, hasExemplars);
    for (int i = 0; i < 3; i++) {
      scenario.record();
      scenario.reader.collect();
    }
    scenario.record();
    final Set<String> shared = new TreeSet<>();
    Writes.during(
        scenario.reader::collect, (object, places) -> scenario.addShared(object, places, shared));
    return List.copyOf(shared);
  }

  private void addShared(Object object, Map<Object, Integer> places, Set<String> shared) {
    places.forEach(
        (place, times) -> {
          if (times >= SERIES / 2
              // Made when the collector meets the first exemplar, far from what recorders read.
              && !(object instanceof MutableExemplarData[])
              && !isPadded(object, place)
              && !isOfExponentialTotal(object)) {
            shared.add(object.getClass().getSimpleName() + '.' + place);
          }
        });
  }

  /**
   * True of the counts of an exponential total, which are not padded in front: each index into them
   * would have to be computed for the sake of it, on the way of recorders as well. In front of them
   * lies, nearly always, the object they belong to, which was made just before.
   */
  private boolean isOfExponentialTotal(Object object) {
    final ExponentialTotal total = exponentialTotal();
    return total.positive().isIn(object) || total.negative().isIn(object);
  }

  private ExponentialTotal exponentialTotal() {
    final MetricStream stream = ((SyncInstrument) exponential).first;
    return (ExponentialTotal) Collectors.of(stream, meter, reader.registration()).total();
  }

  private static boolean isPadded(Object object, Object place) {
    final ClassLayout layout = ClassLayout.parseInstance(object);
    final long size = layout.instanceSize();
    if (place instanceof Integer index) {
      final String element = object.getClass().getComponentType().getName();
      final long width = VM.current().arrayIndexScale(element.equals("long") ? "long" : "oop");
      final long base = VM.current().arrayBaseOffset(element.equals("long") ? "long" : "oop");
      return isPadded(base + index * width, width, size);
    }
    for (final FieldLayout field : layout.fields()) {
      if (field.name().equals(place)) {
        return isPadded(field.offset(), field.size(), size);
      }
    }
    throw new IllegalStateException("no field " + place + " in " + layout.toPrintable());
  }

  private static boolean isPadded(long offset, long width, long size) {
    return offset >= LINE && size - offset - width >= LINE;
  }

  /** What a collection writes in series that were not recorded into since the one before. */
  static List<String> writtenInQuietSeries(
      boolean isDelta, boolean isReused, boolean hasExemplars) {
    final CacheLineScenario scenario = new CacheLineScenario(isDelta, isReused, hasExemplars);
    for (int i = 0; i < 3; i++) {
      scenario.record();
      scenario.reader.collect();
    }
    scenario.reader.collect();
    final Set<String> written = new TreeSet<>();
    Writes.during(
        scenario.reader::collect,
        (object, places) -> {
          if (isReadByRecorders(object)) {
            places.forEach(
                (place, times) -> written.add(object.getClass().getSimpleName() + '.' + place));
          }
        });
    return List.copyOf(written);
  }

  private static boolean isReadByRecorders(Object object) {
    return object instanceof MetricStream
        || object instanceof SeriesMap
        || object instanceof Series
        || object instanceof Cell
        || object instanceof Series[]
        || object instanceof Cell[]
        || object instanceof SyncInstrument
        || object instanceof ExemplarSampling;
  }
}
