package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An asynchronous instrument, as its callbacks see it. Observations count only while a callback of
 * the instrument runs, and only on the thread that runs it; others are reported and ignored (SDK
 * specification, "Observations inside asynchronous callbacks").
 */
final class ObservableInstrument implements ObservableLongMeasurement, ObservableDoubleMeasurement {
  private static final Logger LOGGER = Logger.getLogger(ObservableInstrument.class.getName());

  private record Round(Thread thread, List<AsyncStream> streams) {}

  private final GlintMeter meter;
  private final InstrumentDescriptor instrument;
  private final Map<RegisteredReader, List<AsyncStream>> streams;
  private final boolean isLong;
  private final boolean isMonotonic;
  private final RateLimitedLog strays = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog badValues = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  /** Set while a callback of this instrument runs. */
  private volatile Round round;

  ObservableInstrument(
      GlintMeter meter,
      InstrumentDescriptor instrument,
      Map<RegisteredReader, List<AsyncStream>> streams) {
    this.meter = meter;
    this.instrument = instrument;
    this.streams = Map.copyOf(streams);
    this.isLong = instrument.valueType() == InstrumentValueType.LONG;
    this.isMonotonic = instrument.isMonotonic();
  }

  GlintMeter meter() {
    return meter;
  }

  InstrumentDescriptor instrument() {
    return instrument;
  }

  Map<RegisteredReader, List<AsyncStream>> streams() {
    return streams;
  }

  /** Lets observations of the current thread go to {@code reader}. False if it drops them. */
  boolean open(RegisteredReader reader) {
    final List<AsyncStream> ofReader = streams.get(reader);
    round = ofReader == null ? null : new Round(Thread.currentThread(), ofReader);
    return ofReader != null;
  }

  void close() {
    round = null;
  }

  @Override
  public void record(long value) {
    record(value, Attributes.empty());
  }

  @Override
  public void record(long value, Attributes attributes) {
    if (!isLong) {
      record((double) value, attributes);
    } else if (isMonotonic && value < 0) {
      reject(Long.toString(value));
    } else {
      observe(value, attributes, /* isFinite= */ true);
    }
  }

  @Override
  public void record(double value) {
    record(value, Attributes.empty());
  }

  @Override
  public void record(double value, Attributes attributes) {
    if (Double.isNaN(value) || (isMonotonic && value < 0)) {
      reject(Double.toString(value));
      return;
    }
    observe(
        isLong ? (long) value : Double.doubleToRawLongBits(value),
        attributes,
        isLong || Math.abs(value) <= Double.MAX_VALUE);
  }

  private void reject(String value) {
    badValues.event(
        null,
        () ->
            "Asynchronous instrument "
                + instrument.inWords()
                + " observed "
                + value
                + ". The observation was dropped: it is no measurement, or one that a sum cannot"
                + " take. Check what computes the value; use an up-down counter for a total that"
                + " can be negative");
  }

  private void observe(long bits, Attributes attributes, boolean isFinite) {
    final Round round = this.round;
    if (round == null || round.thread() != Thread.currentThread()) {
      strays.event(
          null,
          () ->
              "Asynchronous instrument "
                  + instrument.inWords()
                  + " was observed outside its callback, or from a thread that does not run it."
                  + " The observation was dropped. Record in a callback that is registered for"
                  + " this instrument, on the thread that calls it");
      return;
    }
    for (final AsyncStream stream : round.streams()) {
      if (isFinite || !stream.isSum()) {
        observe(stream, bits, attributes == null ? Attributes.empty() : attributes);
      } else {
        reject(Double.toString(Double.longBitsToDouble(bits)));
      }
    }
  }

  private void observe(AsyncStream stream, long bits, Attributes attributes) {
    try {
      stream.observe(bits, attributes);
    } catch (Throwable t) {
      // Attributes and filters are user code; the callback goes on with its other observations.
      failures.event(
          t,
          () ->
              "An observation of asynchronous instrument "
                  + instrument.inWords()
                  + " could not be recorded and is lost");
    }
  }
}
