package io.glint.sdk.internal.instrument;

import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;

/**
 * The builders that a meter hands out: of instruments that implement what is experimental in the
 * API, if that is on the class path, and of plain ones if not. Thread-safe.
 */
public interface InstrumentBuilders {
  LongCounterBuilder counter(InstrumentRegistry registry, String name);

  LongUpDownCounterBuilder upDownCounter(InstrumentRegistry registry, String name);

  DoubleHistogramBuilder histogram(InstrumentRegistry registry, String name);

  DoubleGaugeBuilder gauge(InstrumentRegistry registry, String name);

  /** Those that go with the class path. */
  static InstrumentBuilders find() {
    try {
      return new ExtendedInstruments.Builders();
    } catch (LinkageError e) {
      return new Plain();
    }
  }

  /** Without the artifact opentelemetry-api-incubator. */
  final class Plain implements InstrumentBuilders {
    @Override
    public LongCounterBuilder counter(InstrumentRegistry registry, String name) {
      return new CounterInstruments.LongBuilder(registry, name);
    }

    @Override
    public LongUpDownCounterBuilder upDownCounter(InstrumentRegistry registry, String name) {
      return new UpDownCounterInstruments.LongBuilder(registry, name);
    }

    @Override
    public DoubleHistogramBuilder histogram(InstrumentRegistry registry, String name) {
      return new HistogramInstruments.DoubleBuilder(registry, name);
    }

    @Override
    public DoubleGaugeBuilder gauge(InstrumentRegistry registry, String name) {
      return new GaugeInstruments.DoubleBuilder(registry, name);
    }
  }
}
