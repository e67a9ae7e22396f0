package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.watch.Interval.Linked;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TotalsTest {

  @Test
  void aTraceLinkedInTwoIntervalsIsCountedOnce() {
    final Totals totals =
        Totals.ZERO
            .plus(interval(1.0, Set.of("a", "b")))
            .plus(interval(0.5, Set.of("b", "c")))
            .plus(interval(0.7, Set.of()));

    assertThat(totals.linkedTraces()).isEqualTo(3);
  }

  @Test
  void theSlowestOfAllIsRemembered() {
    final Totals totals =
        Totals.ZERO.plus(interval(2.0, Set.of("a"))).plus(interval(0.5, Set.of("b")));

    assertThat(totals.slowest()).get().returns(2.0, Linked::value);
    assertThat(totals.requests()).isEqualTo(20);
    assertThat(totals.orders()).isEqualTo(10);
    assertThat(totals.declined()).isEqualTo(2);
  }

  private static Interval interval(double slowest, Set<String> linked) {
    return new Interval(
        10,
        5,
        1,
        Distribution.EMPTY,
        Optional.of(linked(slowest, "a")),
        Optional.empty(),
        linked.stream().map(trace -> linked(0.1, trace)).toList());
  }

  private static Linked linked(double value, String trace) {
    return new Linked(value, trace, "s", "FR", "card");
  }
}
