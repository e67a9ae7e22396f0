package io.glint.it.fidelity;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;

/** Checks that a point has all the exemplars that it should have. */
final class PlaceCheck {
  private final Setup setup;
  private final Ledger ledger;
  private final int[] eligible;
  private final Places places;
  private final Seen.Point point;
  private final Interval interval;
  private final Interval window;
  private final Tally tally;

  /** Eligible measurements that were certainly made since the last collection. */
  private final int[] fresh;

  /**
   * Of one point.
   *
   * @param eligible measurements of the series that may become exemplars
   * @param point null if there is none
   * @param interval since the collection before
   * @param window that the point is about
   */
  PlaceCheck(
      Setup setup,
      Ledger ledger,
      int[] eligible,
      Places places,
      Seen.Point point,
      Interval interval,
      Interval window,
      Tally tally) {
    this.setup = setup;
    this.ledger = ledger;
    this.eligible = eligible;
    this.places = places;
    this.point = point;
    this.interval = interval;
    this.window = window;
    this.tally = tally;
    this.fresh = Arrays.stream(eligible).filter(i -> interval.isCertain(ledger, i)).toArray();
  }

  /**
   * Checks.
   *
   * @param most exemplars that the reservoir has filled so far in one interval
   * @return the same, this interval included
   */
  int check(int most) {
    if (point == null) {
      // That an observed series has no point is its own business, of others it is miscounted.
      return most;
    }
    if (places.areByValue()) {
      checkByValue();
    } else {
      checkNumber(most);
    }
    checkChoice();
    return Math.max(most, Math.min(places.count(), fresh.length));
  }

  private boolean isShownAlone() {
    return point.isText() && !isPlaceOfText();
  }

  /** True if text has room for each place of its own. */
  private boolean isPlaceOfText() {
    return places.type() == Places.Type.BUCKETS
        || (!places.areByValue() && places.count() == 1 && ledger.combination().isMonotonicSum());
  }

  /** Each place that was hit has an exemplar, of this interval if it was hit in this interval. */
  private void checkByValue() {
    if (isShownAlone()) {
      checkLinesByValue();
      return;
    }
    final Set<Integer> filled = new HashSet<>();
    final Set<Integer> filledNow = new HashSet<>();
    for (final Seen.Exemplar exemplar : point.exemplars()) {
      final int place = places.of(ledger, exemplar.value());
      filled.add(place);
      if (isOfInterval(exemplar)) {
        filledNow.add(place);
      }
    }
    final Set<Integer> hitNow = new HashSet<>();
    for (final int index : fresh) {
      hitNow.add(places.of(ledger, index));
    }
    tally.checked(Figure.MISSING, hitNow.size());
    final Set<Integer> missing = new HashSet<>(hitNow);
    missing.removeAll(filledNow);
    violated(Figure.MISSING, missing.size(), "nothing new in " + missing);
    if (!setup.isDelta()) {
      final Set<Integer> gone = new HashSet<>();
      for (final int index : eligible) {
        if (window.isCertain(ledger, index)) {
          gone.add(places.of(ledger, index));
        }
      }
      gone.removeAll(hitNow);
      tally.checked(Figure.GONE, gone.size());
      gone.removeAll(filled);
      violated(Figure.GONE, gone.size(), "nothing left in " + gone);
    }
  }

  /** A line that all measurements of a place belong to has an exemplar. */
  private void checkLinesByValue() {
    final Map<Integer, Set<Integer>> linesOfPlaces = new HashMap<>();
    final Set<Integer> hit = new HashSet<>();
    for (final int index : eligible) {
      final int place = places.of(ledger, index);
      if (window.isPossible(ledger, index)) {
        linesOfPlaces.computeIfAbsent(place, key -> new HashSet<>()).add(line(index));
      }
      if (window.isCertain(ledger, index)) {
        hit.add(place);
      }
    }
    final Set<Integer> due = new HashSet<>();
    for (final int place : hit) {
      if (linesOfPlaces.get(place).size() == 1) {
        due.addAll(linesOfPlaces.get(place));
      }
    }
    final Set<Integer> dueNow = new HashSet<>();
    for (final int index : fresh) {
      dueNow.add(line(index));
    }
    dueNow.retainAll(due);
    tally.checked(Figure.MISSING, dueNow.size());
    tally.checked(Figure.GONE, due.size() - dueNow.size());
    for (final Seen.Exemplar exemplar : point.exemplars()) {
      due.remove(line(exemplar.value()));
      dueNow.remove(line(exemplar.value()));
    }
    due.removeAll(dueNow);
    violated(Figure.MISSING, dueNow.size(), "no exemplar in lines " + dueNow);
    violated(Figure.GONE, due.size(), "nothing left in lines " + due);
  }

