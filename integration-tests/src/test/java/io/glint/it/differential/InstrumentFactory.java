package io.glint.it.differential;

import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongHistogramBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.function.Consumer;

/** Makes the instruments of a program by the OpenTelemetry API. */
final class InstrumentFactory {
  private final MeterProvider meterProvider;
  private final Consumer<Object> adviser;

  InstrumentFactory(MeterProvider meterProvider) {
    this(meterProvider, builder -> {});
  }

  /**
   * Makes a factory.
   *
   * @param adviser is given the builders of counters, up-down counters and gauges
   */
  InstrumentFactory(MeterProvider meterProvider, Consumer<Object> adviser) {
    this.meterProvider = meterProvider;
    this.adviser = adviser;
  }

  Meter meter(MeterSpec spec) {
    final MeterBuilder builder = meterProvider.meterBuilder(spec.name());
    if (spec.version() != null) {
      builder.setInstrumentationVersion(spec.version());
    }
    if (spec.schemaUrl() != null) {
      builder.setSchemaUrl(spec.schemaUrl());
    }
    return builder.build();
  }

  Recorder recorder(InstrumentSpec spec) {
    return switch (spec.type()) {
      case COUNTER -> counter(spec);
      case UP_DOWN_COUNTER -> upDownCounter(spec);
      case HISTOGRAM -> histogram(spec);
      case GAUGE -> gauge(spec);
      default -> throw new IllegalArgumentException(spec.code());
    };
  }

  private Recorder counter(InstrumentSpec spec) {
    if (spec.isLong()) {
      final LongCounter counter = counterBuilder(spec).build();
      return new Recorder(
          (value, attributes) -> counter.add(value.longValue(), attributes),
          (value, attributes, context) -> counter.add(value.longValue(), attributes, context),
          counter::isEnabled);
    }
    final DoubleCounter counter = counterBuilder(spec).ofDoubles().build();
    return new Recorder(
        (value, attributes) -> counter.add(value.doubleValue(), attributes),
        (value, attributes, context) -> counter.add(value.doubleValue(), attributes, context),
        counter::isEnabled);
  }

  private Recorder upDownCounter(InstrumentSpec spec) {
    if (spec.isLong()) {
      final LongUpDownCounter counter = upDownCounterBuilder(spec).build();
      return new Recorder(
          (value, attributes) -> counter.add(value.longValue(), attributes),
          (value, attributes, context) -> counter.add(value.longValue(), attributes, context),
          counter::isEnabled);
    }
    final DoubleUpDownCounter counter = upDownCounterBuilder(spec).ofDoubles().build();
    return new Recorder(
        (value, attributes) -> counter.add(value.doubleValue(), attributes),
        (value, attributes, context) -> counter.add(value.doubleValue(), attributes, context),
        counter::isEnabled);
  }

  private Recorder gauge(InstrumentSpec spec) {
    if (spec.isLong()) {
      final LongGauge gauge = gaugeBuilder(spec).ofLongs().build();
      return new Recorder(
          (value, attributes) -> gauge.set(value.longValue(), attributes),
          (value, attributes, context) -> gauge.set(value.longValue(), attributes, context),
          gauge::isEnabled);
    }
    final DoubleGauge gauge = gaugeBuilder(spec).build();
    return new Recorder(
        (value, attributes) -> gauge.set(value.doubleValue(), attributes),
        (value, attributes, context) -> gauge.set(value.doubleValue(), attributes, context),
        gauge::isEnabled);
  }

  private Recorder histogram(InstrumentSpec spec) {
    final DoubleHistogramBuilder builder =
        meter(spec.meter())
            .histogramBuilder(spec.name())
            .setDescription(spec.description())
            .setUnit(spec.unit());
    if (spec.isLong()) {
      final LongHistogramBuilder longBuilder = builder.ofLongs();
      if (spec.boundaries() != null) {
        longBuilder.setExplicitBucketBoundariesAdvice(
            spec.boundaries().stream().map(Double::longValue).toList());
      }
      final LongHistogram histogram = longBuilder.build();
      return new Recorder(
          (value, attributes) -> histogram.record(value.longValue(), attributes),
          (value, attributes, context) -> histogram.record(value.longValue(), attributes, context),
          histogram::isEnabled);
    }
    if (spec.boundaries() != null) {
      builder.setExplicitBucketBoundariesAdvice(spec.boundaries());
    }
    final DoubleHistogram histogram = builder.build();
    return new Recorder(
        (value, attributes) -> histogram.record(value.doubleValue(), attributes),
        (value, attributes, context) -> histogram.record(value.doubleValue(), attributes, context),
        histogram::isEnabled);
  }

  /** An observer for batch callbacks. */
  ObservableMeasurement observer(InstrumentSpec spec) {
    return switch (spec.type()) {
      case OBSERVABLE_COUNTER ->
          spec.isLong()
              ? counterBuilder(spec).buildObserver()
              : counterBuilder(spec).ofDoubles().buildObserver();
      case OBSERVABLE_UP_DOWN_COUNTER ->
          spec.isLong()
              ? upDownCounterBuilder(spec).buildObserver()
              : upDownCounterBuilder(spec).ofDoubles().buildObserver();
      case OBSERVABLE_GAUGE ->
          spec.isLong()
              ? gaugeBuilder(spec).ofLongs().buildObserver()
              : gaugeBuilder(spec).buildObserver();
      default -> throw new IllegalArgumentException(spec.code());
    };
  }

  /** Builds the instrument with a callback. */
  AutoCloseable observed(InstrumentSpec spec, Consumer<ObservableMeasurement> callback) {
    return switch (spec.type()) {
      case OBSERVABLE_COUNTER ->
          spec.isLong()
              ? counterBuilder(spec).buildWithCallback(callback::accept)
              : counterBuilder(spec).ofDoubles().buildWithCallback(callback::accept);
      case OBSERVABLE_UP_DOWN_COUNTER ->
          spec.isLong()
              ? upDownCounterBuilder(spec).buildWithCallback(callback::accept)
              : upDownCounterBuilder(spec).ofDoubles().buildWithCallback(callback::accept);
      case OBSERVABLE_GAUGE ->
          spec.isLong()
              ? gaugeBuilder(spec).ofLongs().buildWithCallback(callback::accept)
              : gaugeBuilder(spec).buildWithCallback(callback::accept);
      default -> throw new IllegalArgumentException(spec.code());
    };
  }

  private LongCounterBuilder counterBuilder(InstrumentSpec spec) {
    final LongCounterBuilder builder =
        meter(spec.meter())
            .counterBuilder(spec.name())
            .setDescription(spec.description())
            .setUnit(spec.unit());
    adviser.accept(builder);
    return builder;
  }

  private LongUpDownCounterBuilder upDownCounterBuilder(InstrumentSpec spec) {
    final LongUpDownCounterBuilder builder =
        meter(spec.meter())
            .upDownCounterBuilder(spec.name())
            .setDescription(spec.description())
            .setUnit(spec.unit());
    adviser.accept(builder);
    return builder;
  }

  private DoubleGaugeBuilder gaugeBuilder(InstrumentSpec spec) {
    final DoubleGaugeBuilder builder =
        meter(spec.meter())
            .gaugeBuilder(spec.name())
            .setDescription(spec.description())
            .setUnit(spec.unit());
    adviser.accept(builder);
    return builder;
  }
}
