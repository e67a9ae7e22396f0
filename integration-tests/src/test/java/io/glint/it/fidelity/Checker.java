package io.glint.it.fidelity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Holds what was seen against what was recorded. Knows nothing of how an SDK works. */
final class Checker {
  private final Sdk sdk;
  private final Setup setup;
  private final Tally tally;

  Checker(Sdk sdk, Setup setup, Tally tally) {
    this.sdk = sdk;
    this.setup = setup;
    this.tally = tally;
  }

  /** Checks a run, and adds the figures to the report. */
  static void check(Driver.Outcome outcome, Report report) {
    for (final Ledger ledger : outcome.ledgers()) {
      final Tally tally = new Tally();
      new Checker(outcome.sdk(), outcome.setup(), tally).check(ledger, outcome.looks());
      report.add(outcome.sdk(), outcome.setup(), ledger, tally);
    }
  }

  void check(Ledger ledger, List<Seen.Look> looks) {
    for (int series = 0; series < Ledger.SERIES; series++) {
      checkSeries(ledger, series, looks);
    }
  }

  private void checkSeries(Ledger ledger, int series, List<Seen.Look> looks) {
    final Combination combination = ledger.combination();
    final Seen.SeriesKey key = new Seen.SeriesKey(combination.id(), series);
    final int[] members = members(ledger, series);
    final int[] eligible =
        Arrays.stream(members).filter(i -> setup.filter().admits(ledger.span(i))).toArray();
    final Places places = Places.of(sdk, combination);
    final OrderCheck order = new OrderCheck(setup, ledger, tally);
    final BitSet shown = new BitSet();
    Seen.Look before = null;
    int most = 0;
    for (final Seen.Look look : looks) {
      final Seen.Point point = look.points().get(key);
      final Interval interval = Interval.between(before, look);
      final Interval window = setup.isDelta() ? interval : Interval.between(null, look);
      if (!isLeftOut(combination)) {
        final PointCheck check =
            new PointCheck(setup, ledger, series, members, look, point, window, tally);
        check.counts();
        if (point != null) {
          check.exemplars(shown);
          order.check(point);
        }
        if (hasExemplars(combination)) {
          most =
              new PlaceCheck(setup, ledger, eligible, places, point, interval, window, tally)
                  .check(most);
        }
      }
      before = look;
    }
  }

  private boolean isLeftOut(Combination combination) {
    return setup.reader() == ReaderKind.OPEN_METRICS
        && combination.aggregation() == AggregationKind.BASE2_EXPONENTIAL;
  }

  private boolean hasExemplars(Combination combination) {
    return setup.reader() != ReaderKind.OPEN_METRICS || combination.hasExemplarsInText();
  }

  private static int[] members(Ledger ledger, int series) {
    final List<Integer> members = new ArrayList<>();
    for (int i = 0; i < ledger.size(); i++) {
      if (ledger.begin(i) != Long.MAX_VALUE && ledger.series(i) == series && ledger.isAccepted(i)) {
        members.add(i);
      }
    }
    return members.stream().mapToInt(Integer::intValue).toArray();
  }
}
