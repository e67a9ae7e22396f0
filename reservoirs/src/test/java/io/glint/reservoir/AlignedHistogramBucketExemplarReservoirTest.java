package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collect;
import static io.glint.reservoir.ReservoirTestSupport.collectDoubles;
import static io.glint.reservoir.ReservoirTestSupport.offer;
import static io.glint.reservoir.ReservoirTestSupport.offerRange;
import static io.glint.reservoir.ReservoirTestSupport.seedFor;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlignedHistogramBucketExemplarReservoirTest {
  private static final int TRIALS = 200_000;

  @Test
  void everyBucketThatWasHitKeepsAMeasurementOfItsOwn() {
    final ExemplarReservoir reservoir =
        ExemplarReservoirFactory.alignedHistogramBucket().create(settings(4, 1));
    for (int i = 0; i < 1000; i++) {
      offer(reservoir, 0.5, 0);
      offer(reservoir, 2.5, 2);
    }
    offer(reservoir, 3.5, 3);
    assertThat(collectDoubles(reservoir)).containsExactly("0:0.5", "2:2.5", "3:3.5");
  }

  @Test
  void everyBucketThatWasHitInAnyOfThemHasAMeasurementOnceJoined() {
    final ReservoirSettings settings = settings(4, 1);
    final ExemplarReservoir one = new AlignedHistogramBucketExemplarReservoir(settings);
    final ExemplarReservoir two = new AlignedHistogramBucketExemplarReservoir(settings);
    final ExemplarReservoir joined = new AlignedHistogramBucketExemplarReservoir(settings);
    for (int i = 0; i < 1000; i++) {
      offer(one, 0.5, 0);
    }
    offer(two, 0.5, 0);
    offer(two, 3.5, 3);
    joined.mergeFrom(one);
    joined.mergeFrom(two);
    assertThat(collectDoubles(joined)).containsExactly("0:0.5", "3:3.5");
  }

  @Test
  void startsOverAtEachCollection() {
    final ExemplarReservoir reservoir = new AlignedHistogramBucketExemplarReservoir(settings(1, 1));
    offerRange(reservoir, 0, 1_000_000);
    assertThat(collect(reservoir)).hasSize(1);
    assertThat(collect(reservoir)).isEmpty();
    offerRange(reservoir, 7, 8);
    assertThat(collect(reservoir)).containsExactly(7L);
  }

  /**
   * After the first one, which is always kept, the chance that number m is the next to be kept is
   * 1/(m-1) - 1/m. Of equally spaced random numbers exactly as many lead to it.
   */
  @Test
  void theNextOneIsKeptWithTheExactChance() {
    final int draws = 27_720;
    final long[] next = new long[13];
    for (int i = 0; i < draws; i++) {
      final AtomicInteger kept = new AtomicInteger();
      final ExemplarReservoir reservoir =
          new AlignedHistogramBucketExemplarReservoir(
              settings(1, () -> (long) kept.incrementAndGet())
                  .withSeeds(seedOf((i + 0.5) / draws, 1)));
      int m = 0;
      while (kept.get() < 2 && m < next.length) {
        offerRange(reservoir, m, ++m);
      }
      next[kept.get() < 2 ? 0 : m - 1]++;
    }
    for (int m = 2; m < next.length; m++) {
      assertThat(next[m - 1]).as("%s", m).isEqualTo(draws / (m - 1) - draws / m);
    }
  }

  /** The first random number of the reservoir that joins goes with what it merges first. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "2, 1", "5, 3", "1, 999", "999, 1", "123, 877"})
  void theSecondOfTwoIsTakenWithTheExactChance(int first, int second) {
    final int draws = first + second;
    int taken = 0;
    final ExemplarReservoir one = new AlignedHistogramBucketExemplarReservoir(settings(1, 1));
    final ExemplarReservoir two = new AlignedHistogramBucketExemplarReservoir(settings(1, 2));
    for (int i = 0; i < draws; i++) {
      final ExemplarReservoir joined =
          new AlignedHistogramBucketExemplarReservoir(
              settings(1, 1).withSeeds(seedOf((i + 0.5) / draws, 2)));
      offerRange(one, 0, first);
      offerRange(two, first, draws);
      joined.mergeFrom(one);
      joined.mergeFrom(two);
      taken += collect(joined).get(0) >= first ? 1 : 0;
    }
    assertThat(taken).isEqualTo(second);
  }

  private static LongSupplier seedOf(double u, int draw) {
    final long seed = seedFor(u, draw);
    return () -> seed;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 13})
  void everyOneOfFewMeasurementsHasTheSameChance(int offers) {
    final long[] kept = new long[offers];
    final ExemplarReservoir reservoir =
        new AlignedHistogramBucketExemplarReservoir(settings(1, offers));
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(reservoir, 0, offers);
      kept[collect(reservoir).get(0).intValue()]++;
    }
    assertSameChance(kept);
  }

  @Test
  void everyOneOfManyMeasurementsHasTheSameChance() {
    final long[] kept = new long[50];
    final ExemplarReservoir reservoir = new AlignedHistogramBucketExemplarReservoir(settings(1, 3));
    for (int trial = 0; trial < 50_000; trial++) {
      offerRange(reservoir, 0, 1000);
      kept[(int) (collect(reservoir).get(0) * kept.length / 1000)]++;
    }
    assertSameChance(kept);
  }

  /** The sizes of the reservoirs that are joined, of which some are empty. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 1",
        "1 4",
        "5 2",
        "30 3",
        "0 3",
        "3 0 0 1",
        "2 7 1",
        "0 0 9 0 1 1",
        "1 2 3 4 5 6 7 8",
        "40 1 1 0 1 1 1 1"
      })
  void joinedReservoirsGiveEveryMeasurementTheSameChance(String sizes) {
    final int[] offers = Stream.of(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
    final ReservoirSettings settings = settings(1, sizes.hashCode());
    final ExemplarReservoir joined = new AlignedHistogramBucketExemplarReservoir(settings);
    final ExemplarReservoir[] parts = new ExemplarReservoir[offers.length];
    Arrays.setAll(parts, i -> new AlignedHistogramBucketExemplarReservoir(settings));
    final long[] kept = new long[IntStream.of(offers).sum()];
    for (int trial = 0; trial < TRIALS; trial++) {
      int offered = 0;
      for (int i = 0; i < parts.length; i++) {
        offerRange(parts[i], offered, offered + offers[i]);
        offered += offers[i];
        joined.mergeFrom(parts[i]);
      }
      kept[collect(joined).get(0).intValue()]++;
    }
    assertSameChance(kept);
    for (final ExemplarReservoir part : parts) {
      assertThat(collect(part)).isEmpty();
    }
  }

  @Test
  void readsTheClockOnlyForMeasurementsItKeeps() {
    final AtomicInteger reads = new AtomicInteger();
    final ExemplarReservoir reservoir =
        new AlignedHistogramBucketExemplarReservoir(
            settings(1, () -> (long) reads.incrementAndGet()));
    offerRange(reservoir, 0, 1_000_000);
    // The expectation is ln(10⁶) + 0.58 = 14.4, the standard deviation about 3.6.
    assertThat(reads).hasValueBetween(1, 40);
  }

  private static void assertSameChance(long[] kept) {
    if (kept.length > 1) {
      assertThat(ChiSquare.uniformP(kept)).isGreaterThan(0.001);
    }
  }
}
