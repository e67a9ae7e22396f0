package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collectDoubles;
import static io.glint.reservoir.ReservoirTestSupport.offer;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
class OctaveAlignedExemplarReservoirTest {
  private static final int TRIALS = 100_000;
  private static final int LOWEST = -1023;
  private static final int HIGHEST = 1023;

  private final ExemplarReservoir reservoir = create(1);

  @Test
  void anOctaveIncludesItsUpperBoundAndNotItsLower() {
    for (int k = LOWEST; k < HIGHEST; k++) {
      final double upper = Math.scalb(1.0, k + 1);
      assertThat(octave(upper)).isEqualTo(k);
      assertThat(octave(Math.nextUp(upper))).isEqualTo(k + 1);
      assertThat(octave(Math.nextDown(upper))).isEqualTo(k);
    }
  }

  @Test
  void subnormalValuesCountAsTheSmallestNormalOneAndInfinityAsTheLargest() {
    assertThat(octave(Double.MIN_NORMAL)).isEqualTo(LOWEST);
    assertThat(octave(Math.nextUp(Double.MIN_NORMAL))).isEqualTo(LOWEST + 1);
    assertThat(octave(Math.nextDown(Double.MIN_NORMAL))).isEqualTo(LOWEST);
    assertThat(octave(Double.MIN_VALUE)).isEqualTo(LOWEST);
    assertThat(octave(Double.MAX_VALUE)).isEqualTo(HIGHEST);
    assertThat(octave(Double.POSITIVE_INFINITY)).isEqualTo(HIGHEST);
  }

  @Test
  void valuesThatAreNotPositiveShareTheFirstSlot() {
    for (final double value :
        new double[] {0, -0.0, -Double.MIN_VALUE, -1, Double.NEGATIVE_INFINITY, Double.NaN}) {
      offer(reservoir, value, 0);
      assertThat(collectDoubles(reservoir)).containsExactly("0:" + value);
    }
    offer(reservoir, -1, 0);
    offer(reservoir, 0, 0);
    offer(reservoir, 1, 0);
    assertThat(collectDoubles(reservoir)).hasSize(2).last().isEqualTo("64:1.0");
  }

  @Test
  void longValuesAreConverted() {
    for (final long value : new long[] {1, 2, 3, 4, 5, 1023, 1024, 1025, Long.MAX_VALUE}) {
      reservoir.offerLong(value, 0, Attributes.empty(), Context.root());
      reservoir.collect(
          (slot, exemplar) -> {
            assertThat(slot).isEqualTo(slot(octave((double) value)));
            assertThat(exemplar.longValue()).isEqualTo(value);
          });
    }
    reservoir.offerLong(-1, 0, Attributes.empty(), Context.root());
    reservoir.collect((slot, exemplar) -> assertThat(slot).isZero());
  }

  @Test
  void anOctaveHasTheSameSlotInEveryInterval() {
    final SplittableRandom random = new SplittableRandom(1);
    for (int interval = 0; interval < 5000; interval++) {
      final int k = random.nextInt(LOWEST, HIGHEST + 1);
      final double value = 1.5 * Math.scalb(1.0, Math.max(k, LOWEST + 1));
      for (int i = random.nextInt(20); i > 0; i--) {
        // Others of the window, below the value.
        offer(reservoir, Math.scalb(value, -random.nextInt(64)), 0);
      }
      offer(reservoir, value, 0);
      final Map<Integer, Double> slots = new HashMap<>();
      reservoir.collect((slot, exemplar) -> slots.put(slot, exemplar.doubleValue()));
      assertThat(slots.get(slot(octave(value)))).isEqualTo(value);
    }
  }

  @Test
  void theTailHasAnExemplarHoweverRareItIs() {
    for (int i = 0; i < 100_000; i++) {
      offer(reservoir, 1.5 + i % 2, 0);
    }
    offer(reservoir, 1000, 0);
    for (int i = 0; i < 100_000; i++) {
      offer(reservoir, 1.5 + i % 2, 0);
    }
    assertThat(collectDoubles(reservoir)).containsExactly("1:1.5", "2:2.5", "10:1000.0");
  }

  @Test
  void sixtyFourOctavesHaveSlotsOfTheirOwn() {
    for (int k = 0; k < 64; k++) {
      offer(reservoir, 1.5 * Math.scalb(1.0, k), 0);
    }
    assertThat(collectDoubles(reservoir)).hasSize(64);
  }

