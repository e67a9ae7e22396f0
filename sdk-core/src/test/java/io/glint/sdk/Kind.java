package io.glint.sdk;

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
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.util.List;

/** The kinds of synchronous instruments, as one, for what holds of all. */
enum Kind {
  LONG_COUNTER {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedLongCounterBuilder builder =
          (ExtendedLongCounterBuilder) meter.counterBuilder("instrument");
      final ExtendedLongCounter instrument =
          (ExtendedLongCounter)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.add((long) value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundLongCounter bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.add((long) value);
            }

            @Override
            public void record(double value, Context context) {
              bound.add((long) value, context);
            }
          };
        }
      };
    }
  },

  DOUBLE_COUNTER {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedDoubleCounterBuilder builder =
          (ExtendedDoubleCounterBuilder) meter.counterBuilder("instrument").ofDoubles();
      final ExtendedDoubleCounter instrument =
          (ExtendedDoubleCounter)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.add(value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundDoubleCounter bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.add(value);
            }

            @Override
            public void record(double value, Context context) {
              bound.add(value, context);
            }
          };
        }
      };
    }
  },

  LONG_UPDOWNCOUNTER {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedLongUpDownCounterBuilder builder =
          (ExtendedLongUpDownCounterBuilder) meter.upDownCounterBuilder("instrument");
      final ExtendedLongUpDownCounter instrument =
          (ExtendedLongUpDownCounter)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.add((long) value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundLongUpDownCounter bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.add((long) value);
            }

            @Override
            public void record(double value, Context context) {
              bound.add((long) value, context);
            }
          };
        }
      };
    }
  },

  DOUBLE_UPDOWNCOUNTER {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedDoubleUpDownCounterBuilder builder =
          (ExtendedDoubleUpDownCounterBuilder) meter.upDownCounterBuilder("instrument").ofDoubles();
      final ExtendedDoubleUpDownCounter instrument =
          (ExtendedDoubleUpDownCounter)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.add(value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundDoubleUpDownCounter bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.add(value);
            }

            @Override
            public void record(double value, Context context) {
              bound.add(value, context);
            }
          };
        }
      };
    }
  },

  LONG_HISTOGRAM {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedLongHistogramBuilder builder =
          (ExtendedLongHistogramBuilder) meter.histogramBuilder("instrument").ofLongs();
      final ExtendedLongHistogram instrument =
          (ExtendedLongHistogram)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.record((long) value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundLongHistogram bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.record((long) value);
            }

            @Override
            public void record(double value, Context context) {
              bound.record((long) value, context);
            }
          };
        }
      };
    }
  },

  DOUBLE_HISTOGRAM {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedDoubleHistogramBuilder builder =
          (ExtendedDoubleHistogramBuilder) meter.histogramBuilder("instrument");
      final ExtendedDoubleHistogram instrument =
          (ExtendedDoubleHistogram)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.record(value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundDoubleHistogram bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.record(value);
            }

            @Override
            public void record(double value, Context context) {
              bound.record(value, context);
            }
          };
        }
      };
    }
  },

  LONG_GAUGE {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedLongGaugeBuilder builder =
          (ExtendedLongGaugeBuilder) meter.gaugeBuilder("instrument").ofLongs();
      final ExtendedLongGauge instrument =
          (ExtendedLongGauge)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.set((long) value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundLongGauge bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.set((long) value);
            }

            @Override
            public void record(double value, Context context) {
              bound.set((long) value, context);
            }
          };
        }
      };
    }
  },

  DOUBLE_GAUGE {
    @Override
    Instrument make(Meter meter, List<AttributeKey<?>> advice) {
      final ExtendedDoubleGaugeBuilder builder =
          (ExtendedDoubleGaugeBuilder) meter.gaugeBuilder("instrument");
      final ExtendedDoubleGauge instrument =
          (ExtendedDoubleGauge)
              (advice == null ? builder : builder.setAttributesAdvice(advice)).build();
      return new Instrument() {
        @Override
        public void record(double value, Attributes attributes) {
          instrument.set(value, attributes);
        }

        @Override
        public Bound bind(Attributes attributes) {
          final BoundDoubleGauge bound = instrument.bind(attributes);
          return new Bound() {
            @Override
            public void record(double value) {
              bound.set(value);
            }

            @Override
            public void record(double value, Context context) {
              bound.set(value, context);
            }
          };
        }
      };
    }
  };

  /** A bound instrument. */
  interface Bound {
    void record(double value);

    void record(double value, Context context);
  }

  /** An instrument that can be bound. */
  interface Instrument {
    void record(double value, Attributes attributes);

    Bound bind(Attributes attributes);
  }

  /** Makes an instrument named "instrument"; {@code advice} is null for none. */
  abstract Instrument make(Meter meter, List<AttributeKey<?>> advice);

  final Instrument make(Meter meter) {
    return make(meter, null);
  }
}
