package io.glint.sdk.internal.meter;

import io.glint.sdk.internal.collect.CollectableStream;
import io.glint.sdk.internal.log.CallSite;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.glint.sdk.internal.metric.InstrumentAdvice;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An instrument of a meter, as it was first asked for. Whoever asks for one of the same identity
 * gets this one (SDK specification, "Duplicate instrument registration"). Thread-safe.
 */
final class InstrumentRegistration {
  private static final int MAX_WARNINGS = 16;

  private final InstrumentDescriptor first;
  private final InstrumentAdvice advice;
  private final String origin;
  private final Object instance;
  private final List<CollectableStream> streams;

  /** In which ways it was asked for differently; some of them, for there may be many. */
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  private final ProblemLog warnings;

  /**
   * Registers what was made.
   *
   * @param origin the place in the application that asked for it
   */
  InstrumentRegistration(
      InstrumentDescriptor first,
      InstrumentAdvice advice,
      String origin,
      Object instance,
      List<CollectableStream> streams,
      ProblemLog warnings) {
    this.first = first;
    this.advice = advice;
    this.origin = origin;
    this.instance = instance;
    this.streams = streams;
    this.warnings = warnings;
  }

  InstrumentDescriptor first() {
    return first;
  }

  String origin() {
    return origin;
  }

  /** Ends its streams: no reader will collect any more. */
  void shutdown() {
    streams.forEach(CollectableStream::shutdown);
  }

  Object instance() {
    return instance;
  }

  /** Reports in what a later request is not the same as the first, and what comes of it. */
  void warnOfDifferences(
      InstrumentDescriptor asked, InstrumentAdvice advised, InstrumentationScopeInfo scope) {
    if (!asked.name().equals(first.name())) {
      warnOnce(
          scope,
          "under the name '" + LogText.of(asked.name()) + "'",
          "Names that differ only in case are one instrument; it keeps the first spelling");
    }
    if (!asked.description().equals(first.description()) && describe(asked.description())) {
      warnOnce(
          scope,
          "with the description '" + LogText.of(asked.description()) + "'",
          "The two are one metric, with the longer description. Make the descriptions the same, or"
              + " set one in a view");
    }
    for (final InstrumentAdvice.AdviceConflict departure : advised.conflictsWith(advice)) {
      warnOnce(
          scope,
          "with other "
              + departure.respect()
              + " advised, "
              + LogText.of(departure.advised())
              + ",",
          "It keeps what was advised first: "
              + LogText.of(Objects.requireNonNullElse(departure.first(), "none")));
    }
  }

  /** Of several descriptions a metric has the longest; false if views have set all of them. */
  private boolean describe(String description) {
    boolean isOfInstrument = false;
    for (final CollectableStream stream : streams) {
      isOfInstrument |= stream.describe(description);
    }
    return isOfInstrument;
  }

  private void warnOnce(InstrumentationScopeInfo scope, String how, String outcome) {
    // Code that asks differently may do so for each request.
    if (logged.size() >= MAX_WARNINGS || !logged.add(how)) {
      return;
    }
    warnings.warn(
        "asked for again",
        "Instrument "
            + first.describe()
            + " of meter '"
            + LogText.of(scope.getName())
            + "', made at "
            + origin
            + ", was asked for again "
            + how
            + " at "
            + CallSite.ofCaller()
            + ". "
            + outcome);
  }
}
