package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.DoubleUpDownCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableDoubleUpDownCounter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableLongUpDownCounter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.Collection;
import java.util.function.Consumer;

/** Sums that rise and fall (API specification, "UpDownCounter", "Asynchronous UpDownCounter"). */
final class UpDownCounterInstruments {
  private UpDownCounterInstruments() {}

  static class OfLong extends SyncInstrument implements LongUpDownCounter {
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
      final MetricStream first = first();
      if (first != null) {
        first.recordLong(value, orEmpty(attributes), context);
        for (final MetricStream other : others) {
          other.recordLong(value, orEmpty(attributes), context);
        }
      }
    }
  }

  static class OfDouble extends SyncInstrument implements DoubleUpDownCounter {
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
      if (!Double.isFinite(value)) {
        rejectNonFinite(value);
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

  static class LongBuilder extends InstrumentBuilder implements LongUpDownCounterBuilder {
    LongBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.UP_DOWN_COUNTER, InstrumentValueType.LONG);
    }

    @Override
    public LongUpDownCounterBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public LongUpDownCounterBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public DoubleUpDownCounterBuilder ofDoubles() {
      return copyTo(new DoubleBuilder(registry, name));
    }

    @Override
    public LongUpDownCounter build() {
      return synchronous(OfLong.class, OfLong::new);
    }

    @Override
    public ObservableLongUpDownCounter buildWithCallback(
        Consumer<ObservableLongMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_UP_DOWN_COUNTER, callback);
    }

    @Override
    public ObservableLongMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_UP_DOWN_COUNTER);
    }
  }

  static class DoubleBuilder extends InstrumentBuilder implements DoubleUpDownCounterBuilder {
    DoubleBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.UP_DOWN_COUNTER, InstrumentValueType.DOUBLE);
    }

    @Override
    public DoubleUpDownCounterBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public DoubleUpDownCounterBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public DoubleUpDownCounter build() {
      return synchronous(OfDouble.class, OfDouble::new);
    }

    @Override
    public ObservableDoubleUpDownCounter buildWithCallback(
        Consumer<ObservableDoubleMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_UP_DOWN_COUNTER, callback);
    }

    @Override
    public ObservableDoubleMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_UP_DOWN_COUNTER);
    }
  }
}
