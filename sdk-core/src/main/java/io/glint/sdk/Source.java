package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;

/** One attribute set as one callback observes it, before any filter. See {@link Sources}. */
final class Source extends Observed {
  /** The value of {@link #before} in the first round: no number that is ever observed. */
  private static final long NOTHING = -1;

  final Attributes attributes;

  /** Null if the callback is closed, and another one may go on. */
  Observer observer;

  /** By attributes and observer. */
  int hash;

  /** The next one in the table. */
  Source next;

  /** The series of what is kept of its attributes, whether it feeds it or not; null if unknown. */
  AsyncSeries own;

  /** The series that it feeds in this round, or else fed last; null before the first. */
  private AsyncSeries fed;

  /** What was observed in this round, or else in the last one that has observed it. */
  private long observed = NOTHING;

  /** What was observed in the last round before. */
  private long before;

  Source(Attributes attributes, Observer observer, int hash) {
    this.attributes = attributes;
    this.observer = observer;
    this.hash = hash;
  }

  AsyncSeries fed() {
    return fed;
  }

  long observed() {
    return observed;
  }

  /** Takes the first observation of a round, and the series that is to count it. */
  void observe(long bits, AsyncSeries series, Arithmetic arithmetic) {
    if (series != fed) {
      series.join(this);
      fed = series;
    }
    before = observed;
    observed = bits;
    fed.add(added(arithmetic), isNew(), arithmetic);
  }

  /** Takes a further observation of the same round. */
  void observeAgain(long bits, Arithmetic arithmetic) {
    fed.withdraw(added(arithmetic), isNew(), arithmetic);
    observed = arithmetic.add(observed, bits);
    fed.add(added(arithmetic), isNew(), arithmetic);
  }

  private boolean isNew() {
    return before == NOTHING;
  }

  /** What this round adds. */
  private long added(Arithmetic arithmetic) {
    return isNew() || arithmetic.isBelow(observed, before)
        ? observed
        : arithmetic.subtract(observed, before);
  }
}
