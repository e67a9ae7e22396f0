package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collect;
import static io.glint.reservoir.ReservoirTestSupport.offerRange;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimpleFixedSizeExemplarReservoirTest {
  private static final int TRIALS = 100_000;

  @Test
  void keepsEverythingWhileThereIsRoom() {
    final ExemplarReservoir reservoir = new SimpleFixedSizeExemplarReservoir(4, settings(1, 1));
    offerRange(reservoir, 0, 3);
    assertThat(collect(reservoir)).containsExactly(0L, 1L, 2L);
    offerRange(reservoir, 0, 4);
    assertThat(collect(reservoir)).containsExactly(0L, 1L, 2L, 3L);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 1000", "3, 4", "7, 1000", "20, 100000"})
  void isFilledToTheSmallerOfSizeAndOffers(int size, int offers) {
    final ExemplarReservoir reservoir = new SimpleFixedSizeExemplarReservoir(size, settings(1, 5));
    offerRange(reservoir, 0, offers);
    assertThat(collect(reservoir)).hasSize(Math.min(size, offers)).doesNotHaveDuplicates();
  }

  @Test
  void startsOverAtEachCollection() {
    final ExemplarReservoir reservoir = new SimpleFixedSizeExemplarReservoir(1, settings(1, 1));
    offerRange(reservoir, 0, 1_000_000);
    assertThat(collect(reservoir)).hasSize(1);
    assertThat(collect(reservoir)).isEmpty();
    offerRange(reservoir, 7, 8);
    assertThat(collect(reservoir)).containsExactly(7L);
  }

  /** Off-by-one errors show for N just above k. */
  static Stream<Arguments> sizesAndOffers() {
    return IntStream.rangeClosed(1, 4)
        .boxed()
        .flatMap(
            size ->
                IntStream.rangeClosed(size, size + 6)
                    .mapToObj(offers -> Arguments.of(size, offers)));
  }

  /** Every choice of k of N, not just every single one, as that alone would not be fair. */
  @ParameterizedTest
  @MethodSource("sizesAndOffers")
  void everyChoiceOfFewMeasurementsHasTheSameChance(int size, int offers) {
    final ExemplarReservoir reservoir =
        new SimpleFixedSizeExemplarReservoir(size, settings(1, 31L * size + offers));
    final Map<BitSet, Integer> chosen = new HashMap<>();
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(reservoir, 0, offers);
      chosen.merge(choice(collect(reservoir)), 1, Integer::sum);
    }
    assertSameChance(chosen, choices(offers, size));
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "4, 1000", "20, 2000"})
  void everyOneOfManyMeasurementsHasTheSameChance(int size, int offers) {
    final long[] kept = new long[20];
    final ExemplarReservoir reservoir =
        new SimpleFixedSizeExemplarReservoir(size, settings(1, 77L + size));
    for (int trial = 0; trial < 20_000; trial++) {
      offerRange(reservoir, 0, offers);
      for (final long value : collect(reservoir)) {
        kept[(int) (value * kept.length / offers)]++;
      }
    }
    assertThat(ChiSquare.uniformP(kept)).isGreaterThan(0.001);
  }

  /** Reservoirs of unequal sizes, joined, must be as one that has seen everything. */
  @ParameterizedTest
  @CsvSource({
    "1, 1 2",
    "1, 3 5",
    "1, 0 2 0",
    "1, 1 2 3 4 5 6",
    "1, 9 1 1 1 0 1 1 1",
    "2, 1 4",
    "2, 5 2",
    "2, 3 0 1 3",
    "2, 1 1 1 1 1 1 1 1",
    "3, 2 2",
    "3, 1 0 0 5 1",
    "3, 0 6 0",
    "4, 3 6",
    "4, 8 1",
    "4, 1 1 1",
    "4, 1 2 3 1 0 2"
  })
  void joinedReservoirsGiveEveryChoiceTheSameChance(int size, String sizes) {
    final int[] offers = Stream.of(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
    final ReservoirSettings settings = settings(1, size + sizes.hashCode());
    final ExemplarReservoir joined = new SimpleFixedSizeExemplarReservoir(size, settings);
    final ExemplarReservoir[] parts = new ExemplarReservoir[offers.length];
    Arrays.setAll(parts, i -> new SimpleFixedSizeExemplarReservoir(size, settings));
    final int total = IntStream.of(offers).sum();
    final Map<BitSet, Integer> chosen = new HashMap<>();
    for (int trial = 0; trial < TRIALS; trial++) {
      int offered = 0;
      for (int i = 0; i < parts.length; i++) {
        offerRange(parts[i], offered, offered + offers[i]);
        offered += offers[i];
        joined.mergeFrom(parts[i]);
      }
      final List<Long> values = collect(joined);
      assertThat(values).hasSize(Math.min(size, total));
      chosen.merge(choice(values), 1, Integer::sum);
    }
    assertSameChance(chosen, choices(total, Math.min(size, total)));
    for (final ExemplarReservoir part : parts) {
      assertThat(collect(part)).isEmpty();
    }
  }

  @Test
  void readsTheClockOnlyForMeasurementsItKeeps() {
    final AtomicInteger reads = new AtomicInteger();
    final ExemplarReservoir reservoir =
        new SimpleFixedSizeExemplarReservoir(4, settings(1, () -> (long) reads.incrementAndGet()));
    offerRange(reservoir, 0, 1_000_000);
    // The expectation is 4 (ln(10⁶ / 4) + 1), about 54, the standard deviation about 7.
    assertThat(reads).hasValueBetween(20, 90);
  }

  @Test
  void refusesASizeThatKeepsNothing() {
    assertThatThrownBy(() -> ExemplarReservoirFactory.fixedSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("size 0")
        .hasMessageContaining("alwaysOff");
  }

  private static BitSet choice(List<Long> values) {
    final BitSet choice = new BitSet();
    values.forEach(value -> choice.set(value.intValue()));
    return choice;
  }

  /** Binomial coefficient. */
  private static int choices(int of, int size) {
    int choices = 1;
    for (int i = 0; i < size; i++) {
      choices = choices * (of - i) / (i + 1);
    }
    return choices;
  }

  private static void assertSameChance(Map<BitSet, Integer> chosen, int choices) {
    assertThat(chosen).hasSize(choices);
    if (choices > 1) {
      final long[] counts = chosen.values().stream().mapToLong(Integer::longValue).toArray();
      assertThat(ChiSquare.uniformP(counts)).isGreaterThan(0.001);
    }
  }
}
