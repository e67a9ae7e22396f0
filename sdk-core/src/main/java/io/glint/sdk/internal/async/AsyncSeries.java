package io.glint.sdk.internal.async;

import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * A series of an asynchronous instrument: what it was given in the round, and where it stands. How
 * monotonic sums are counted is explained at {@link Sources}.
 *
 * <p>Where it stands changes only when its point has been made, by {@link #shownChange} or {@link
 * #shownMonotonic}. A round that fails before leaves it as it was.
 */
final class AsyncSeries extends Observed {
  /** The last observation, which may become an exemplar. */
  long observedBits;

  Attributes observedAttributes = Attributes.empty();

  /** When it was observed, if that can become an exemplar. */
  long observedEpochNanos;

  /** Since when the point of this round counts. */
  long pointStartEpochNanos;

  private boolean hasStarted;
  private long startEpochNanos;

  /** The value of a sum as it was shown last; for the deltas of a monotonic one it stays zero. */
  private long shown;

  /**
   * Of sums that are not monotonic what the round observes, of folded monotonic ones {@link #shown}
   * and what the round adds. Null as long as there was nothing to add up.
   */
  private @Nullable WideSum sum;

  // Of gauges and of sums that are not monotonic:

  /** What the round observes. */
  private long observed;

  // Of monotonic sums:

  /** A source that has fed it, the only one unless it is folded; null if there was none. */
  private @Nullable Source only;

  /** Whether it is not, or not any more, what its only source observes. */
  private boolean isFolded;

  /** Null as long as all sources are remembered. */
  private @Nullable Rest rest;

  /** What is observed of a series beyond the sources that are remembered, taken together. */
  private static final class Rest extends Observed {
    final WideSum observed;

    /** What sources have observed that are new in this round, and perhaps were in here before. */
    long moved = Arithmetic.ZERO;

    /** The highest that was counted. */
    long highest = Arithmetic.ZERO;

    Rest(Arithmetic arithmetic) {
      observed = arithmetic.newSum();
    }

    /** What the round adds to the sum; asked when all is observed and moved. */
    long growth(Arithmetic arithmetic) {
      final long all = arithmetic.add(observed.value(), moved);
      return arithmetic.isBelow(highest, all) ? arithmetic.subtract(all, highest) : Arithmetic.ZERO;
    }

    /** Notes that a point has what the round adds. */
    void shown(Arithmetic arithmetic) {
      final long all = arithmetic.add(observed.value(), moved);
      highest = arithmetic.subtract(arithmetic.isBelow(highest, all) ? all : highest, moved);
    }
  }

  // -------------------------------------------------------------------- gauges, up-down sums

  /** Takes the first observation of a round, or one that replaces it. */
  void set(long bits) {
    observed = bits;
    if (sum != null) {
      sum.set(bits);
    }
  }

  /** Takes a further observation of a round. */
  void add(long bits, Arithmetic arithmetic) {
    if (sum == null) {
      sum = arithmetic.newSum();
      sum.set(observed);
    }
    sum.add(bits);
    observed = sum.value();
  }

  /** What was observed. */
  long value() {
    return observed;
  }

  /** What was observed, as a difference to what it stood at. */
  long change(Arithmetic arithmetic) {
    return arithmetic.subtract(observed, shown);
  }

  /** Notes that the point has the {@link #change}. What did not fit into it comes later. */
  void shownChange(Arithmetic arithmetic) {
    final long change = change(arithmetic);
    shown = arithmetic.isLimit(change) ? arithmetic.add(shown, change) : observed;
  }

  // -------------------------------------------------------------------------- monotonic sums

  /** Gets a further source. */
  void join(Source source) {
    isFolded |= only != null || source.fed() != null;
    only = source;
  }

  /** Takes an observation that has no source; the last two arguments as those of {@link #seen}. */
  void observeRest(long bits, Arithmetic arithmetic, long round, int completed) {
    isFolded = true;
    if (rest == null) {
      rest = new Rest(arithmetic);
    }
    rest.observed.add(bits);
    rest.seen(round, completed);
  }

  /** Forgets what was observed without a source, unless that goes on. */
  void forgetRest(Unseen unseen) {
    if (rest != null && unseen.isTooOld(rest)) {
      rest = null;
    }
  }

  /** At the end of a round, adds what a source adds that feeds it. */
  void addGrowth(Source source, Arithmetic arithmetic) {
    if (!isFolded) {
      return;
    }
    final long added = source.added(arithmetic);
    if (source.isNew() && rest != null) {
      rest.moved = arithmetic.add(rest.moved, added);
    } else {
      sum(arithmetic).add(added);
    }
  }

  /** Then, adds what was observed without a source. */
  void addGrowthOfRest(Arithmetic arithmetic) {
    if (rest != null) {
      sum(arithmetic).add(rest.growth(arithmetic));
    }
  }

  private WideSum sum(Arithmetic arithmetic) {
    if (sum == null) {
      sum = arithmetic.newSum();
      sum.set(shown);
    }
    return sum;
  }

  /** After that, what the round adds, or else what it stands at. */
  @SuppressWarnings("NullAway") // What is shown and not folded has its only source.
  long monotonic(boolean isDelta, Arithmetic arithmetic) {
    if (!isFolded) {
      return isDelta ? only.added(arithmetic) : only.observed();
    }
    final long value = sum(arithmetic).value();
    // Rounding must not let it fall.
    return arithmetic.isBelow(value, shown) ? shown : value;
  }

  /** Whether what it stands at counts from a new start. */
  @SuppressWarnings("NullAway") // What is shown and not folded has its only source.
  boolean isReset(Arithmetic arithmetic) {
    return !isFolded && arithmetic.isBelow(only.observed(), shown);
  }

  /** Notes that the point has the {@link #monotonic} value. */
  void shownMonotonic(boolean isDelta, Arithmetic arithmetic) {
    if (!isDelta) {
      shown = monotonic(isDelta, arithmetic);
    } else if (sum != null) {
      sum.set(shown);
    }
    if (rest != null) {
      rest.shown(arithmetic);
    }
  }

  /** Takes back what a round has added of which no point was made. */
  void takeBack() {
    if (sum != null) {
      sum.set(shown);
    }
  }

  /** Begins a round of what has no source. */
  void beginRest() {
    if (rest != null) {
      rest.observed.set(Arithmetic.ZERO);
      rest.moved = Arithmetic.ZERO;
    }
  }

  // ------------------------------------------------------------------------------------ both

  /**
   * Since when its value counts, unless it starts again.
   *
   * @param lastEnd when the interval began that ends now
   */
  long start(long lastEnd) {
    return hasStarted ? startEpochNanos : lastEnd;
  }

  /** Notes that the point is shown, which counts from {@link #pointStartEpochNanos} on. */
  void started() {
    hasStarted = true;
    startEpochNanos = pointStartEpochNanos;
  }
}
