package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How a stream gets its exemplars: which measurements are eligible, and the reservoirs they are
 * offered to. Implements the ExemplarFilter of the SDK specification. Thread-safe.
 */
final class ExemplarSampling {
  private static final Logger LOGGER = Logger.getLogger(ExemplarSampling.class.getName());

  /** The stock filters are markers without methods; they are told apart by identity. */
  private enum Filter {
    OFF,
    ON,
    TRACE_BASED
  }

  private final Filter filter;
  private final String instrumentName;
  private final ExemplarReservoirFactory factory;
  private final ReservoirSettings settings;
  private final Losses losses;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  ExemplarSampling(
      ExemplarFilter filter,
      String instrumentName,
      ExemplarReservoirFactory factory,
      ReservoirSettings settings,
      Losses losses) {
    this.filter = toFilter(filter);
    this.instrumentName = instrumentName;
    this.factory = factory;
    this.settings = settings;
    this.losses = losses;
  }

  /** Sampling whose losses nobody is told. */
  ExemplarSampling(
      ExemplarFilter filter,
      String instrumentName,
      ExemplarReservoirFactory factory,
      ReservoirSettings settings) {
    this(filter, instrumentName, factory, settings, new Losses());
  }

  private static Filter toFilter(ExemplarFilter filter) {
    if (filter == ExemplarFilter.alwaysOff()) {
      return Filter.OFF;
    }
    if (filter == ExemplarFilter.alwaysOn()) {
      return Filter.ON;
    }
    if (filter == ExemplarFilter.traceBased()) {
      return Filter.TRACE_BASED;
    }
    throw new IllegalArgumentException(
        "Exemplar filter "
            + filter
            + " is not supported. Use ExemplarFilter.traceBased(), alwaysOn() or alwaysOff().");
  }

  /** Throws if {@link #ExemplarSampling} would. */
  static ExemplarFilter requireSupported(ExemplarFilter filter) {
    toFilter(Objects.requireNonNull(filter, "filter"));
    return filter;
  }

  /** Where what this instrument loses is counted, measurements too. */
  Losses losses() {
    return losses;
  }

  /** True if every measurement is eligible, whatever its context. */
  boolean isAlwaysOn() {
    return filter == Filter.ON;
  }

  /** True if a measurement made in {@code context} may become an exemplar. */
  boolean admits(Context context) {
    final Filter filter = this.filter;
    if (filter == Filter.OFF || context == null) {
      return false;
    }
    return filter == Filter.ON || isSampled(context);
  }

  private boolean isSampled(Context context) {
    try {
      return Span.fromContext(context).getSpanContext().isSampled();
    } catch (Throwable e) {
      losses.count(Losses.Reason.EXEMPLAR);
      failures.event(e, () -> "A span could not be read for an exemplar of " + instrumentName);
      return false;
    }
  }

  ExemplarReservoir newReservoir() {
    return Objects.requireNonNull(
        factory.create(settings), "the exemplar reservoir factory returned null");
  }

  /** Reports that a reservoir threw; what it had kept of the series' interval may be lost. */
  void reservoirFailed(Throwable cause) {
    try {
      losses.count(Losses.Reason.EXEMPLAR);
      failures.event(
          cause,
          () ->
              "The exemplar reservoir of instrument "
                  + instrumentName
                  + ", or its factory, failed. The measurement was counted, its exemplar is lost. Exemplar reservoirs"
                  + " must not throw");
    } catch (OutOfMemoryError | StackOverflowError e) {
      // What made the reservoir fail makes the report fail; the application goes on.
    }
  }
}