  /** As many exemplars as there were measurements, or as there are places. */
  private void checkNumber(int most) {
    final int due;
    final int dueBefore;
    long have = point.exemplars().size();
    if (isShownAlone()) {
      due = Math.min(1, fresh.length);
      dueBefore = Math.min(1, most);
    } else {
      due = Math.min(places.count(), fresh.length);
      dueBefore = most;
      have = point.exemplars().stream().filter(this::isOfInterval).count();
    }
    tally.checked(Figure.MISSING, due);
    violated(Figure.MISSING, Math.max(0, due - have), have + " of " + due);
    if (!setup.isDelta() && dueBefore > due) {
      final long total = Math.max(due, point.exemplars().size());
      tally.checked(Figure.GONE, dueBefore - due);
      violated(Figure.GONE, Math.max(0, dueBefore - total), total + " left of " + dueBefore);
    }
  }

  /** The reservoir's promise of which measurements it keeps. */
  private void checkChoice() {
    if (fresh.length == 0) {
      return;
    }
    if (places.type() == Places.Type.EXTREMES) {
      checkExtremes();
    } else if (ledger.combination().reservoir() == Reservoir.ALIGNED_MOST_RECENT) {
      checkMostRecent();
    }
  }

  /** Each of the largest that is missing must have given way to as many that are larger. */
  private void checkExtremes() {
    final double[] values = Arrays.stream(fresh).mapToDouble(ledger::value).sorted().toArray();
    for (int i = 1; i <= Math.min(places.size(), values.length); i++) {
      final double value = values[values.length - i];
      checkExtreme(value, places.size(), other -> other > value);
    }
    if (values.length > places.size()) {
      for (int i = 0; i < Math.min(places.smallest(), values.length - places.size()); i++) {
        final double value = values[i];
        // Text shows one of each line, the largest of an interval.
        if (!point.isText()) {
          checkExtreme(value, places.smallest(), other -> other < value);
        }
      }
    }
  }

  private void checkExtreme(double value, int size, DoublePredicate isMore) {
    final long more;
    if (isShownAlone()) {
      if (possiblyMore(isMore) >= size || ledger.combination().isMonotonicSum()) {
        // They may be on other lines; and a counter shows the latest of several.
        return;
      }
      tally.checked(Figure.NOT_CHOSEN, 1);
      final int line = line(value);
      more =
          point.exemplars().stream()
              .filter(e -> line(e.value()) == line && isMore.test(e.value()))
              .count();
      violated(
          Figure.NOT_CHOSEN, isShown(value) || more > 0 ? 0 : 1, value + " is not in its line");
    } else {
      more =
          point.exemplars().stream().filter(e -> isOfInterval(e) && isMore.test(e.value())).count();
      violated(
          Figure.NOT_CHOSEN, isShown(value) || more >= size ? 0 : 1, value + " should be shown");
    }
  }

  private long possiblyMore(DoublePredicate isMore) {
    return Arrays.stream(eligible)
        .filter(i -> interval.isPossible(ledger, i))
        .filter(i -> isMore.test(ledger.value(i)))
        .count();
  }

  private boolean isShown(double value) {
    return shownValues().anyMatch(shown -> shown == value);
  }

  private DoubleStream shownValues() {
    return point.exemplars().stream().mapToDouble(Seen.Exemplar::value);
  }

  /** Nothing of the place was made after the exemplar was complete. */
  private void checkMostRecent() {
    final boolean hasPlace = ledger.combination().aggregation() == AggregationKind.EXPLICIT_BUCKETS;
    final int size = point.exemplars().size();
    // Without buckets it is the last one; of other octaves there may be some from before.
    for (final Seen.Exemplar exemplar :
        point.exemplars().subList(hasPlace ? 0 : Math.max(0, size - 1), size)) {
      final int shown = ledger.indexOfValue(exemplar.value());
      if (shown == Ledger.NOBODY) {
        continue;
      }
      final int place = ledger.bucket(exemplar.value());
      tally.checked(Figure.NOT_CHOSEN, 1);
      final boolean isOld =
          Arrays.stream(fresh)
              .filter(i -> !hasPlace || ledger.bucketOf(i) == place)
              .anyMatch(i -> ledger.begin(i) > ledger.end(shown));
      violated(Figure.NOT_CHOSEN, isOld ? 1 : 0, exemplar + " is not the most recent");
    }
  }

  private boolean isOfInterval(Seen.Exemplar exemplar) {
    final int index = ledger.indexOfValue(exemplar.value());
    return index != Ledger.NOBODY && interval.isPossible(ledger, index);
  }

  /** The line of text that an exemplar is on. */
  private int line(double value) {
    return ledger.combination().aggregation() == AggregationKind.EXPLICIT_BUCKETS
        ? ledger.bucket(value)
        : 0;
  }

  private int line(int index) {
    return ledger.combination().aggregation() == AggregationKind.EXPLICIT_BUCKETS
        ? ledger.bucketOf(index)
        : 0;
  }

  private void violated(Figure figure, long count, String what) {
    if (count == 0) {
      return;
    }
    tally.violated(
        figure,
        count,
        ledger.combination()
            + " of "
            + setup
            + ": "
            + what
            + " at "
            + point.end()
            + ", shown "
            + point.exemplars());
  }
}
