package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What synchronous instruments share. Instruments are thread-safe and their recording calls never
 * wait and never throw: a measurement that cannot be accepted is counted and reported, at most once
 * a minute for each instrument and reason.
 */
abstract class SyncInstrument {
  private static final Logger LOGGER = Logger.getLogger(SyncInstrument.class.getName());

  private static final Stream[] NONE = {};
  private static final VarHandle OFF = offHandle();

  /** Each once; usually one. Never written after construction. */
  private final Stream[] streams;

  private final InstrumentDescriptor instrument;
  private final ProviderState provider;

  /** Whether exemplars may need the current context. A plain read: late is early enough. */
  private boolean readsContext;

  /**
   * Whether the meter is disabled. A change has to reach recorders some time, not at once, which is
   * what opaque access gives, at the price of a plain one. Accessed through {@link #OFF}.
   */
  @SuppressWarnings("UnusedVariable")
  private boolean isOff;

  private final RateLimitedLog negatives = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog nonFinites = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog nulls = new RateLimitedLog(LOGGER, Level.WARNING);

  SyncInstrument(
      InstrumentDescriptor instrument, Collection<Stream> streams, ProviderState provider) {
    this.instrument = instrument;
    this.streams = new HashSet<>(streams).toArray(new Stream[0]);
    this.provider = provider;
    this.readsContext = !provider.exemplarsAreOff();
  }

  private static VarHandle offHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(SyncInstrument.class, "isOff", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The streams to record into now: none while the meter is disabled. */
  final Stream[] streams() {
    return isOff() ? NONE : streams;
  }

  final boolean isOff() {
    return (boolean) OFF.getOpaque(this);
  }

  /** Reaches recorders some time later. Guarded by the meter. */
  final void setOff(boolean off) {
    readsContext = !off && !provider.exemplarsAreOff();
    OFF.setOpaque(this, off);
  }

  /** The current context if exemplars may need it; otherwise nothing is read. */
  final Context currentContext() {
    return readsContext ? Context.current() : Context.root();
  }

  /** The attributes, or none in place of null, which is reported. */
  final Attributes orEmpty(Attributes attributes) {
    return attributes != null ? attributes : noAttributes();
  }

  private Attributes noAttributes() {
    if (nulls.isDue()) {
      nulls.log(
          "Instrument "
              + instrument.inWords()
              + " was given null attributes. The measurement was recorded without attributes. Use"
              + " Attributes.empty()",
          null);
    }
    return Attributes.empty();
  }

  /** Drops a value that an instrument that can only grow, or a histogram, does not take. */
  final void reject(double value) {
    if (isOff()) {
      return;
    }
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      rejectNonFinite(value);
    } else {
      provider.losses().count(Losses.Reason.INVALID_VALUE);
      if (negatives.isDue()) {
        negatives.log(
            "Instrument "
                + instrument.inWords()
                + " was given the negative value "
                + value
                + ". The measurement was dropped: a "
                + instrument.type().name().toLowerCase(Locale.ROOT)
                + " takes no negative values. Use an up-down counter or a gauge for what can fall",
            null);
      }
    }
  }

  /** Drops a value that is no measurement, or would make a sum useless for ever. */
  final void rejectNonFinite(double value) {
    if (isOff()) {
      return;
    }
    provider.losses().count(Losses.Reason.INVALID_VALUE);
    if (nonFinites.isDue()) {
      nonFinites.log(
          "Instrument "
              + instrument.inWords()
              + " was given the value "
              + value
              + ". The measurement was dropped: it is no measurement, or would make every later sum"
              + " infinite. Check what computes the value",
          null);
    }
  }

  /**
   * False if every reader drops what is recorded, while the meter is disabled, and after shutdown.
   */
  final boolean isRecording() {
    return streams().length > 0 && !provider.isShutdown();
  }
}
