package io.glint.sdk.internal.exemplar;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How a stream gets its exemplars: which measurements are eligible, and the reservoirs they are
 * offered to. Implements the ExemplarFilter of the SDK specification. Thread-safe.
 */
public final class ExemplarSampling {
  private static final Logger LOGGER = Logger.getLogger(ExemplarSampling.class.getName());

  /** Result for a measurement where exemplars are off: nothing is counted. */
  static final int OFF = -1;

  /** Result for a measurement that may become an exemplar. */
  public static final int ELIGIBLE = 0;

  /** Result for a measurement that was made outside of a span; a cell counts them in this word. */
  public static final int NO_SPAN = 1;

  /**
   * Result for one in a span that is not sampled, or that a filter of the user's own refuses; a
   * cell counts them in this word.
   */
  public static final int REFUSED = 2;

  public enum Filter {
    OFF,
    ON,
    TRACE_BASED,
    CUSTOM
  }

  private final Filter filter;

  private final CustomExemplarFilter customFilter;

  private final String instrumentName;
  private final ExemplarReservoirFactory factory;
  private final ReservoirSettings settings;
  private final DropCounters losses;
  private final DeferredReport spanFailures;
  private final DeferredReport filterFailures;
  private final DeferredReport reservoirFailures;

  /** Null if spans are not marked, which is known when the instrument is made. */
  private final @Nullable SpanMarking spanMarking;

  /**
   * Sampling of one stream.
   *
   * @param spanMarkKey the attribute that marks the spans of measurements that are kept; null for
   *     none
   */
  public ExemplarSampling(
      CustomExemplarFilter filter,
      String instrumentName,
      ExemplarReservoirFactory factory,
      ReservoirSettings settings,
      DropCounters losses,
      @Nullable AttributeKey<String> spanMarkKey) {
    this.filter = toFilter(filter);
    this.customFilter = filter;
    this.instrumentName = instrumentName;
    this.factory = factory;
    this.settings = settings;
    this.losses = losses;
    this.spanFailures = report(this::ofSpan);
    this.filterFailures = report(this::ofFilter);
    this.reservoirFailures = report(this::ofReservoir);
    this.spanMarking =
        spanMarkKey == null ? null : new SpanMarking(spanMarkKey, instrumentName, losses);
  }

  private DeferredReport report(Supplier<String> message) {
    return new DeferredReport(
        losses, DropCounters.Reason.EXEMPLAR, LOGGER, unusedValue -> message.get());
  }

  /** Sampling whose losses are not reported. */
  public ExemplarSampling(
      CustomExemplarFilter filter,
      String instrumentName,
      ExemplarReservoirFactory factory,
      ReservoirSettings settings) {
    this(filter, instrumentName, factory, settings, new DropCounters(), /* spanMarkKey= */ null);
  }

  private static Filter toFilter(CustomExemplarFilter filter) {
    if (filter == CustomExemplarFilter.alwaysOff()) {
      return Filter.OFF;
    }
    if (filter == CustomExemplarFilter.alwaysOn()) {
      return Filter.ON;
    }
    return filter == CustomExemplarFilter.traceBased() ? Filter.TRACE_BASED : Filter.CUSTOM;
  }

  /** Null if spans are not marked. */
  public @Nullable SpanMarking spanMarking() {
    return spanMarking;
  }

  /** Where what this instrument loses is counted, measurements too. */
  public DropCounters losses() {
    return losses;
  }

  public Filter filter() {
    return filter;
  }

  /** The filter as the user named it. */
  public String describeFilter() {
    return LogText.nameOf(customFilter);
  }

  public String describeReservoir() {
    return LogText.nameOf(factory);
  }

  /** False if what is in the context of a measurement makes no difference. */
  public boolean readsContext() {
    return filter != Filter.OFF;
  }

  /** The time of a measurement that is made now, in nanoseconds since the Unix epoch. */
  public long measurementTime() {
    return settings.epochNanoClock().getAsLong();
  }

