package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What synchronous instruments share. Instruments are thread-safe. Their recording calls never
 * wait, never throw and never log: a measurement that cannot be accepted is counted, and reported
 * by the next collection, at most once a minute for each instrument and reason.
 */
public abstract class SyncInstrument {
  private static final Logger LOGGER = Logger.getLogger(SyncInstrument.class.getName());

  private static final MetricStream[] NONE = {};
  private static final VarHandle OFF = offHandle();

  /**
   * The stream to record into; null if every reader drops what is recorded. Nearly always there is
   * one. It is in a field of its own because what is loaded before the atomic instruction of a
   * recording costs time; a way through an array costs as much as half that instruction.
   */
  public final @Nullable MetricStream first;

  /** Further streams, each once. Never written after construction. */
  final MetricStream[] others;

  private final InstrumentDescriptor instrument;
  private final RecordingContext context;

  /** Whether any stream has exemplars, which may need the current context. */
  private final boolean mayReadContext;

  /** The same while the meter is enabled. A plain read: a change may arrive late. */
  private boolean readsContext;

  /**
   * Whether the meter is disabled. A change has to reach recorders some time, not at once, which is
   * what opaque access gives, at the price of a plain one. Accessed through {@link #OFF}.
   */
  @SuppressWarnings("UnusedVariable")
  private boolean isOff;

  private final DeferredReport negatives;
  private final DeferredReport nonFinites;
  private final DeferredReport nulls;
  private final DeferredReport noContexts;

  SyncInstrument(
      InstrumentDescriptor instrument, Collection<MetricStream> streams, RecordingContext context) {
    this.instrument = instrument;
    final MetricStream[] each = new LinkedHashSet<>(streams).toArray(NONE);
    this.first = each.length == 0 ? null : each[0];
    this.others = each.length < 2 ? NONE : Arrays.copyOfRange(each, 1, each.length);
    this.context = context;
    this.mayReadContext = streams.stream().anyMatch(stream -> stream.sampling.readsContext());
    this.readsContext = mayReadContext;
    this.negatives = report(DropCounters.Reason.INVALID_VALUE, this::ofNegative);
    this.nonFinites = report(DropCounters.Reason.INVALID_VALUE, this::ofNonFinite);
    this.nulls = report(/* reason= */ null, unused -> ofNullAttributes());
    this.noContexts = report(DropCounters.Reason.EXEMPLAR, unused -> ofMissingContext());
  }

  private DeferredReport report(
      DropCounters.@Nullable Reason reason, DoubleFunction<String> message) {
    return new DeferredReport(context.losses(), reason, LOGGER, message);
  }

  private static VarHandle offHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(SyncInstrument.class, "isOff", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * The stream to record into now, and with it the {@link #others}; null also while the meter is
   * disabled. The switch is read beside the stream, not on the way to it.
   */
  public final @Nullable MetricStream first() {
    return isOff() ? null : first;
  }

  public final boolean isOff() {
    return (boolean) OFF.getOpaque(this);
  }

  /** Reaches recorders some time later. Guarded by the meter. */
  public final void setOff(boolean off) {
    readsContext = !off && mayReadContext;
    OFF.setOpaque(this, off);
  }

  /** The current context if exemplars may need it; otherwise nothing is read. */
  public final Context currentContext() {
    return readsContext ? currentOrRoot() : Context.root();
  }

  /** The storage of contexts may be user code, too. */
  private Context currentOrRoot() {
    try {
      return Context.current();
    } catch (Throwable t) {
      noContexts.event(0, t);
      return Context.root();
    }
  }

  /** The attributes, or none in place of null, which is reported. */
  final Attributes orEmpty(@Nullable Attributes attributes) {
    return attributes != null ? attributes : noAttributes();
  }

  private Attributes noAttributes() {
    if (!isOff()) {
      nulls.event(0, null);
    }
    return Attributes.empty();
  }

  /** False for NaN too. */
  static boolean isFiniteAndNotNegative(double value) {
    return value >= 0 && value <= Double.MAX_VALUE;
  }

  /** Drops a value that an instrument that can only grow, or a histogram, does not take. */
  final void reject(double value) {
    if (!isOff()) {
      (Double.isFinite(value) ? negatives : nonFinites).event(value, null);
    }
  }

  /** Drops a value that is no measurement, or would make a sum useless permanently. */
  final void rejectNonFinite(double value) {
    if (!isOff()) {
      nonFinites.event(value, null);
    }
  }

  private String ofNegative(double value) {
    return "Instrument "
        + instrument.describe()
        + " was given the negative value "
        + value
        + ". The measurement was dropped: a "
        + instrument.type().name().toLowerCase(Locale.ROOT)
        + " takes no negative values. Use an up-down counter or a gauge for what can fall";
  }

  private String ofNonFinite(double value) {
    return "Instrument "
        + instrument.describe()
        + " was given the value "
        + value
        + ". The measurement was dropped: it is no measurement, or would make every later sum"
        + " infinite. Check what computes the value";
  }

  private String ofNullAttributes() {
    return "Instrument "
        + instrument.describe()
        + " was given null attributes. They were taken for none. Use Attributes.empty()";
  }

  private String ofMissingContext() {
    return "The current context could not be read for a measurement of instrument "
        + instrument.describe()
        + ". The measurement was counted as one outside of any span. Check the context storage"
        + " provider that is set";
  }

  /** As {@link MetricStream#setSeriesRemovable}, for all streams. */
  public final void setSeriesRemovable(Attributes attributes, boolean isRemovable) {
    if (first != null) {
      first.setSeriesRemovable(attributes, isRemovable);
      for (final MetricStream other : others) {
        other.setSeriesRemovable(attributes, isRemovable);
      }
    }
  }

  /** Which instrument it is, for messages of others. */
  @Override
  public final String toString() {
    return "Instrument "
        + instrument.describe()
        + " of meter '"
        + LogText.of(context.scope().getName())
        + (isRecording() ? "'" : "', which records nothing");
  }

  /** For tests. */
  public final List<MetricStream> streams() {
    final List<MetricStream> streams = new ArrayList<>(Arrays.asList(others));
    if (first != null) {
      streams.add(0, first);
    }
    return streams;
  }

  /**
   * False if every reader drops what is recorded, while the meter is disabled, and after shutdown.
   */
  final boolean isRecording() {
    return first() != null && !context.isShutdown();
  }
}
