package io.glint.examples.webstore.watch;

import io.glint.examples.webstore.telemetry.ShopTelemetry;
import io.glint.examples.webstore.traces.Trace;
import io.glint.examples.webstore.watch.Interval.Linked;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks at the shop's own metrics once a second, for the heat map and for the console. */
public final class Monitor {

  /** Seconds that the heat map goes back. */
  public static final int WINDOW = 150;

  private static final String HOLDER = "heat map";
  private static final int SETTLE_MILLIS = 200;

  /** What the console tells: the interval since it last did, all of them, the slowest of each. */
  public record Look(
      Interval interval,
      Totals totals,
      Optional<Trace> slowestOfInterval,
      Optional<Trace> slowestOfAll) {}

  /** What the start page shows besides the slices. */
  public record Highlights(
      long payments, long linkedTraces, Optional<Linked> slowest, Optional<Linked> largest) {}

  private record Second(Slice slice, Optional<Linked> largest) {}

  private final ShopTelemetry telemetry;
  private final Deque<Second> window = new ArrayDeque<>();
  private long sliceBegin = System.currentTimeMillis();
  private long slices;
  private Interval pending = Interval.EMPTY;
  private Totals totals = Totals.ZERO;
  private Optional<Trace> slowestOfAll = Optional.empty();

  public Monitor(ShopTelemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** Ends a slice. Every trace that a dot of the heat map leads to is kept until it has left it. */
  public synchronized void tick() {
    final Interval interval = Interval.of(telemetry.sinceLastTime());
    final long now = System.currentTimeMillis();
    window.addLast(new Second(Slice.of(slices++, sliceBegin, now, interval), interval.largest()));
    sliceBegin = now;
    if (window.size() > WINDOW) {
      window.removeFirst();
    }
    final Set<String> held = new HashSet<>();
    for (final Second second : window) {
      second.slice().dots().forEach(dot -> held.add(dot.traceId()));
      second.largest().ifPresent(largest -> held.add(largest.traceId()));
    }
    telemetry.traces().pin(HOLDER, held);
    pending = pending.plus(interval);
    totals = totals.plus(interval);
  }

  /** What happened since it was last called. */
  public synchronized Look look() {
    final Interval interval = pending;
    pending = Interval.EMPTY;
    final Optional<Trace> slowest = interval.slowest().flatMap(this::settled);
    // The slowest of all is remembered here: its trace may be pushed out of the store one day.
    if (totals.slowest().equals(interval.slowest())) {
      slowestOfAll = slowest;
    }
    return new Look(interval, totals, slowest, slowestOfAll);
  }

  /** The slices of the window whose number is greater, oldest first. */
  public synchronized List<Slice> slicesAfter(long number) {
    final List<Slice> newer = new ArrayList<>();
    final var newestFirst = window.descendingIterator();
    while (newestFirst.hasNext()) {
      final Slice slice = newestFirst.next().slice();
      if (slice.number() <= number) {
        break;
      }
      newer.add(slice);
    }
    Collections.reverse(newer);
    return newer;
  }

  /** Of the window, but for the totals, which are since the start. */
  public synchronized Highlights highlights() {
    Optional<Linked> slowest = Optional.empty();
    Optional<Linked> largest = Optional.empty();
    for (final Second second : window) {
      for (final Linked dot : second.slice().dots()) {
        slowest = greater(slowest, Optional.of(dot));
      }
      largest = greater(largest, second.largest());
    }
    return new Highlights(totals.payments().count(), totals.linkedTraces(), slowest, largest);
  }

  private static Optional<Linked> greater(Optional<Linked> a, Optional<Linked> b) {
    return a.isEmpty() || (b.isPresent() && b.get().value() > a.get().value()) ? b : a;
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