  /** True if a measurement outside of any span may be eligible. */
  public boolean mayAdmitWithoutSpan() {
    return filter == Filter.ON || filter == Filter.CUSTOM;
  }

  /**
   * Says whether a measurement may become an exemplar.
   *
   * @param context null counts as one without a span, and is not eligible even if every measurement
   *     is; a filter of the user's own is given the root context for it
   * @return one of the results above
   */
  public int evaluateDouble(double value, Attributes attributes, @Nullable Context context) {
    final Filter filter = this.filter;
    if (filter == Filter.OFF) {
      return OFF;
    }
    return filter == Filter.CUSTOM
        ? evaluateByCustomFilter(value, 0, true, attributes, context)
        : evaluate(filter, context);
  }

  /** As {@link #evaluateDouble}. */
  public int evaluateLong(long value, Attributes attributes, @Nullable Context context) {
    final Filter filter = this.filter;
    if (filter == Filter.OFF) {
      return OFF;
    }
    return filter == Filter.CUSTOM
        ? evaluateByCustomFilter(0, value, false, attributes, context)
        : evaluate(filter, context);
  }

  private int evaluate(Filter filter, @Nullable Context context) {
    if (context == null) {
      return NO_SPAN;
    }
    return filter == Filter.ON ? ELIGIBLE : evaluateSpan(context);
  }

  private int evaluateSpan(Context context) {
    try {
      final SpanContext span = Span.fromContext(context).getSpanContext();
      if (span.isSampled()) {
        return ELIGIBLE;
      }
      return span.isValid() ? REFUSED : NO_SPAN;
    } catch (Throwable e) {
      report(spanFailures, e);
      return REFUSED;
    }
  }

  private int evaluateByCustomFilter(
      double doubleValue,
      long longValue,
      boolean isDouble,
      Attributes attributes,
      @Nullable Context contextOrNull) {
    try {
      final Context context = contextOrNull == null ? Context.root() : contextOrNull;
      final boolean isEligible =
          isDouble
              ? customFilter.isEligible(doubleValue, attributes, context)
              : customFilter.isEligible(longValue, attributes, context);
      return isEligible ? ELIGIBLE : REFUSED;
    } catch (Throwable e) {
      report(filterFailures, e);
      return REFUSED;
    }
  }

  public ExemplarReservoir newReservoir() {
    return Objects.requireNonNull(
        factory.create(settings), "the exemplar reservoir factory returned null");
  }

  /**
   * Does what is left to do for a measurement that was offered to a reservoir, after its cell was
   * given back: reports that the reservoir threw, or marks the span. Never throws and never logs.
   *
   * @param leftToDo what was thrown, or {@link #spanMarking}
   * @param context that of the measurement; may be null
   */
  @SuppressWarnings("NullAway") // Without marking, all that is left is what was thrown.
  public void afterOffer(Object leftToDo, @Nullable Context context) {
    if (leftToDo instanceof Throwable thrown) {
      reservoirFailed(thrown);
    } else {
      spanMarking.mark(context);
    }
  }

  /**
   * Reports that a reservoir threw; what it had kept of the series' interval may be lost. Never
   * throws and never logs, as recording calls do this.
   */
  public void reservoirFailed(Throwable cause) {
    report(reservoirFailures, cause);
  }

  static void report(DeferredReport report, Throwable cause) {
    try {
      report.event(0, cause);
    } catch (StackOverflowError e) {
      // Not even this call has a stack. The application goes on.
    }
  }

  private String ofSpan() {
    return "A span could not be read for an exemplar of "
        + instrumentName
        + ". The measurement was counted; it has no exemplar. Check the tracing SDK that made the"
        + " span";
  }

  private String ofFilter() {
    return "The exemplar filter "
        + describeFilter()
        + " threw for a measurement of "
        + instrumentName
        + ". The measurement was counted; it has no exemplar. Exemplar filters must not throw";
  }

  private String ofReservoir() {
    return "The exemplar reservoir of instrument "
        + instrumentName
        + ", or its factory, failed. The measurement was counted, its exemplar is lost. Exemplar"
        + " reservoirs must not throw";
  }
}
