package io.glint.examples.webstore.watch;

import io.glint.examples.webstore.watch.Interval.Linked;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All intervals since the start, summed.
 *
 * @param linkedTraces how many different traces the payment exemplars pointed to
 * @param lastLinked the traces linked in the last interval: enough to count none twice, since one
 *     request can at most straddle two intervals, and small however long the demo runs
 */
public record Totals(
    long requests,
    long orders,
    long declined,
    Distribution payments,
    Optional<Linked> slowest,
    long linkedTraces,
    Set<String> lastLinked) {

  static final Totals ZERO = new Totals(0, 0, 0, Distribution.EMPTY, Optional.empty(), 0, Set.of());

  Totals plus(Interval interval) {
    final Set<String> fresh = new HashSet<>(interval.linkedTraces());
    fresh.removeAll(lastLinked);
    return new Totals(
        requests + interval.requests(),
        orders + interval.orders(),
        declined + interval.declined(),
        payments.plus(interval.payments()),
        Stream.concat(slowest.stream(), interval.slowest().stream())
            .max(Comparator.comparingDouble(Linked::value)),
        linkedTraces + fresh.size(),
        interval.linkedTraces());
  }
}
