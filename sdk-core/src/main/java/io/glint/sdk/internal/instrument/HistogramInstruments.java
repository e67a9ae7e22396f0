package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongHistogramBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.Collection;
import java.util.List;

/** Distributions of values that are not negative (API specification, "Histogram"). */
final class HistogramInstruments {
  private HistogramInstruments() {}

  static class OfLong extends SyncInstrument implements LongHistogram {
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
    public void record(long value) {
      record(value, Attributes.empty(), currentContext());
    }

    @Override
    public void record(long value, Attributes attributes) {
      record(value, attributes, currentContext());
    }

    @Override
    public void record(long value, Attributes attributes, Context context) {
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

  static class OfDouble extends SyncInstrument implements DoubleHistogram {
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
    public void record(double value) {
      record(value, Attributes.empty(), currentContext());
    }

    @Override
    public void record(double value, Attributes attributes) {
      record(value, attributes, currentContext());
    }

    @Override
    public void record(double value, Attributes attributes, Context context) {
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

  static class LongBuilder extends InstrumentBuilder implements LongHistogramBuilder {
    LongBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.HISTOGRAM, InstrumentValueType.LONG);
    }

    @Override
    public LongHistogramBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public LongHistogramBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public LongHistogramBuilder setExplicitBucketBoundariesAdvice(List<Long> boundaries) {
      adviseBoundaries(boundaries);
      return this;
    }

    @Override
    public LongHistogram build() {
      return synchronous(OfLong.class, OfLong::new);
    }
  }

  static class DoubleBuilder extends InstrumentBuilder implements DoubleHistogramBuilder {
    DoubleBuilder(InstrumentRegistry registry, String name) {
      super(registry, name, InstrumentType.HISTOGRAM, InstrumentValueType.DOUBLE);
    }

    @Override
    public DoubleHistogramBuilder setDescription(String description) {
      this.description = orEmpty(description);
      return this;
    }

    @Override
    public DoubleHistogramBuilder setUnit(String unit) {
      this.unit = orEmpty(unit);
      return this;
    }

    @Override
    public DoubleHistogramBuilder setExplicitBucketBoundariesAdvice(List<Double> boundaries) {
      adviseBoundaries(boundaries);
      return this;
    }

    @Override
    public LongHistogramBuilder ofLongs() {
      return copyTo(new LongBuilder(registry, name));
    }

    @Override
    public DoubleHistogram build() {
      return synchronous(OfDouble.class, OfDouble::new);
    }
  }
}
