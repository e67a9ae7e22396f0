package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;

/**
 * A series of an asynchronous instrument: what it was given in the round, and where it stands. How
 * monotonic sums are counted is told at {@link Sources}.
 */
final class AsyncSeries extends Observed {
  /** The last observation, which may become an exemplar. */
  long observedBits;

  Attributes observedAttributes = Attributes.empty();

  /** When it was observed, if that can become an exemplar. */
  long observedEpochNanos;

  private boolean hasStarted;
  private long startEpochNanos;

  /** What a monotonic sum was given since it was shown; of the others, what the round observes. */
  private long given;

  /** The value of a sum as it was shown last, under either temporality. */
  private long shown;

  // Of monotonic sums only:

  /** A source that has fed it, the only one unless it is folded; null if there was none. */
  private Source only;

  /** Whether it is not, or not any more, what its only source observes. */
  private boolean isFolded;

  /** Null as long as all sources are remembered. */
  private Rest rest;

  /** What is observed of a series beyond the sources that are remembered, taken together. */
  private static final class Rest extends Observed {
    long observed;

    /** What sources have observed that are new in this round, and perhaps were in here before. */
    long moved;

    /** The highest that was counted. */
    long highest;

    /** Ends a round; what it adds to the sum. */
    long settle(Arithmetic arithmetic) {
      final long sum = arithmetic.add(observed, moved);
      long growth = Arithmetic.ZERO;
      if (arithmetic.isBelow(highest, sum)) {
        growth = arithmetic.subtract(sum, highest);
        highest = sum;
      }
      highest = arithmetic.subtract(highest, moved);
      observed = Arithmetic.ZERO;
      moved = Arithmetic.ZERO;
      return growth;
    }
  }

  // -------------------------------------------------------------------- gauges, up-down sums

  /** Takes the first observation of a round, or one that replaces it. */
  void set(long bits) {
    given = bits;
  }

  /** Takes a further observation of a round. */
  void add(long bits, Arithmetic arithmetic) {
    given = arithmetic.add(given, bits);
  }

  /** What was observed. */
  long value() {
    return given;
  }

  /** What was observed, as a difference to what it stood at. */
  long change(Arithmetic arithmetic) {
    final long change = arithmetic.subtract(given, shown);
    shown = given;
    return change;
  }

  // -------------------------------------------------------------------------- monotonic sums

  /** Gets a further source. */
  void join(Source source) {
    isFolded |= only != null || source.fed() != null;
    only = source;
  }

  /**
   * Counts what a source adds.
   *
   * @param isNew whether the source was not known before
   */
  void add(long added, boolean isNew, Arithmetic arithmetic) {
    if (isNew && rest != null) {
      rest.moved = arithmetic.add(rest.moved, added);
    } else {
      given = arithmetic.add(given, added);
    }
  }

  /** Takes back what was added in this round. */
  void withdraw(long added, boolean isNew, Arithmetic arithmetic) {
    if (isNew && rest != null) {
      rest.moved = arithmetic.subtract(rest.moved, added);
    } else {
      given = arithmetic.subtract(given, added);
    }
  }

  /** Takes an observation that has no source; arguments as those of {@link #seen}. */
  void addRest(long observed, Arithmetic arithmetic, long round, int completed) {
    isFolded = true;
    if (rest == null) {
      rest = new Rest();
    }
    rest.observed = arithmetic.add(rest.observed, observed);
    rest.seen(round, completed);
  }

  /** Forgets what was observed without a source, unless that goes on. */
  void forgetRest(Unseen unseen) {
    if (rest != null && unseen.isTooOld(rest)) {
      rest = null;
    }
  }

  /** Ends a round of what has no source. */
  void settleRest(Arithmetic arithmetic) {
    if (rest != null) {
      given = arithmetic.add(given, rest.settle(arithmetic));
    }
  }

  /** What was added since this was asked last. */
  long takeGiven() {
    final long taken = given;
    given = Arithmetic.ZERO;
    return taken;
  }

  /** What it stands at, with what was added since this was asked last. */
  long total(Arithmetic arithmetic) {
    final long added = takeGiven();
    if (isFolded) {
      shown = arithmetic.add(shown, added);
    } else {
      final long observed = only.observed();
      hasStarted &= !arithmetic.isBelow(observed, shown);
      shown = observed;
    }
    return shown;
  }

  // ------------------------------------------------------------------------------------ both

  /**
   * Since when the value that was asked for counts.
   *
   * @param lastEnd when the interval began that ends now
   */
  long start(long lastEnd) {
    if (!hasStarted) {
      hasStarted = true;
      startEpochNanos = lastEnd;
    }
    return startEpochNanos;
  }
}
