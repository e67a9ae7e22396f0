package io.glint.sdk.internal.async;

import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/** One attribute set as one callback observes it, before any filter. See {@link Sources}. */
final class Source extends Observed {
  final Attributes attributes;

  /** Null if the callback is closed, and another one may go on. */
  @Nullable Observer observer;

  /** By attributes and observer. */
  int hash;

  /** The next one in the table. */
  @Nullable Source next;

  /** The series of what is kept of its attributes, whether it feeds it or not; null if unknown. */
  @Nullable AsyncSeries own;

  /** The series that it feeds in this round, or else fed last; null before the first. */
  private @Nullable AsyncSeries fed;

  /** What was observed in this round, or else in the last one that has observed it. */
  private long observed;

  /** Adds up the observations of a round; null unless a round has had several. */
  private @Nullable WideSum several;

  private boolean isCounted;

  /** What was observed in the last round that was counted. */
  private long counted;

  Source(Attributes attributes, @Nullable Observer observer, int hash) {
    this.attributes = attributes;
    this.observer = observer;
    this.hash = hash;
  }

  @Nullable AsyncSeries fed() {
    return fed;
  }

  long observed() {
    return observed;
  }

  /** Takes the first observation of a round, and the series that is to count it. */
  void observe(long bits, AsyncSeries series) {
    if (series != fed) {
      series.join(this);
      fed = series;
    }
    observed = bits;
    if (several != null) {
      several.set(bits);
    }
  }

  /** Takes a further observation of the same round. */
  void observeAgain(long bits, Arithmetic arithmetic) {
    if (several == null) {
      several = arithmetic.newSum();
      several.set(observed);
    }
    several.add(bits);
    observed = several.value();
  }

  /** Whether nothing of it was counted in a round before. */
  boolean isNew() {
    return !isCounted;
  }

  /** What this round adds. */
  long added(Arithmetic arithmetic) {
    return isNew() || arithmetic.isBelow(observed, counted)
        ? observed
        : arithmetic.subtract(observed, counted);
  }

  /** Notes that points have what this round adds. */
  void shown() {
    isCounted = true;
    counted = observed;
  }
}
