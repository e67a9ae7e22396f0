package io.glint.it.fidelity;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Checks one point, and each of its exemplars for itself. */
final class PointCheck {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Setup setup;
  private final Ledger ledger;
  private final int series;
  private final int[] members;
  private final Seen.Look look;
  private final Seen.Point point;
  private final Interval window;
  private final Tally tally;

  /**
   * Of one point.
   *
   * @param members measurements that the series has to count, at some time
   * @param point null if there is none
   * @param window that the point is about
   */
  PointCheck(
      Setup setup,
      Ledger ledger,
      int series,
      int[] members,
      Seen.Look look,
      Seen.Point point,
      Interval window,
      Tally tally) {
    this.setup = setup;
    this.ledger = ledger;
    this.series = series;
    this.members = members;
    this.look = look;
    this.point = point;
    this.window = window;
    this.tally = tally;
  }

  /** The point itself: as many measurements as were certainly made, and no more than possible. */
  void counts() {
    long certain = 0;
    long possible = 0;
    double sum = 0;
    final long[] certainInBucket = new long[Ledger.bucketCount()];
    final long[] possibleInBucket = new long[Ledger.bucketCount()];
    for (final int index : members) {
      final double value = ledger.value(index);
      final int bucket = ledger.bucketOf(index);
      if (window.isPossible(ledger, index)) {
        possible++;
        possibleInBucket[bucket]++;
        sum += value;
      }
      if (window.isCertain(ledger, index)) {
        certain++;
        certainInBucket[bucket]++;
      }
    }
    tally.checked(Figure.MISCOUNTED, 1);
    if (point == null) {
      // What is not observed has no point, under cumulative temporality too.
      if (certain > 0 && !ledger.combination().kind().isObservable()) {
        miscounted("no point, but " + certain + " measurements");
      }
      return;
    }
    if (point.count() >= 0 && (point.count() < certain || point.count() > possible)) {
      miscounted("counts " + point.count() + ", not " + certain + " to " + possible);
    }
    for (int bucket = 0; bucket < point.buckets().size(); bucket++) {
      final long count = point.buckets().get(bucket);
      if (count < certainInBucket[bucket] || count > possibleInBucket[bucket]) {
        miscounted("counts " + count + " in bucket " + bucket);
      }
    }
    if (certain == possible && certain > 0 && isSum() && point.value() != sum) {
      miscounted("sum is " + point.value() + ", not " + sum);
    }
  }

  private void miscounted(String what) {
    tally.violated(Figure.MISCOUNTED, 1, where() + what);
  }

  private boolean isSum() {
    return ledger.combination().aggregation() != AggregationKind.LAST_VALUE
        && !ledger.combination().kind().isObservable()
        && !Double.isNaN(point.value());
  }

  /**
   * Each exemplar for itself.
   *
   * @param shown measurements that earlier points of a delta reader had exemplars of
   */
  void exemplars(BitSet shown) {
    final Set<Integer> own = new HashSet<>();
    final int[] inBucket = new int[Ledger.bucketCount()];
    double sum = 0;
    for (final Seen.Exemplar exemplar : point.exemplars()) {
      tally.checked(Figure.MIXED, 1);
      tally.checked(Figure.NOT_COUNTED, 1);
      tally.checked(Figure.WRONG_TRACE, 1);
      final int index = ledger.indexOfValue(exemplar.value());
      final String trace = wrongTrace(exemplar, index);
      violated(Figure.WRONG_TRACE, trace, exemplar);
      if (trace == null && index != Ledger.NOBODY) {
        violated(Figure.MIXED, mixed(exemplar, index), exemplar);
      }
      inBucket[ledger.bucket(exemplar.value())]++;
      violated(Figure.NOT_COUNTED, notCounted(exemplar, index, shown, own, inBucket), exemplar);
      sum += exemplar.value();
    }
    if (setup.isDelta()) {
      own.forEach(shown::set);
    }
    checkSum(inBucket, sum);
  }

