package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collect;
import static io.glint.reservoir.ReservoirTestSupport.offerRange;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static io.glint.reservoir.ReservoirTestSupport.uniformityDeviate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimpleFixedSizeExemplarReservoirTest {
  private static final int TRIALS = 200_000;

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

  /** Off-by-one errors show for N just above k, so each of those is tried. */
  @ParameterizedTest
  @CsvSource({
    "1, 2", "1, 3", "1, 7", "2, 3", "2, 4", "2, 8", "3, 4", "3, 5", "3, 9", "4, 5", "4, 6", "4, 10"
  })
  void everyOneOfFewMeasurementsHasTheSameChance(int size, int offers) {
    final long[] kept = new long[offers];
    final ExemplarReservoir reservoir =
        new SimpleFixedSizeExemplarReservoir(size, settings(1, 31L * size + offers));
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(reservoir, 0, offers);
      for (final long value : collect(reservoir)) {
        kept[(int) value]++;
      }
    }
    assertInclusion(kept, size / (double) offers);
  }

  @ParameterizedTest
  @CsvSource({"1, 1000", "4, 1000", "20, 2000"})
  void everyOneOfManyMeasurementsHasTheSameChance(int size, int offers) {
    final long[] kept = new long[20];
    final int trials = 20_000;
    final ExemplarReservoir reservoir =
        new SimpleFixedSizeExemplarReservoir(size, settings(1, 77L + size));
    for (int trial = 0; trial < trials; trial++) {
      offerRange(reservoir, 0, offers);
      for (final long value : collect(reservoir)) {
        kept[(int) (value * kept.length / offers)]++;
      }
    }
    assertThat(uniformityDeviate(kept, trials * (double) size / kept.length)).isLessThan(3.09);
  }

  /** Two reservoirs of unequal sizes, joined, must be as one that has seen everything. */
  @ParameterizedTest
  @CsvSource({"1, 1, 2", "1, 3, 5", "2, 1, 4", "2, 5, 2", "3, 2, 2", "4, 3, 9", "4, 10, 1"})
  void joinedReservoirsGiveEveryMeasurementTheSameChance(int size, int first, int second) {
    final int offers = first + second;
    final long[] kept = new long[offers];
    final ReservoirSettings settings = settings(1, 1000L * size + 10L * first + second);
    final ExemplarReservoir one = new SimpleFixedSizeExemplarReservoir(size, settings);
    final ExemplarReservoir two = new SimpleFixedSizeExemplarReservoir(size, settings);
    final ExemplarReservoir joined = new SimpleFixedSizeExemplarReservoir(size, settings);
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(one, 0, first);
      offerRange(two, first, offers);
      joined.absorb(one);
      joined.absorb(two);
      final List<Long> values = collect(joined);
      assertThat(values).hasSize(Math.min(size, offers));
      for (final long value : values) {
        kept[(int) value]++;
      }
    }
    assertInclusion(kept, Math.min(size, offers) / (double) offers);
    assertThat(collect(one)).isEmpty();
    assertThat(collect(two)).isEmpty();
  }

  @Test
  void refusesASizeThatKeepsNothing() {
    assertThatThrownBy(() -> ExemplarReservoirFactory.fixedSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("size 0")
        .hasMessageContaining("alwaysOff");
  }

  /**
   * Each count within four standard deviations of a binomial, which all of them miss once in 10⁴.
   */
  private static void assertInclusion(long[] kept, double probability) {
    final double deviation = Math.sqrt(TRIALS * probability * (1 - probability));
    for (final long count : kept) {
      assertThat((double) count)
          .isBetween(
              TRIALS * probability - 4 * deviation - 1e-9,
              TRIALS * probability + 4 * deviation + 1e-9);
    }
  }
}
