package io.glint.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FootprintTest {
  @Test
  void whatIsSharedCountsOnce() {
    final long[] shared = new long[1000];
    assertThat(
            Footprint.of(shared, shared, new Object[] {shared})
                .minus(Footprint.of((Object) shared)))
        .satisfies(rest -> assertThat(rest.total()).isLessThan(100));
  }

  @Test
  void theDifferenceIsWhatWasAdded() {
    final List<Object> list = new ArrayList<>(100);
    list.add(new long[10]);
    final Footprint before = Footprint.of(list);
    list.add(new long[100]);
    final Footprint difference = Footprint.of(list).minus(before);
    assertThat(difference.bytes()).containsOnlyKeys("[J");
    assertThat(difference.total()).isBetween(800L, 832L);
  }

  @Test
  void theLargestComeFirstAndTriflesAreLeftOut() {
    assertThat(new Footprint(Map.of("a", 100L, "b", 3000L, "c", 50_000L)).largest(5, 1000))
        .containsExactly(entry("c", 50.0), entry("b", 3.0));
  }
}
