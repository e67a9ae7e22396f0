package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongGaugeBuilder;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.Collection;
import java.util.function.Consumer;

/** Values of which the last one counts (API specification, "Gauge", "Asynchronous Gauge"). */
final class GaugeInstruments {
  private GaugeInstruments() {}

  static class OfLong extends SyncInstrument implements LongGauge {
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
    public void set(long value) {
      set(value, Attributes.empty(), currentContext());
    }

    @Override
    public void set(long value, Attributes attributes) {
      set(value, attributes, currentContext());
    }

    @Override
    public void set(long value, Attributes attributes, Context context) {
      final MetricStream first = first();
      if (first != null) {
        first.recordLong(value, orEmpty(attributes), context);
        for (final MetricStream other : others) {
          other.recordLong(value, orEmpty(attributes), context);
        }
      }
    }
  }

  static class OfDouble extends SyncInstrument implements DoubleGauge {
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
    public void set(double value) {
      set(value, Attributes.empty(), currentContext());
    }

    @Override
    public void set(double value, Attributes attributes) {
      set(value, attributes, currentContext());
    }

    @Override
    public void set(double value, Attributes attributes, Context context) {
      if (!Double.isFinite(value)) {
        setNonFinite(value, attributes, context);
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

    /** A gauge may well be infinite, which a view that makes a histogram or a sum of it drops. */
    private void setNonFinite(double value, Attributes attributes, Context context) {
      final MetricStream first = first();
      if (first != null) {
        setNonFinite(first, value, attributes, context);
        for (final MetricStream other : others) {
          setNonFinite(other, value, attributes, context);
        }
      }
    }

    private void setNonFinite(
        MetricStream stream, double value, Attributes attributes, Context context) {
      if (stream.acceptsValue(value)) {
        stream.recordDouble(value, orEmpty(attributes), context);
      } else {
        rejectNonFinite(value);
      }
    }
  }

  static class LongBuilder extends InstrumentBuilder implements LongGaugeBuilder {
    LongBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.GAUGE, InstrumentValueType.LONG);
    }

    @Override
    public LongGaugeBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public LongGaugeBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public LongGauge build() {
      return synchronous(OfLong.class, OfLong::new);
    }

    @Override
    public ObservableLongGauge buildWithCallback(Consumer<ObservableLongMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_GAUGE, callback);
    }

    @Override
    public ObservableLongMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_GAUGE);
    }
  }

  static class DoubleBuilder extends InstrumentBuilder implements DoubleGaugeBuilder {
    DoubleBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.GAUGE, InstrumentValueType.DOUBLE);
    }

    @Override
    public DoubleGaugeBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public DoubleGaugeBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public LongGaugeBuilder ofLongs() {
      return copyTo(new LongBuilder(registry, name));
    }

    @Override
    public DoubleGauge build() {
      return synchronous(OfDouble.class, OfDouble::new);
    }

    @Override
    public ObservableDoubleGauge buildWithCallback(Consumer<ObservableDoubleMeasurement> callback) {
      return observed(InstrumentType.OBSERVABLE_GAUGE, callback);
    }

    @Override
    public ObservableDoubleMeasurement buildObserver() {
      return observer(InstrumentType.OBSERVABLE_GAUGE);
    }
  }
}
