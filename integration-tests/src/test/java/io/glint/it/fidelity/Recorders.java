package io.glint.it.fidelity;

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
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongGauge;
import io.opentelemetry.api.incubator.metrics.ExtendedLongHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedLongUpDownCounter;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/** Makes instruments by the API: plain ones, and bound ones of the incubating API. */
final class Recorders {
  /** The attributes of each series. */
  static final List<Attributes> SERIES =
      List.of(Attributes.of(SeenData.SERIES, "0"), Attributes.of(SeenData.SERIES, "1"));

  private final Meter meter;

  Recorders(Meter meter) {
    this.meter = meter;
  }

  Recorder of(Combination combination, boolean isBound) {
    final String name = combination.name();
    return switch (combination.kind()) {
      case LONG_COUNTER ->
          isBound
              ? bound(meter.counterBuilder(name).build())
              : plain(meter.counterBuilder(name).build());
      case LONG_UP_DOWN_COUNTER ->
          isBound
              ? bound(meter.upDownCounterBuilder(name).build())
              : plain(meter.upDownCounterBuilder(name).build());
      case LONG_GAUGE ->
          isBound
              ? bound(meter.gaugeBuilder(name).ofLongs().build())
              : plain(meter.gaugeBuilder(name).ofLongs().build());
      case LONG_HISTOGRAM ->
          isBound
              ? bound(meter.histogramBuilder(name).ofLongs().build())
              : plain(meter.histogramBuilder(name).ofLongs().build());
      case DOUBLE_COUNTER ->
          isBound
              ? bound(meter.counterBuilder(name).ofDoubles().build())
              : plain(meter.counterBuilder(name).ofDoubles().build());
      case DOUBLE_UP_DOWN_COUNTER ->
          isBound
              ? bound(meter.upDownCounterBuilder(name).ofDoubles().build())
              : plain(meter.upDownCounterBuilder(name).ofDoubles().build());
      case DOUBLE_GAUGE ->
          isBound
              ? bound(meter.gaugeBuilder(name).build())
              : plain(meter.gaugeBuilder(name).build());
      case DOUBLE_HISTOGRAM ->
          isBound
              ? bound(meter.histogramBuilder(name).build())
              : plain(meter.histogramBuilder(name).build());
      default -> throw new IllegalArgumentException(combination + " is observed, not recorded");
    };
  }

  private static Recorder plain(LongCounter instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.add((long) value, SERIES.get(series));
      } else {
        instrument.add((long) value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(LongCounter instrument) {
    final List<BoundLongCounter> bound =
        SERIES.stream().map(((ExtendedLongCounter) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).add((long) value);
      } else {
        bound.get(series).add((long) value, context);
      }
    };
  }

  private static Recorder plain(LongUpDownCounter instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.add((long) value, SERIES.get(series));
      } else {
        instrument.add((long) value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(LongUpDownCounter instrument) {
    final List<BoundLongUpDownCounter> bound =
        SERIES.stream().map(((ExtendedLongUpDownCounter) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).add((long) value);
      } else {
        bound.get(series).add((long) value, context);
      }
    };
  }

  private static Recorder plain(LongGauge instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.set((long) value, SERIES.get(series));
      } else {
        instrument.set((long) value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(LongGauge instrument) {
    final List<BoundLongGauge> bound =
        SERIES.stream().map(((ExtendedLongGauge) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).set((long) value);
      } else {
        bound.get(series).set((long) value, context);
      }
    };
  }

  private static Recorder plain(LongHistogram instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.record((long) value, SERIES.get(series));
      } else {
        instrument.record((long) value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(LongHistogram instrument) {
    final List<BoundLongHistogram> bound =
        SERIES.stream().map(((ExtendedLongHistogram) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).record((long) value);
      } else {
        bound.get(series).record((long) value, context);
      }
    };
  }

  private static Recorder plain(DoubleCounter instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.add(value, SERIES.get(series));
      } else {
        instrument.add(value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(DoubleCounter instrument) {
    final List<BoundDoubleCounter> bound =
        SERIES.stream().map(((ExtendedDoubleCounter) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).add(value);
      } else {
        bound.get(series).add(value, context);
      }
    };
  }

  private static Recorder plain(DoubleUpDownCounter instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.add(value, SERIES.get(series));
      } else {
        instrument.add(value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(DoubleUpDownCounter instrument) {
    final List<BoundDoubleUpDownCounter> bound =
        SERIES.stream().map(((ExtendedDoubleUpDownCounter) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).add(value);
      } else {
        bound.get(series).add(value, context);
      }
    };
  }

  private static Recorder plain(DoubleGauge instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.set(value, SERIES.get(series));
      } else {
        instrument.set(value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(DoubleGauge instrument) {
    final List<BoundDoubleGauge> bound =
        SERIES.stream().map(((ExtendedDoubleGauge) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).set(value);
      } else {
        bound.get(series).set(value, context);
      }
    };
  }

  private static Recorder plain(DoubleHistogram instrument) {
    return (value, series, context) -> {
      if (context == null) {
        instrument.record(value, SERIES.get(series));
      } else {
        instrument.record(value, SERIES.get(series), context);
      }
    };
  }

  private static Recorder bound(DoubleHistogram instrument) {
    final List<BoundDoubleHistogram> bound =
        SERIES.stream().map(((ExtendedDoubleHistogram) instrument)::bind).toList();
    return (value, series, context) -> {
      if (context == null) {
        bound.get(series).record(value);
      } else {
        bound.get(series).record(value, context);
      }
    };
  }
}
