package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.async.ObservableInstrument;
import io.glint.sdk.internal.log.ProblemLog;
import io.glint.sdk.internal.metric.InstrumentAdvice;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import java.util.List;

/** What the builders of instruments need of the meter. Thread-safe. */
public interface InstrumentRegistry {

  /** For what is wrong with the way an instrument is asked for. */
  ProblemLog warnings();

  /**
   * Returns the synchronous instrument of this identity, which is made if it is the first.
   *
   * @param advised what the builder was advised
   */
  <T> T synchronous(
      InstrumentDescriptor instrument,
      InstrumentAdvice advised,
      Class<T> kind,
      InstrumentBuilder.InstrumentFactory<T> factory);

  /** Returns the asynchronous instrument of this identity, which is made if it is the first. */
  ObservableInstrument observable(InstrumentDescriptor instrument, InstrumentAdvice advised);

  /** Registers a callback, which stays registered until the result is closed. */
  CallbackRegistration register(Runnable callback, List<ObservableInstrument> observables);
}
