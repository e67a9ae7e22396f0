package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collectDoubles;
import static io.glint.reservoir.ReservoirTestSupport.offer;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExtremesExemplarReservoirTest {

  /** What a reservoir should have kept. */
  private record Kept(double value, long number) {
    static final Comparator<Kept> EARLIER = Comparator.comparingLong(Kept::number);
    // The sum makes a negative zero the same as the other one.
    static final Comparator<Kept> ASCENDING = Comparator.comparing(kept -> kept.value + 0.0);
  }

  private final AtomicLong number = new AtomicLong();
  private final ReservoirSettings settings = settings(1, number::get);

  @Test
  void theLargestComesFirst() {
    final ExemplarReservoir reservoir = ExemplarReservoirFactory.extremes(2).create(settings);
    for (final double value : new double[] {3, 1, 4, 1, 5, 9, 2, 6}) {
      offer(reservoir, value, 0);
    }
    assertThat(collectDoubles(reservoir)).containsExactly("0:9.0", "1:6.0");
  }

  @Test
  void theSmallestFollows() {
    final ExemplarReservoir reservoir = ExemplarReservoirFactory.extremes(1, 2).create(settings);
    for (final double value : new double[] {3, 1, 4, 2, 5, 9, 2, 6}) {
      offer(reservoir, value, 0);
    }
    assertThat(collectDoubles(reservoir)).containsExactly("0:9.0", "1:1.0", "2:2.0");
  }

  @Test
  void whatIsAmongBothIsHandedOverOnce() {
    final ExemplarReservoir reservoir = ExemplarReservoirFactory.extremes(2, 2).create(settings);
    offer(reservoir, 3, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("0:3.0");
    offer(reservoir, 3, 0);
    offer(reservoir, 1, 0);
    offer(reservoir, 2, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("0:3.0", "1:2.0", "2:1.0");
  }

  @Test
  void infinitiesAreExtremeAndNotANumberIsNot() {
    final double negativeNan = Double.longBitsToDouble(0xFFF8000000000000L);
    final ExemplarReservoir reservoir = ExemplarReservoirFactory.extremes(1, 1).create(settings);
    offer(reservoir, Double.NaN, 0);
    offer(reservoir, negativeNan, 0);
    assertThat(collectDoubles(reservoir)).isEmpty();
    offer(reservoir, Double.MAX_VALUE, 0);
    offer(reservoir, -Double.MAX_VALUE, 0);
    offer(reservoir, Double.NaN, 0);
    offer(reservoir, negativeNan, 0);
    assertThat(collectDoubles(reservoir))
        .containsExactly("0:" + Double.MAX_VALUE, "1:" + -Double.MAX_VALUE);
    offer(reservoir, Double.NEGATIVE_INFINITY, 0);
    offer(reservoir, 0, 0);
    offer(reservoir, Double.POSITIVE_INFINITY, 0);
    offer(reservoir, Double.NaN, 0);
    offer(reservoir, negativeNan, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("0:Infinity", "1:-Infinity");
  }

  /** Beyond 2^53 they would be equal as doubles. */
  @Test
  void longMeasurementsAreComparedAsSuch() {
    final ExemplarReservoir reservoir = ExemplarReservoirFactory.extremes(1, 1).create(settings);
    final ExemplarReservoir joined = ExemplarReservoirFactory.extremes(1, 1).create(settings);
    final List<Long> kept = new ArrayList<>();
    final long[] values = {
      0, Long.MAX_VALUE - 2, Long.MIN_VALUE + 2, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1
    };
    offerLongs(reservoir, values);
    reservoir.collect((slot, exemplar) -> kept.add(exemplar.longValue()));
    assertThat(kept).containsExactly(Long.MAX_VALUE - 1, Long.MIN_VALUE + 1);
    kept.clear();
    offerLongs(reservoir, values);
    // The whole range: nothing is beyond it.
    offerLongs(reservoir, Long.MAX_VALUE, Long.MIN_VALUE, 5, Long.MAX_VALUE, Long.MIN_VALUE);
    joined.mergeFrom(reservoir);
    joined.collect((slot, exemplar) -> kept.add(exemplar.longValue()));
    assertThat(kept).containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
  }

  private static void offerLongs(ExemplarReservoir reservoir, long... values) {
    for (final long value : values) {
      reservoir.offerLong(value, 0, Attributes.empty(), Context.root());
    }
  }

  static Stream<Arguments> sizesAndParts() {
    return Stream.of(
            new int[][] {{1, 0}, {2, 0}, {5, 0}, {0, 1}, {0, 3}, {1, 1}, {2, 1}, {1, 2}, {4, 7}})
        .flatMap(
            sizes ->
                Stream.of(0, 1, 2, 3, 8).map(parts -> Arguments.of(sizes[0], sizes[1], parts)));
  }

  /** With many equal values, of all orders, and from any number of reservoirs. */
  @ParameterizedTest
  @MethodSource("sizesAndParts")
  void agreesWithASortedModel(int largest, int smallest, int parts) {
    final ExemplarReservoirFactory factory = ExemplarReservoirFactory.extremes(largest, smallest);
    final ExemplarReservoir joined = factory.create(settings);
    final ExemplarReservoir[] reservoirs = new ExemplarReservoir[Math.max(1, parts)];
    Arrays.setAll(reservoirs, i -> factory.create(settings));
    final SplittableRandom random = new SplittableRandom(parts);
    for (int interval = 0; interval < 2000; interval++) {
      final int order = random.nextInt(4);
      final int range = 1 + random.nextInt(30);
      final List<Kept> offered = new ArrayList<>();
      final int offers = random.nextInt(40);
      for (int i = 0; i < offers; i++) {
        final double value =
            switch (order) {
              case 0 -> Math.floor(i / 3.0);
              case 1 -> -Math.floor(i / 3.0);
              default -> random.nextInt(range) * (random.nextBoolean() ? 1.0 : -1.0);
            };
        offered.add(new Kept(value, number.incrementAndGet()));
        offer(reservoirs[random.nextInt(reservoirs.length)], value, 0);
      }
      for (int i = 0; i < parts; i++) {
        joined.mergeFrom(reservoirs[i]);
      }
      final Map<Integer, Kept> kept = new TreeMap<>();
      (parts == 0 ? reservoirs[0] : joined)
          .collect(
              (slot, exemplar) ->
                  kept.put(slot, new Kept(exemplar.doubleValue(), exemplar.epochNanos())));
      assertThat(kept).isEqualTo(model(offered, largest, smallest));
    }
  }

  private static Map<Integer, Kept> model(List<Kept> offered, int largest, int smallest) {
    final Map<Integer, Kept> model = new TreeMap<>();
    final List<Kept> rest = new ArrayList<>(offered);
    rest.sort(Kept.ASCENDING.reversed().thenComparing(Kept.EARLIER));
    for (int slot = 0; slot < largest && !rest.isEmpty(); slot++) {
      model.put(slot, rest.remove(0));
    }
    rest.sort(Kept.ASCENDING.thenComparing(Kept.EARLIER));
    for (int slot = largest; slot < largest + smallest && !rest.isEmpty(); slot++) {
      model.put(slot, rest.remove(0));
    }
    return model;
  }

  @Test
  void readsTheClockOnlyForMeasurementsItKeeps() {
    final AtomicInteger reads = new AtomicInteger();
    final ExemplarReservoir reservoir =
        new ExtremesExemplarReservoir(2, 1, settings(1, () -> (long) reads.incrementAndGet()));
    for (int i = 0; i < 1000; i++) {
      offer(reservoir, 5, 0);
    }
    assertThat(reads).hasValue(3);
    offer(reservoir, 6, 0);
    offer(reservoir, 4, 0);
    offer(reservoir, 4, 0);
    offer(reservoir, 5, 0);
    offer(reservoir, 4.5, 0);
    assertThat(reads).hasValue(5);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, alwaysOff", "-1, 2, negative", "1, -1, negative"})
  void refusesSizesThatMakeNoSense(int largest, int smallest, String says) {
    assertThatThrownBy(() -> ExemplarReservoirFactory.extremes(largest, smallest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }

  @Test
  void refusesToKeepNoneOfTheLargestAndNothingElse() {
    assertThatThrownBy(() -> ExemplarReservoirFactory.extremes(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot keep anything")
        .hasMessageContaining("alwaysOff");
    assertThatThrownBy(
            () -> ExemplarReservoirFactory.extremes(Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2147483647");
  }
}
