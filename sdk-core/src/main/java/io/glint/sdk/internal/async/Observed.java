package io.glint.sdk.internal.async;

/** What callbacks observe in one round and perhaps not in the next: a source, or a series. */
abstract class Observed {
  private static final long FORGOTTEN = -1;

  /** The round in which it was observed last; 0 before the first. */
  private long round;

  /** How many rounds will have been completed with that one; wraps around. */
  private int completed;

  /**
   * Notes that a round has observed it.
   *
   * @param completed how many rounds were completed before
   */
  final void seen(long round, int completed) {
    this.round = round;
    this.completed = completed + 1;
  }

  final boolean isSeenIn(long round) {
    return this.round == round;
  }

  /** How many completed rounds have not observed it since. */
  final int missedRounds(int completed) {
    return Math.max(0, completed - this.completed);
  }

  /** Marks it as forgotten: it is not found any more. */
  final void forget() {
    round = FORGOTTEN;
  }

  final boolean isForgotten() {
    return round == FORGOTTEN;
  }
}