  @Test
  void theLowestOctavesFoldWhenHigherOnesAreHit() {
    offer(reservoir, 1.5, 0);
    offer(reservoir, 3, 0);
    offer(reservoir, 1.5 * 0x1p64, 0);
    assertThat(slotsOf(reservoir)).isEqualTo(Set.of(slot(1), slot(64)));
    offer(reservoir, 1.5, 0);
    offer(reservoir, 1.5 * 0x1p63, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("1:1.5", "64:" + 1.5 * 0x1p63);
  }

  @Test
  void whatIsBelowTheWindowFoldsIntoItsLowestOctave() {
    offer(reservoir, 1.5 * 0x1p64, 0);
    offer(reservoir, 3, 0);
    offer(reservoir, 1.5, 0);
    offer(reservoir, Double.MIN_VALUE, 0);
    assertThat(slotsOf(reservoir)).isEqualTo(Set.of(slot(1), slot(64)));
  }

  @Test
  void aWideIntervalDoesNotNarrowTheNextOne() {
    offer(reservoir, Double.MAX_VALUE, 0);
    assertThat(slotsOf(reservoir)).isEqualTo(Set.of(slot(HIGHEST)));
    offer(reservoir, 1.5, 0);
    offer(reservoir, 3, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("1:1.5", "2:3.0");
  }

  /** Values of all magnitudes, in any order and from any number of reservoirs. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void agreesWithAModelOfTheWindow(int parts) {
    final ReservoirSettings settings = settings(1, parts);
    final ExemplarReservoir joined = new OctaveAlignedExemplarReservoir(settings);
    final ExemplarReservoir[] reservoirs = new ExemplarReservoir[Math.max(1, parts)];
    Arrays.setAll(reservoirs, i -> new OctaveAlignedExemplarReservoir(settings));
    final SplittableRandom random = new SplittableRandom(parts);
    for (int interval = 0; interval < 5000; interval++) {
      final int spread = 1 + random.nextInt(random.nextBoolean() ? 80 : 1000);
      final double[] values =
          random
              .doubles(random.nextInt(30), 0.5, 1.5)
              .map(value -> random.nextInt(10) == 0 ? -value : value)
              .map(value -> Math.scalb(value, random.nextInt(-spread, spread)))
              .toArray();
      for (final double value : values) {
        offer(reservoirs[random.nextInt(reservoirs.length)], value, 0);
      }
      final ExemplarReservoir collected = parts == 0 ? reservoirs[0] : joined;
      for (int i = 0; i < parts; i++) {
        joined.mergeFrom(reservoirs[i]);
      }
      final Map<Integer, Set<Double>> model = model(values);
      final Map<Integer, Double> kept = new TreeMap<>();
      collected.collect((slot, exemplar) -> kept.put(slot, exemplar.doubleValue()));
      assertThat(kept.keySet()).isEqualTo(model.keySet());
      kept.forEach((slot, value) -> assertThat(model.get(slot)).contains(value));
    }
  }

  /** Slots, and the values that belong to each. */
  private static Map<Integer, Set<Double>> model(double[] values) {
    final int top =
        DoubleStream.of(values)
            .filter(value -> value > 0)
            .mapToInt(OctaveAlignedExemplarReservoirTest::modelOctave)
            .max()
            .orElse(0);
    return DoubleStream.of(values)
        .boxed()
        .collect(
            Collectors.groupingBy(
                value -> value > 0 ? slot(Math.max(top - 63, modelOctave(value))) : 0,
                TreeMap::new,
                Collectors.toCollection(TreeSet::new)));
  }

  private static int modelOctave(double value) {
    final int exponent = Math.getExponent(value);
    return value == Math.scalb(1.0, exponent) ? exponent - 1 : exponent;
  }

  /** How many measurements of octaves 0, 3 and 5 come before the window moves, and after. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 1 0 0",
        "2 1 3 0",
        "3 0 1 4",
        "1 0 0 5",
        "0 0 7 2",
        "1 1 1 1",
        "0 1 0 9",
        "10 1 1 3"
      })
  void whatWasFoldedHasTheSameChance(String sizes) {
    final int[] offers = Stream.of(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
    final int[] octaves = {0, 3, 5, 2};
    final long[] kept = new long[IntStream.of(offers).sum()];
    for (final int top : new int[] {68, 69, 80, 131, 132, 133, 500}) {
      final ExemplarReservoir folding = create(top + sizes.hashCode());
      Arrays.fill(kept, 0);
      for (int trial = 0; trial < TRIALS / 2; trial++) {
        int number = 0;
        for (int i = 0; i < octaves.length; i++) {
          if (i == 3) {
            offer(folding, 1.5 * Math.scalb(1.0, top), 0);
          }
          for (int n = 0; n < offers[i]; n++) {
            offer(folding, Math.scalb(1 + (number + 1) * 0x1p-10, octaves[i]), 0);
            number++;
          }
        }
        assertThat(offers(folding, top, kept)).isEqualTo(2);
      }
      assertSameChance(kept);
    }
  }

  /** Counts which of the lower values was kept; the number of exemplars. */
  private static int offers(ExemplarReservoir folding, int top, long[] kept) {
    final int[] exemplars = {0};
    folding.collect(
        (slot, exemplar) -> {
          exemplars[0]++;
          final double value = exemplar.doubleValue();
          if (octave(value) == top) {
            assertThat(slot).isEqualTo(slot(top));
          } else {
            assertThat(slot).isEqualTo(slot(top - 63));
            final double significand = Math.scalb(value, -Math.getExponent(value));
            kept[(int) ((significand - 1) * 0x1p10) - 1]++;
          }
        });
    return exemplars[0];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 50})
  void everyOneOfAnOctaveHasTheSameChance(int offers) {
    final long[] kept = new long[offers];
    for (int trial = 0; trial < TRIALS; trial++) {
      for (int i = 0; i < offers; i++) {
        offer(reservoir, 1 + (i + 1) * 0x1p-10, 0);
        offer(reservoir, 5, 0);
      }
      reservoir.collect(
          (slot, exemplar) -> {
            if (exemplar.doubleValue() != 5) {
              kept[(int) ((exemplar.doubleValue() - 1) * 0x1p10) - 1]++;
            }
          });
    }
    assertThat(Arrays.stream(kept).sum()).isEqualTo(TRIALS);
    assertSameChance(kept);
  }

  /** Reservoirs with windows of their own: each has seen a higher octave, or none. */
  @ParameterizedTest
  @ValueSource(strings = {"1 1", "1 4", "5 2", "0 3", "3 0 0 1", "0 7 1 1", "1 2 3 4 5 6 7 8"})
  void joinedReservoirsGiveEveryMeasurementTheSameChance(String sizes) {
    final int[] offers = Stream.of(sizes.split(" ")).mapToInt(Integer::parseInt).toArray();
    final ReservoirSettings settings = settings(1, sizes.hashCode());
    final ExemplarReservoir joined = new OctaveAlignedExemplarReservoir(settings);
    final ExemplarReservoir[] parts = new ExemplarReservoir[offers.length];
    Arrays.setAll(parts, i -> new OctaveAlignedExemplarReservoir(settings));
    final long[] kept = new long[IntStream.of(offers).sum()];
    for (int trial = 0; trial < TRIALS; trial++) {
      int number = 0;
      for (int i = 0; i < parts.length; i++) {
        for (int n = 0; n < offers[i]; n++) {
          // In octaves of their own, all of which are below the window of the result.
          offer(parts[i], Math.scalb(1 + (number + 1) * 0x1p-10, 2 * i), 0);
          number++;
        }
        if ((trial + i) % 2 == 0) {
          offer(parts[i], 1.5 * Math.scalb(1.0, 100 + i % 3), 0);
        }
      }
      offer(parts[0], 1.5 * Math.scalb(1.0, 200), 0);
      for (final ExemplarReservoir part : parts) {
        joined.mergeFrom(part);
      }
      joined.collect(
          (slot, exemplar) -> {
            if (slot == slot(200 - 63)) {
              final double value = exemplar.doubleValue();
              final double significand = Math.scalb(value, -Math.getExponent(value));
              // Those of octave 100 and more have been folded with the others.
              if (significand != 1.5) {
                kept[(int) ((significand - 1) * 0x1p10) - 1]++;
              }
            }
          });
    }
    assertSameChance(kept);
  }

  private static ExemplarReservoir create(long seed) {
    return ExemplarReservoirFactory.octaveAligned().create(settings(1, seed));
  }

  private static int octave(double value) {
    return OctaveAlignedExemplarReservoir.octave(value);
  }

  private static int slot(int octave) {
    return 1 + Math.floorMod(octave, 64);
  }

  private static Set<Integer> slotsOf(ExemplarReservoir reservoir) {
    final Set<Integer> slots = new TreeSet<>();
    reservoir.collect((slot, exemplar) -> assertThat(slots.add(slot)).isTrue());
    return slots;
  }

  private static void assertSameChance(long[] kept) {
    if (kept.length > 1) {
      assertThat(ChiSquare.uniformP(kept)).isGreaterThan(0.001);
    }
  }
}
