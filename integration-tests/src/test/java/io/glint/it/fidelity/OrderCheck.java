package io.glint.it.fidelity;

import java.util.HashMap;
import java.util.Map;

/**
 * Checks the times of the exemplars of one series: points show them in the order of time, and those
 * of explicit-bucket histograms bucket by bucket; a line of text that shows one never goes back to
 * an earlier one.
 */
final class OrderCheck {
  private final Setup setup;
  private final Ledger ledger;
  private final Tally tally;

  /** By line of text. */
  private final Map<Integer, Seen.Exemplar> shown = new HashMap<>();

  OrderCheck(Setup setup, Ledger ledger, Tally tally) {
    this.setup = setup;
    this.ledger = ledger;
    this.tally = tally;
  }

  /** Checks the next point of the series. */
  void check(Seen.Point point) {
    if (point.isText()) {
      for (final Seen.Exemplar exemplar : point.exemplars()) {
        final Seen.Exemplar before = shown.put(line(exemplar), exemplar);
        if (before != null) {
          checkOrder(before, exemplar);
        }
      }
      return;
    }
    for (int i = 1; i < point.exemplars().size(); i++) {
      checkOrder(point.exemplars().get(i - 1), point.exemplars().get(i));
    }
  }

  private void checkOrder(Seen.Exemplar before, Seen.Exemplar after) {
    tally.checked(Figure.BACK, 1);
    final int comparison = Integer.compare(line(before), line(after));
    if (comparison > 0 || (comparison == 0 && before.time() > after.time())) {
      tally.violated(
          Figure.BACK,
          1,
          ledger.combination() + " of " + setup + ": " + before + ", then " + after);
    }
  }

  private int line(Seen.Exemplar exemplar) {
    return ledger.combination().aggregation() == AggregationKind.EXPLICIT_BUCKETS
        ? ledger.bucket(exemplar.value())
        : 0;
  }
}