  /** Where all that is counted has exemplars they make up the sum; no less in any case. */
  private void checkSum(int[] inBucket, double sumOfExemplars) {
    if (!isSum() || point.exemplars().isEmpty()) {
      return;
    }
    boolean isComplete = !point.buckets().isEmpty();
    for (int bucket = 0; bucket < point.buckets().size(); bucket++) {
      isComplete &= point.buckets().get(bucket) == inBucket[bucket];
    }
    if (isComplete
        ? point.value() != sumOfExemplars
        : ledger.combination().isMonotonicSum() && point.value() < sumOfExemplars) {
      tally.violated(
          Figure.NOT_COUNTED,
          1,
          where() + "sum " + point.value() + " is without exemplars, of " + sumOfExemplars);
    }
  }

  private String wrongTrace(Seen.Exemplar exemplar, int index) {
    if (index != Ledger.NOBODY && !setup.filter().admits(ledger.span(index))) {
      return "not sampled";
    }
    if (!exemplar.hasSpan()) {
      return setup.filter() == Filter.TRACE_BASED ? "no trace" : null;
    }
    if (exemplar.traceId().length() != 32 || exemplar.spanId().length() != 16) {
      return "no trace id, or no span id";
    }
    final int ofTrace = ledger.indexOfTrace(exemplar.traceId());
    final int ofSpan = ledger.indexOfSpan(exemplar.spanId());
    if (ofTrace == Ledger.NOBODY || ofSpan == Ledger.NOBODY) {
      return "ids that were never used";
    }
    return setup.filter().admits(ledger.span(ofTrace)) && setup.filter().admits(ledger.span(ofSpan))
        ? null
        : "ids of a span that is not sampled";
  }

  private String mixed(Seen.Exemplar exemplar, int index) {
    if (exemplar.hasSpan() != ledger.span(index).isSpan()) {
      return "measurement " + index + " without its span, or with another one";
    }
    if (exemplar.hasSpan() && ledger.indexOfTrace(exemplar.traceId()) != index) {
      return "value of " + index + ", trace of " + ledger.indexOfTrace(exemplar.traceId());
    }
    if (exemplar.hasSpan() && ledger.indexOfSpan(exemplar.spanId()) != index) {
      return "value of " + index + ", span of " + ledger.indexOfSpan(exemplar.spanId());
    }
    if (ledger.series(index) != series || exemplar.hasFilteredAttributes()) {
      return "value of " + index + " with attributes of another";
    }
    return isTimeOf(exemplar.time(), index)
        ? null
        : "value of " + index + ", which was at " + ledger.time(index);
  }

  /** Its own time, also where it was made while its point was collected. */
  private boolean isTimeOf(long time, int index) {
    final long own = ledger.time(index);
    final boolean isOfProvider = own != 0 && time == own;
    // The stock SDK takes it from the system's clock, as its stamps are, in whole milliseconds.
    final long end = ledger.combination().kind().isObservable() ? look.end() : ledger.end(index);
    return isOfProvider || (time >= ledger.begin(index) / MILLI * MILLI && time <= end);
  }

  private String notCounted(
      Seen.Exemplar exemplar, int index, BitSet shown, Set<Integer> own, int[] inBucket) {
    if (index == Ledger.NOBODY || !ledger.isAccepted(index)) {
      return "value that was not recorded, or dropped";
    }
    if (!window.isPossible(ledger, index)) {
      return "measurement of another interval";
    }
    if (!own.add(index)) {
      return "measurement that has another exemplar";
    }
    if (shown.get(index)) {
      return "measurement of an earlier point";
    }
    if (exemplar.value() < point.min() || exemplar.value() > point.max()) {
      return "beyond minimum or maximum";
    }
    if (!point.buckets().isEmpty()) {
      final int bucket = ledger.bucket(exemplar.value());
      return point.buckets().get(bucket) < inBucket[bucket]
          ? "bucket " + bucket + " counts " + point.buckets().get(bucket)
          : null;
    }
    return point.exponential() == null || point.exponential().contains(exemplar.value())
        ? null
        : "bucket is empty";
  }

  private void violated(Figure figure, String what, Seen.Exemplar exemplar) {
    if (what != null) {
      tally.violated(figure, 1, where() + what + ": " + exemplar);
    }
  }

  private String where() {
    return ledger.combination()
        + " series "
        + series
        + " of "
        + setup
        + " at "
        + look.time()
        + ": ";
  }
}
