package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleCounter;
import io.opentelemetry.api.incubator.metrics.BoundDoubleGauge;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.BoundLongGauge;
import io.opentelemetry.api.incubator.metrics.BoundLongHistogram;
import io.opentelemetry.api.incubator.metrics.BoundLongUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGaugeBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogramBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedLongGaugeBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedLongHistogramBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleCounterBuilder;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.DoubleUpDownCounterBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongGaugeBuilder;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongHistogramBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import java.util.Collection;
import java.util.List;

/**
 * The instruments with what is experimental in the API: {@code bind} and the attributes advice (API
 * specification, "Bind", "Advisory parameter: Attributes"). This class and {@link BoundInstruments}
 * are the only ones that need opentelemetry-api-incubator; they are not loaded without it.
 *
 * <p>{@code bind} calls a method that returns the very type it returns itself. Otherwise the JVM
 * would load that type to verify the instrument, and versions before 1.65 do not have it.
 */
final class ExtendedInstruments {
  private ExtendedInstruments() {}

  static final class Builders implements InstrumentBuilders {
    /** Throws {@link NoClassDefFoundError} where the experimental API is missing. */
    Builders() {
      final Class<?> needed = ExtendedLongCounterBuilder.class;
      assert needed.isInterface();
    }

    @Override
    public LongCounterBuilder counter(InstrumentRegistry registry, String name) {
      return new OfLongCounter(registry, name);
    }

    @Override
    public LongUpDownCounterBuilder upDownCounter(InstrumentRegistry registry, String name) {
      return new OfLongUpDownCounter(registry, name);
    }

    @Override
    public DoubleHistogramBuilder histogram(InstrumentRegistry registry, String name) {
      return new OfDoubleHistogram(registry, name);
    }

    @Override
    public DoubleGaugeBuilder gauge(InstrumentRegistry registry, String name) {
      return new OfDoubleGauge(registry, name);
    }
  }

  private static final class CounterOfLong extends CounterInstruments.OfLong
      implements ExtendedLongCounter {
    CounterOfLong(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundLongCounter bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfLongCounter extends CounterInstruments.LongBuilder
      implements ExtendedLongCounterBuilder {
    OfLongCounter(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedLongCounterBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public DoubleCounterBuilder ofDoubles() {
      return copyTo(new OfDoubleCounter(registry, name));
    }

    @Override
    public LongCounter build() {
      return synchronous(CounterOfLong.class, CounterOfLong::new);
    }
  }

  private static final class CounterOfDouble extends CounterInstruments.OfDouble
      implements ExtendedDoubleCounter {
    CounterOfDouble(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundDoubleCounter bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfDoubleCounter extends CounterInstruments.DoubleBuilder
      implements ExtendedDoubleCounterBuilder {
    OfDoubleCounter(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedDoubleCounterBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public DoubleCounter build() {
      return synchronous(CounterOfDouble.class, CounterOfDouble::new);
    }
  }

  private static final class UpDownCounterOfLong extends UpDownCounterInstruments.OfLong
      implements ExtendedLongUpDownCounter {
    UpDownCounterOfLong(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundLongUpDownCounter bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfLongUpDownCounter extends UpDownCounterInstruments.LongBuilder
      implements ExtendedLongUpDownCounterBuilder {
    OfLongUpDownCounter(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedLongUpDownCounterBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public DoubleUpDownCounterBuilder ofDoubles() {
      return copyTo(new OfDoubleUpDownCounter(registry, name));
    }

    @Override
    public LongUpDownCounter build() {
      return synchronous(UpDownCounterOfLong.class, UpDownCounterOfLong::new);
    }
  }

  private static final class UpDownCounterOfDouble extends UpDownCounterInstruments.OfDouble
      implements ExtendedDoubleUpDownCounter {
    UpDownCounterOfDouble(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundDoubleUpDownCounter bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfDoubleUpDownCounter extends UpDownCounterInstruments.DoubleBuilder
      implements ExtendedDoubleUpDownCounterBuilder {
    OfDoubleUpDownCounter(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedDoubleUpDownCounterBuilder setAttributesAdvice(
        List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public DoubleUpDownCounter build() {
      return synchronous(UpDownCounterOfDouble.class, UpDownCounterOfDouble::new);
    }
  }

  private static final class HistogramOfLong extends HistogramInstruments.OfLong
      implements ExtendedLongHistogram {
    HistogramOfLong(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundLongHistogram bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfLongHistogram extends HistogramInstruments.LongBuilder
      implements ExtendedLongHistogramBuilder {
    OfLongHistogram(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedLongHistogramBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public LongHistogram build() {
      return synchronous(HistogramOfLong.class, HistogramOfLong::new);
    }
  }

  private static final class HistogramOfDouble extends HistogramInstruments.OfDouble
      implements ExtendedDoubleHistogram {
    HistogramOfDouble(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundDoubleHistogram bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfDoubleHistogram extends HistogramInstruments.DoubleBuilder
      implements ExtendedDoubleHistogramBuilder {
    OfDoubleHistogram(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedDoubleHistogramBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public LongHistogramBuilder ofLongs() {
      return copyTo(new OfLongHistogram(registry, name));
    }

    @Override
    public DoubleHistogram build() {
      return synchronous(HistogramOfDouble.class, HistogramOfDouble::new);
    }
  }

  private static final class GaugeOfLong extends GaugeInstruments.OfLong
      implements ExtendedLongGauge {
    GaugeOfLong(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundLongGauge bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfLongGauge extends GaugeInstruments.LongBuilder
      implements ExtendedLongGaugeBuilder {
    OfLongGauge(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedLongGaugeBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public LongGauge build() {
      return synchronous(GaugeOfLong.class, GaugeOfLong::new);
    }
  }

  private static final class GaugeOfDouble extends GaugeInstruments.OfDouble
      implements ExtendedDoubleGauge {
    GaugeOfDouble(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context) {
      super(instrument, streams, context);
    }

    @Override
    public BoundDoubleGauge bind(Attributes attributes) {
      return BoundInstruments.bind(this, attributes);
    }
  }

  private static final class OfDoubleGauge extends GaugeInstruments.DoubleBuilder
      implements ExtendedDoubleGaugeBuilder {
    OfDoubleGauge(InstrumentRegistry registry, String name) {
      super(registry, name);
    }

    @Override
    public ExtendedDoubleGaugeBuilder setAttributesAdvice(List<AttributeKey<?>> attributes) {
      adviseAttributes(attributes);
      return this;
    }

    @Override
    public LongGaugeBuilder ofLongs() {
      return copyTo(new OfLongGauge(registry, name));
    }

    @Override
    public DoubleGauge build() {
      return synchronous(GaugeOfDouble.class, GaugeOfDouble::new);
    }
  }
}
