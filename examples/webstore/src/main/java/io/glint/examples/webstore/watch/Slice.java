package io.glint.examples.webstore.watch;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.watch.Interval.Linked;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One column of the heat map.
 *
 * @param number counts up by one from slice to slice
 * @param fromMillis since the epoch
 * @param toMillis since the epoch
 * @param counts payments by bucket of {@link Signals#SECONDS}; one zero if there were none
 * @param p95 in seconds; NaN if there were no payments
 * @param dots exemplars: the greatest of each slow bucket, and the greatest of all quick ones
 */
public record Slice(
    long number, long fromMillis, long toMillis, List<Long> counts, double p95, List<Linked> dots) {

  static Slice of(long number, long fromMillis, long toMillis, Interval interval) {
    return new Slice(
        number,
        fromMillis,
        toMillis,
        interval.payments().counts(),
        interval.payments().quantile(0.95),
        dots(interval.linked()));
  }

  private static List<Linked> dots(List<Linked> linked) {
    final Map<Integer, Linked> greatest = new HashMap<>();
    final Comparator<Linked> byValue = Comparator.comparingDouble(Linked::value);
    for (final Linked exemplar : linked) {
      greatest.merge(
          place(exemplar.value()), exemplar, (a, b) -> byValue.compare(a, b) < 0 ? b : a);
    }
    final List<Linked> dots = new ArrayList<>(greatest.values());
    dots.sort(byValue);
    return Collections.unmodifiableList(dots);
  }

  /** The bucket of a slow payment; -1 for all others. */
  private static int place(double seconds) {
    return seconds <= Signals.SLOW_SECONDS ? -1 : bucketOf(seconds);
  }

  /** Upper bounds are inclusive. */
  public static int bucketOf(double seconds) {
    final int found = Collections.binarySearch(Signals.SECONDS, seconds);
    return found >= 0 ? found : -found - 1;
  }
}
