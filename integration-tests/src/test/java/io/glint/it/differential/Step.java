package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import java.util.List;

/**
 * A step of a program. Instruments and callbacks have numbers; a step that names one that does not
 * exist does nothing, so that any step can be taken away.
 */
sealed interface Step {

  /** One line of pseudo Java. */
  String code();

  /** Makes a synchronous instrument, or the observer of an asynchronous one. */
  record Build(int instrument, InstrumentSpec spec) implements Step {
    @Override
    public String code() {
      return "i"
          + instrument
          + " = "
          + spec.code()
          + (spec.isAsynchronous() ? ".buildObserver()" : ".build()");
    }
  }

  /** Records a measurement. */
  record Measure(int instrument, Number value, Attributes attributes, SpanChoice span)
      implements Step {
    Measure withValue(Number other) {
      return new Measure(instrument, other, attributes, span);
    }

    Measure withAttributes(Attributes others) {
      return new Measure(instrument, value, others, span);
    }

    Measure withSpan(SpanChoice other) {
      return new Measure(instrument, value, attributes, other);
    }

    @Override
    public String code() {
      final String where = span.code();
      return "i"
          + instrument
          + ".record("
          + Code.number(value)
          + ", "
          + Code.attributes(attributes)
          + (where.isEmpty() ? "" : ", " + where)
          + ")";
    }
  }

  /** What a callback does when it is run. */
  record Script(List<Observation> observations, boolean isThrowing) {
    String code() {
      final StringBuilder code = new StringBuilder("{");
      observations.forEach(observation -> code.append(' ').append(observation.code()).append(';'));
      return code.append(isThrowing ? " throw new IllegalStateException(); }" : " }").toString();
    }
  }

  /** An observation in a callback. */
  record Observation(int instrument, Number value, Attributes attributes) {
    Observation withValue(Number other) {
      return new Observation(instrument, other, attributes);
    }

    Observation withInstrument(int other) {
      return new Observation(other, value, attributes);
    }

    Observation withAttributes(Attributes others) {
      return new Observation(instrument, value, others);
    }

    String code() {
      return "i"
          + instrument
          + ".observe("
          + Code.number(value)
          + ", "
          + Code.attributes(attributes)
          + ")";
    }
  }

  /**
   * Registers a callback.
   *
   * @param isBatch whether it is a batch callback of the instruments, by the meter of the first
   *     one; otherwise the first instrument is built again, with the callback
   */
  record Register(int callback, boolean isBatch, List<Integer> instruments, Script script)
      implements Step {
    @Override
    public String code() {
      return "c"
          + callback
          + " = "
          + (isBatch
              ? "batchCallback" + instruments
              : "i" + instruments.get(0) + "'s builder.buildWithCallback")
          + " () -> "
          + script.code();
    }
  }

  /** Changes what a callback does. */
  record Change(int callback, Script script) implements Step {
    @Override
    public String code() {
      return "c" + callback + " from now on () -> " + script.code();
    }
  }

  /** Closes a callback's registration. */
  record Close(int callback) implements Step {
    @Override
    public String code() {
      return "c" + callback + ".close()";
    }
  }

  /** Lets time pass, at least 0 ns. */
  record Advance(long nanos) implements Step {
    @Override
    public String code() {
      return "clock.advance(" + nanos + ")";
    }
  }

  /** Sets the wall clock back, at least 0 ns; the monotonic clock stands still. */
  record SetBack(long nanos) implements Step {
    @Override
    public String code() {
      return "wallClock.setBack(" + nanos + ")";
    }
  }

  /** Lets a reader collect. */
  record Collect(int reader) implements Step {
    @Override
    public String code() {
      return "reader" + reader + ".collect()";
    }
  }

  /** Flushes the provider, which makes all readers collect. */
  record ForceFlush() implements Step {
    @Override
    public String code() {
      return "provider.forceFlush()";
    }
  }

  /** Shuts the provider down, which makes all readers collect a last time. */
  record Shutdown() implements Step {
    @Override
    public String code() {
      return "provider.shutdown()";
    }
  }

  /** Stands where a step was taken out, so that the others keep their places. */
  record Nothing() implements Step {
    @Override
    public String code() {
      return "";
    }
  }
}
