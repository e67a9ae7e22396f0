package io.glint.sdk.internal.async;

import java.util.Arrays;

/**
 * Counts, at the end of a round, the things that it has not observed, by how many rounds have
 * missed them, and decides which are forgotten. Used by one thread.
 */
final class Unseen {
  private final int mostRounds;
  private final int most;

  /** Number of things by missed rounds; the last is for all above. */
  private final int[] byMissedRounds;

  private long round;
  private int completed;

  /** What has missed more rounds is forgotten. */
  private int mostKept;

  /**
   * Makes a count.
   *
   * @param mostRounds how many rounds may miss a thing until it is forgotten
   * @param most how many things that the round has not observed are remembered
   */
  Unseen(int mostRounds, int most) {
    this.mostRounds = mostRounds;
    this.most = most;
    this.byMissedRounds = new int[mostRounds + 2];
  }

  /**
   * Begins to count.
   *
   * @param completed how many rounds were completed, with this one if it was
   */
  void begin(long round, int completed) {
    this.round = round;
    this.completed = completed;
    Arrays.fill(byMissedRounds, 0);
  }

  /** Counts a thing, unless the round has observed it. */
  void add(Observed thing) {
    if (!thing.isSeenIn(round)) {
      byMissedRounds[Math.min(thing.missedRounds(completed), mostRounds + 1)]++;
    }
  }

  /**
   * Ends the count.
   *
   * @return how many of what was counted are too many, and forgotten before their time
   */
  int decide() {
    int kept = 0;
    mostKept = -1;
    while (mostKept < mostRounds && kept + byMissedRounds[mostKept + 1] <= most) {
      mostKept++;
      kept += byMissedRounds[mostKept];
    }
    int tooMany = 0;
    for (int missed = mostKept + 1; missed <= mostRounds; missed++) {
      tooMany += byMissedRounds[missed];
    }
    return tooMany;
  }

  /** Whether a thing is to be forgotten, which need not have been counted. */
  boolean isTooOld(Observed thing) {
    return !thing.isSeenIn(round) && thing.missedRounds(completed) > mostKept;
  }
}
