package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleCounterBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.ObservableDoubleCounter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.Collection;
import java.util.function.Consumer;

/** Counters: sums that never fall (API specification, "Counter", "Asynchronous Counter"). */
final class CounterInstruments {
  private CounterInstruments() {}

  static class OfLong extends SyncInstrument implements LongCounter {
    OfLong(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public boolean isEnabled() {
      return isRecording();
    }

    @Override
    public void add(long value) {
      add(value, Attributes.empty(), currentContext());
    }

    @Override
    public void add(long value, Attributes attributes) {
      add(value, attributes, currentContext());
    }

    @Override
    public void add(long value, Attributes attributes, Context context) {
      if (value < 0) {
        reject((double) value);
        return;
      }
      final MetricStream first = first();
      if (first != null) {
        first.recordLong(value, orEmpty(attributes), context);
        for (final MetricStream other : others) {
          other.recordLong(value, orEmpty(attributes), context);
        }
      }
    }
  }

  static class OfDouble extends SyncInstrument implements DoubleCounter {
    OfDouble(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public boolean isEnabled() {
      return isRecording();
    }

    @Override
    public void add(double value) {
      add(value, Attributes.empty(), currentContext());
    }

    @Override
    public void add(double value, Attributes attributes) {
      add(value, attributes, currentContext());
    }

    @Override
    public void add(double value, Attributes attributes, Context context) {
      if (!isFiniteAndNotNegative(value)) {
        reject(value);
        return;
      }
      final MetricStream first = first();
      if (first != null) {
        first.recordDouble(value, orEmpty(attributes), context);
        for (final MetricStream other : others) {
          other.recordDouble(value, orEmpty(attributes), context);
        }
      }
    }
  }

  static class LongBuilder extends InstrumentBuilder implements LongCounterBuilder {
    LongBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.COUNTER, InstrumentValueType.LONG);
    }

    @Override
    public LongCounterBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public LongCounterBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public DoubleCounterBuilder ofDoubles() {
      return copyTo(new DoubleBuilder(registry, name));
    }

    @Override
    public LongCounter build() {
      return synchronous(OfLong.class, OfLong::new);
    }

    @Override
    public ObservableLongCounter buildWithCallback(Consumer<ObservableLongMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_COUNTER, callback);
    }

    @Override
    public ObservableLongMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_COUNTER);
    }
  }

  static class DoubleBuilder extends InstrumentBuilder implements DoubleCounterBuilder {
    DoubleBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.COUNTER, InstrumentValueType.DOUBLE);
    }

    @Override
    public DoubleCounterBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public DoubleCounterBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public DoubleCounter build() {
      return synchronous(OfDouble.class, OfDouble::new);
    }

    @Override
    public ObservableDoubleCounter buildWithCallback(
        Consumer<ObservableDoubleMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_COUNTER, callback);
    }

    @Override
    public ObservableDoubleMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_COUNTER);
    }
  }
}
