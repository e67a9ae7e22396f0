package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.stream.BoundSeries;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleCounter;
import io.opentelemetry.api.incubator.metrics.BoundDoubleGauge;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.BoundLongGauge;
import io.opentelemetry.api.incubator.metrics.BoundLongHistogram;
import io.opentelemetry.api.incubator.metrics.BoundLongUpDownCounter;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Instruments with their attributes fixed (API specification, "Bind"; SDK specification,
 * "Instrument bind"). Attributes are filtered and series looked up once; a recording goes straight
 * to a cell of the series. As unbound ones, bound instruments are thread-safe, and their recording
 * calls are lock-free, never throw and allocate nothing.
 *
 * <p>As long as a bound instrument is reachable its series count against the cardinality limit.
 */
final class BoundInstruments {
  private BoundInstruments() {}

  static BoundLongCounter bind(CounterInstruments.OfLong instrument, Attributes attributes) {
    return new CounterOfLong(instrument, attributes);
  }

  static BoundDoubleCounter bind(CounterInstruments.OfDouble instrument, Attributes attributes) {
    return new CounterOfDouble(instrument, attributes);
  }

  static BoundLongUpDownCounter bind(
      UpDownCounterInstruments.OfLong instrument, Attributes attributes) {
    return new UpDownCounterOfLong(instrument, attributes);
  }

  static BoundDoubleUpDownCounter bind(
      UpDownCounterInstruments.OfDouble instrument, Attributes attributes) {
    return new UpDownCounterOfDouble(instrument, attributes);
  }

  static BoundLongHistogram bind(HistogramInstruments.OfLong instrument, Attributes attributes) {
    return new HistogramOfLong(instrument, attributes);
  }

  static BoundDoubleHistogram bind(
      HistogramInstruments.OfDouble instrument, Attributes attributes) {
    return new HistogramOfDouble(instrument, attributes);
  }

  static BoundLongGauge bind(GaugeInstruments.OfLong instrument, Attributes attributes) {
    return new GaugeOfLong(instrument, attributes);
  }

  static BoundDoubleGauge bind(GaugeInstruments.OfDouble instrument, Attributes attributes) {
    return new GaugeOfDouble(instrument, attributes);
  }

  /** What is recorded into: a series for each stream of the instrument, kept as those are. */
  private abstract static class Bound {
    final SyncInstrument instrument;

    /** Null if every reader drops what is recorded. */
    final @Nullable BoundSeries first;

    final BoundSeries[] others;

    Bound(SyncInstrument instrument, Attributes attributes) {
      final Attributes bound = instrument.orEmpty(attributes);
      this.instrument = instrument;
      this.first = instrument.first == null ? null : instrument.first.bind(bound);
      this.others = new BoundSeries[instrument.others.length];
      for (int i = 0; i < others.length; i++) {
        others[i] = instrument.others[i].bind(bound);
      }
    }

    /** As {@link SyncInstrument#first()}. */
    final @Nullable BoundSeries first() {
      return instrument.isOff() ? null : first;
    }

    final Context currentContext() {
      return instrument.currentContext();
    }

    /** Which instrument it is, and what is bound, for messages of others. */
    @Override
    public final String toString() {
      return instrument
          + (first == null ? ", bound" : ", bound to " + LogText.of(first.attributes));
    }
  }

  private static final class CounterOfLong extends Bound implements BoundLongCounter {
    CounterOfLong(CounterInstruments.OfLong instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void add(long value) {
      add(value, currentContext());
    }

    @Override
    public void add(long value, Context context) {
      if (value < 0) {
        instrument.reject((double) value);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordLong(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordLong(value, other, context);
        }
      }
    }
  }

  private static final class CounterOfDouble extends Bound implements BoundDoubleCounter {
    CounterOfDouble(CounterInstruments.OfDouble instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void add(double value) {
      add(value, currentContext());
    }

    @Override
    public void add(double value, Context context) {
      if (!SyncInstrument.isFiniteAndNotNegative(value)) {
        instrument.reject(value);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordDouble(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordDouble(value, other, context);
        }
      }
    }
  }

  private static final class UpDownCounterOfLong extends Bound implements BoundLongUpDownCounter {
    UpDownCounterOfLong(UpDownCounterInstruments.OfLong instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void add(long value) {
      add(value, currentContext());
    }

    @Override
    public void add(long value, Context context) {
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordLong(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordLong(value, other, context);
        }
      }
    }
  }

  private static final class UpDownCounterOfDouble extends Bound
      implements BoundDoubleUpDownCounter {
    UpDownCounterOfDouble(UpDownCounterInstruments.OfDouble instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void add(double value) {
      add(value, currentContext());
    }

    @Override
    public void add(double value, Context context) {
      if (!Double.isFinite(value)) {
        instrument.rejectNonFinite(value);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordDouble(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordDouble(value, other, context);
        }
      }
    }
  }

  private static final class HistogramOfLong extends Bound implements BoundLongHistogram {
    HistogramOfLong(HistogramInstruments.OfLong instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void record(long value) {
      record(value, currentContext());
    }

    @Override
    public void record(long value, Context context) {
      if (value < 0) {
        instrument.reject((double) value);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordLong(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordLong(value, other, context);
        }
      }
    }
  }

  private static final class HistogramOfDouble extends Bound implements BoundDoubleHistogram {
    HistogramOfDouble(HistogramInstruments.OfDouble instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void record(double value) {
      record(value, currentContext());
    }

    @Override
    public void record(double value, Context context) {
      if (!SyncInstrument.isFiniteAndNotNegative(value)) {
        instrument.reject(value);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordDouble(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordDouble(value, other, context);
        }
      }
    }
  }

  private static final class GaugeOfLong extends Bound implements BoundLongGauge {
    GaugeOfLong(GaugeInstruments.OfLong instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void set(long value) {
      set(value, currentContext());
    }

    @Override
    public void set(long value, Context context) {
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordLong(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordLong(value, other, context);
        }
      }
    }
  }

  private static final class GaugeOfDouble extends Bound implements BoundDoubleGauge {
    GaugeOfDouble(GaugeInstruments.OfDouble instrument, Attributes attributes) {
      super(instrument, attributes);
    }

    @Override
    public void set(double value) {
      set(value, currentContext());
    }

    @Override
    public void set(double value, Context context) {
      if (!Double.isFinite(value)) {
        setNonFinite(value, context);
        return;
      }
      final BoundSeries first = first();
      if (first != null) {
        first.stream.recordDouble(value, first, context);
        for (final BoundSeries other : others) {
          other.stream.recordDouble(value, other, context);
        }
      }
    }

    private void setNonFinite(double value, Context context) {
      final BoundSeries first = first();
      if (first != null) {
        setNonFinite(first, value, context);
        for (final BoundSeries other : others) {
          setNonFinite(other, value, context);
        }
      }
    }

    private void setNonFinite(BoundSeries series, double value, Context context) {
      if (series.stream.acceptsValue(value)) {
        series.stream.recordDouble(value, series, context);
      } else {
        instrument.rejectNonFinite(value);
      }
    }
  }
}
