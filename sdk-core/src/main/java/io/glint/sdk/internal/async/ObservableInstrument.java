package io.glint.sdk.internal.async;

import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous instrument, as its callbacks see it. Observations count only while a callback of
 * the instrument runs, and only on the thread that runs it; others are ignored, and reported by the
 * next collection: they may come from any thread of the application, which must not log (SDK
 * specification, "Observations inside asynchronous callbacks").
 */
public final class ObservableInstrument
    implements ObservableLongMeasurement, ObservableDoubleMeasurement {
  private static final Logger LOGGER = Logger.getLogger(ObservableInstrument.class.getName());

  /** How long an observation is waited for that is under way when its callback is abandoned. */
  private static final long COLLECT_TIMEOUT_NANOS = 100_000_000;

  /**
   * One run of a callback, as the instrument sees it. Once it is closed no observation of the run
   * begins any more. One may be under way, if another thread has closed it: {@link
   * #awaitObservation}.
   */
  public static final class Invocation {
    private final Thread thread;
    private final Observer observer;
    private final List<AsyncStream> streams;

    private volatile boolean isClosed;

    private Invocation(Thread thread, Observer observer, List<AsyncStream> streams) {
      this.thread = thread;
      this.observer = observer;
      this.streams = streams;
    }

    /** Returns false if another thread hangs in an observation for the stream. */
    private boolean observe(AsyncStream stream, long bits, Attributes attributes, Attributes kept) {
      if (!stream.turn().take()) {
        return false;
      }
      try {
        // With the turn taken: who leaves the run behind closes it, and then looks at the turn.
        if (!isClosed) {
          stream.observe(observer, bits, attributes, kept);
        }
      } finally {
        stream.endObservation();
      }
      return true;
    }

    /** Waits for an observation that is under way, or gives it up if it hangs. */
    void awaitObservation() {
      for (int i = 0; i < streams.size(); i++) {
        streams.get(i).turn().await(thread, COLLECT_TIMEOUT_NANOS);
      }
    }
  }

  private final RecordingContext context;
  private final InstrumentDescriptor instrument;
  private final Map<ReaderId, List<AsyncStream>> streams;
  private final boolean isLong;
  private final boolean isMonotonic;
  private final DeferredReport outsideCallback;
  private final DeferredReport badValues;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  /** Set while a callback of this instrument runs. */
  private final AtomicReference<@Nullable Invocation> current = new AtomicReference<>();

  public ObservableInstrument(
      RecordingContext context,
      InstrumentDescriptor instrument,
      Map<ReaderId, List<AsyncStream>> streams) {
    this.context = context;
    this.instrument = instrument;
    this.streams = Map.copyOf(streams);
    this.isLong = instrument.valueType() == InstrumentValueType.LONG;
    this.isMonotonic = instrument.isMonotonic();
    this.outsideCallback =
        new DeferredReport(
            context.losses(),
            DropCounters.Reason.OUTSIDE_CALLBACK,
            LOGGER,
            value -> ofOutsideCallback());
    this.badValues =
        new DeferredReport(
            context.losses(), DropCounters.Reason.INVALID_VALUE, LOGGER, this::ofBadValue);
  }

  private String ofOutsideCallback() {
    return "Asynchronous instrument "
        + instrument.describe()
        + " was observed outside its callback, from a thread that does not run it, or after"
        + " the callback has exceeded its timeout (setCallbackTimeout). The observation"
        + " was dropped. Record in a callback that is registered for"
        + " this instrument, on the thread that calls it";
  }

  private String ofBadValue(double value) {
    return "Asynchronous instrument "
        + instrument.describe()
        + " observed "
        + value
        + ". The observation was dropped: it is no measurement, or one that a sum cannot"
        + " take. Check what computes the value; use an up-down counter for a total that"
        + " can be negative";
  }

  /** That of its meter. */
  public RecordingContext context() {
    return context;
  }

  public InstrumentDescriptor instrument() {
    return instrument;
  }

  public Map<ReaderId, List<AsyncStream>> streams() {
    return streams;
  }

  /**
   * Lets observations of the current thread go to {@code reader}, until the result is closed.
   *
   * @param observer stands for the callback that observes
   */
  public Invocation open(ReaderId reader, Observer observer) {
    final Invocation invocation =
        new Invocation(Thread.currentThread(), observer, streams.getOrDefault(reader, List.of()));
    current.set(invocation);
    return invocation;
  }

  /** Ends an invocation. For any thread, and harmless if it is closed. */
  public void close(Invocation invocation) {
    invocation.isClosed = true;
    current.compareAndSet(invocation, null);
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
      reject((double) value);
    } else {
      observe(value, attributes);
    }
  }

  @Override
  public void record(double value) {
    record(value, Attributes.empty());
  }

  @Override
  public void record(double value, Attributes attributes) {
    if (isLong) {
      record((long) value, attributes);
    } else if (Double.isNaN(value) || (isMonotonic && value < 0)) {
      reject(value);
    } else {
      observe(Double.doubleToRawLongBits(value), attributes);
    }
  }

  private void observe(long bits, @Nullable Attributes attributesOrNull) {
    final Invocation invocation = current.get();
    if (context.isNoop()) {
      return;
    }
    if (invocation == null || invocation.thread != Thread.currentThread()) {
      outsideCallback.event(0, null);
      return;
    }
    final Attributes attributes = attributesOrNull == null ? Attributes.empty() : attributesOrNull;
    // Without an iterator, which would be one for each observation until this is compiled.
    for (int i = 0; i < invocation.streams.size(); i++) {
      observe(invocation, invocation.streams.get(i), bits, attributes);
    }
  }

  /** Whatever one view's filter does, the other streams get the observation. */
  private void observe(
      Invocation invocation, AsyncStream stream, long bits, Attributes attributes) {
    if (!stream.acceptsValue(bits)) {
      reject(Double.longBitsToDouble(bits));
      return;
    }
    try {
      if (!invocation.observe(stream, bits, attributes, stream.keep(attributes))) {
        stream.countHanging();
      }
    } catch (Throwable t) {
      context.losses().count(DropCounters.Reason.ATTRIBUTES_UNUSABLE);
      failures.event(
          t,
          () ->
              "An observation of asynchronous instrument "
                  + instrument.describe()
                  + " for metric '"
                  + LogText.of(stream.metric().name())
                  + "' was lost. If a view filters its attributes, check the filter");
    }
  }

  /** Which instrument it is, for messages of others. */
  @Override
  public String toString() {
    return "Asynchronous instrument "
        + instrument.describe()
        + " of meter '"
        + LogText.of(context.scope().getName())
        + (streams.isEmpty() || !context.isEnabled() || context.isShutdown()
            ? "', which records nothing"
            : "'");
  }

  private void reject(double value) {
    if (context.isNoop()) {
      return;
    }
    badValues.event(value, null);
  }
}
