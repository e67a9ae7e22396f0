package io.glint.examples.webstore;

import io.glint.examples.webstore.Interval.Linked;
import java.util.Optional;

/** Looks at the shop's own metrics once an interval, for the console and for the home page. */
final class Monitor {

  private static final int SETTLE_MILLIS = 200;

  /** One look: the interval that just ended, all of them, and the slowest request of each. */
  record Look(
      Interval interval,
      Totals totals,
      Optional<Trace> slowestOfInterval,
      Optional<Trace> slowestOfAll) {}

  private final Telemetry telemetry;
  private volatile Look last =
      new Look(Interval.EMPTY, Totals.ZERO, Optional.empty(), Optional.empty());

  Monitor(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  synchronized Look look() {
    Interval interval = telemetry.collect();
    Totals totals = last.totals().plus(interval);
    Optional<Trace> slowest = interval.slowest().flatMap(this::settled);
    // The slowest of all is remembered here: its trace may be pushed out of the store one day.
    Optional<Trace> slowestOfAll =
        totals.slowest().equals(interval.slowest()) ? slowest : last.slowestOfAll();
    last = new Look(interval, totals, slowest, slowestOfAll);
    return last;
  }

  Look last() {
    return last;
  }

  /**
   * The trace with all its spans, if they end soon: the payment is recorded a moment before its
   * span and the request end, and a half-told trace would blame the wrong span.
   */
  private Optional<Trace> settled(Linked linked) {
    Optional<Trace> trace = telemetry.traces().find(linked.traceId());
    for (int i = 0; i < SETTLE_MILLIS && trace.isPresent() && trace.get().running() > 0; i++) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        break;
      }
      trace = telemetry.traces().find(linked.traceId());
    }
    return trace;
  }
}
