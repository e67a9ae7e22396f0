package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.attributes;
import static io.glint.reservoir.ReservoirTestSupport.context;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static io.glint.reservoir.ReservoirTestSupport.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** What {@link ExemplarReservoir} promises, of each built-in reservoir. */
@Tag("long")
class ReservoirContractTest {
  private static final int BUCKETS = 4;

  static final List<ExemplarReservoirFactory> FACTORIES =
      List.of(
          ExemplarReservoirFactory.alignedHistogramBucket(),
          ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT),
          ExemplarReservoirFactory.octaveAligned(),
          ExemplarReservoirFactory.fixedSize(1),
          ExemplarReservoirFactory.fixedSize(4),
          ExemplarReservoirFactory.extremes(1),
          ExemplarReservoirFactory.extremes(2, 1),
          ExemplarReservoirFactory.extremes(0, 3));

  /** Measurements each of whose parts tells its number. */
  private static final class Source {
    long number;
    boolean fails;

    long time() {
      if (fails) {
        throw new IllegalStateException("no time");
      }
      return 1000 * number;
    }

    /** Values of four buckets which are four octaves as well. */
    boolean offerTo(ExemplarReservoir reservoir, int bucket) {
      number++;
      return reservoir.offerDouble(value(bucket), bucket, attributes(number), context(number));
    }

    double value(int bucket) {
      return Math.scalb(1 + number * 0x1.0p-20, bucket);
    }

    void offerTo(ExemplarReservoir reservoir, int offers, SplittableRandom random) {
      for (int i = 0; i < offers; i++) {
        offerTo(reservoir, random.nextInt(BUCKETS));
      }
    }

    ReservoirSettings settings() {
      return ReservoirTestSupport.settings(BUCKETS, this::time);
    }
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void handsOverNothingBeforeAnOffer(ExemplarReservoirFactory factory) {
    final ExemplarReservoir reservoir = factory.create(settings(BUCKETS, 1));
    assertThat(numbers(reservoir)).isEmpty();
    reservoir.mergeFrom(factory.create(settings(BUCKETS, 1)));
    assertThat(numbers(reservoir)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void takesEveryPartOfAnExemplarFromOneMeasurement(ExemplarReservoirFactory factory) {
    final Source source = new Source();
    final ExemplarReservoir reservoir = factory.create(source.settings());
    final ExemplarReservoir other = factory.create(source.settings());
    final ExemplarReservoir joined = factory.create(source.settings());
    final SplittableRandom random = new SplittableRandom(1);
    for (int interval = 0; interval < 200; interval++) {
      source.offerTo(reservoir, random.nextInt(20), random);
      source.offerTo(other, random.nextInt(20), random);
      joined.mergeFrom(reservoir);
      joined.mergeFrom(other);
      // Throws if parts differ.
      final Map<Integer, Long> numbers = numbers(joined);
      assertThat(numbers.values()).doesNotHaveDuplicates();
      source.offerTo(reservoir, random.nextInt(20), random);
      numbers(reservoir);
    }
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void startsOverAtEachCollection(ExemplarReservoirFactory factory) {
    final Source source = new Source();
    final ExemplarReservoir reservoir = factory.create(source.settings());
    source.offerTo(reservoir, 1000, new SplittableRandom(1));
    assertThat(numbers(reservoir)).isNotEmpty();
    assertThat(numbers(reservoir)).isEmpty();
    source.offerTo(reservoir, 2);
    assertThat(numbers(reservoir).values()).containsExactly(1001L);
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void startsOverWhenItIsMerged(ExemplarReservoirFactory factory) {
    final Source source = new Source();
    final ExemplarReservoir reservoir = factory.create(source.settings());
    final ExemplarReservoir joined = factory.create(source.settings());
    source.offerTo(reservoir, 1000, new SplittableRandom(1));
    joined.mergeFrom(reservoir);
    assertThat(numbers(joined)).isNotEmpty();
    source.offerTo(reservoir, 2);
    assertThat(numbers(reservoir).values()).containsExactly(1001L);
    source.offerTo(reservoir, 1000, new SplittableRandom(1));
    joined.mergeFrom(reservoir);
    assertThat(numbers(reservoir)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void holdsOnToNothingOnceCollected(ExemplarReservoirFactory factory) {
    final Source source = new Source();
    final ExemplarReservoir reservoir = factory.create(source.settings());
    final ExemplarReservoir joined = factory.create(source.settings());
    final SplittableRandom random = new SplittableRandom(1);
    for (int interval = 0; interval < 20; interval++) {
      source.offerTo(reservoir, 20, random);
      assertThat(dirty(reservoir)).isNotEmpty();
      joined.mergeFrom(reservoir);
      assertThat(dirty(reservoir)).isEmpty();
      source.offerTo(reservoir, 20, random);
      joined.mergeFrom(reservoir);
      numbers(joined);
      assertThat(dirty(joined)).isEmpty();
      source.offerTo(reservoir, 20, random);
      numbers(reservoir);
      assertThat(dirty(reservoir)).isEmpty();
    }
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void aSlotThatIsUsedAgainShowsNothingOfItsFormerOccupant(ExemplarReservoirFactory factory) {
    final ExemplarReservoir reservoir = factory.create(settings(BUCKETS, 1));
    final ExemplarReservoir joined = factory.create(settings(BUCKETS, 2));
    final SplittableRandom random = new SplittableRandom(1);
    final int[] kept = new int[2];
    final ExemplarVisitor visitor =
        (slot, exemplar) -> {
          final boolean isBare = exemplar.doubleValue() % 2 == 0;
          assertThat(exemplar.attributes().isEmpty()).isEqualTo(isBare);
          assertThat(exemplar.spanContext().isValid()).isEqualTo(!isBare);
          kept[isBare ? 0 : 1]++;
        };
    for (int interval = 0; interval < 200; interval++) {
      for (int i = 0; i < 40; i++) {
        final int value = 1 + random.nextInt(100);
        final boolean isBare = value % 2 == 0;
        reservoir.offerDouble(
            value,
            random.nextInt(BUCKETS),
            isBare ? Attributes.empty() : attributes(value),
            isBare ? Context.root() : context(value));
      }
      if (random.nextBoolean()) {
        reservoir.collect(visitor);
      } else {
        joined.mergeFrom(reservoir);
        joined.collect(visitor);
      }
    }
    assertThat(kept[0]).isPositive();
    assertThat(kept[1]).isPositive();
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  @Timeout(60)
  void keepsTheSpanAndNotTheContext(ExemplarReservoirFactory factory) throws Exception {
    final ExemplarReservoir reservoir = factory.create(settings(BUCKETS, 1));
    final WeakReference<Context> offered = offerOne(reservoir);
    while (offered.get() != null) {
      System.gc();
      Thread.sleep(1);
    }
    final List<SpanContext> spans = new ArrayList<>();
    reservoir.collect((slot, exemplar) -> spans.add(exemplar.spanContext()));
    assertThat(spans).containsExactly(span(1));
  }

  private static WeakReference<Context> offerOne(ExemplarReservoir reservoir) {
    final Context context = context(1);
    reservoir.offerDouble(1, 0, attributes(1), context);
    return new WeakReference<>(context);
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void triesTheNextMeasurementAfterTheClockFailed(ExemplarReservoirFactory factory) {
    final Source source = new Source();
    final ExemplarReservoir reservoir = factory.create(source.settings());
    source.fails = true;
    assertThatThrownBy(() -> source.offerTo(reservoir, 1)).hasMessage("no time");
    assertThatThrownBy(() -> source.offerTo(reservoir, 2)).hasMessage("no time");
    assertThat(numbers(reservoir)).isEmpty();
    assertThat(dirty(reservoir)).isEmpty();
    source.fails = false;
    source.offerTo(reservoir, 2);
    source.fails = true;
    try {
      source.offerTo(reservoir, 2);
    } catch (IllegalStateException e) {
      // Where the reservoir wanted to keep it.
    }
    assertThat(numbers(reservoir).values()).containsExactly(3L);
  }

  /**
   * With the same random numbers, a reservoir whose clock fails now and then keeps what one keeps
   * that was not offered those measurements.
   */
  @ParameterizedTest
  @FieldSource("FACTORIES")
  void aMeasurementWhoseClockFailsIsAsIfNeverOffered(ExemplarReservoirFactory factory) {
    for (int trial = 0; trial < 300; trial++) {
      final Source source = new Source();
      final Source failing = new Source();
      final ExemplarReservoir joined = factory.create(seeded(source, trial));
      final ExemplarReservoir joinedToo = factory.create(seeded(failing, trial));
      for (int part = 0; part < 3; part++) {
        final ExemplarReservoir reservoir = factory.create(seeded(source, 1000 * part + trial));
        final ExemplarReservoir disturbed = factory.create(seeded(failing, 1000 * part + trial));
        final SplittableRandom random = new SplittableRandom(10 * trial + part);
        for (int offer = 0; offer < 20; offer++) {
          final int bucket = random.nextInt(BUCKETS);
          failing.fails = random.nextInt(3) == 0;
          try {
            failing.offerTo(disturbed, bucket);
            source.offerTo(reservoir, bucket);
          } catch (IllegalStateException e) {
            failing.number--;
          }
        }
        joined.mergeFrom(reservoir);
        joinedToo.mergeFrom(disturbed);
      }
      assertThat(numbers(joinedToo)).isEqualTo(numbers(joined));
    }
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void anOfferTellsWhetherTheMeasurementIsKept(ExemplarReservoirFactory factory) {
    for (int seed = 0; seed < 30; seed++) {
      for (int last = 1; last <= 40; last++) {
        final Source source = new Source();
        final ExemplarReservoir reservoir = factory.create(seeded(source, seed));
        final SplittableRandom random = new SplittableRandom(seed);
        boolean isLastKept = false;
        for (int offer = 1; offer <= last; offer++) {
          isLastKept = source.offerTo(reservoir, random.nextInt(BUCKETS));
        }
        assertThat(numbers(reservoir).containsValue(source.number)).isEqualTo(isLastKept);
      }
    }
  }

  private static ReservoirSettings seeded(Source source, long seed) {
    return ReservoirSettings.create(BUCKETS, source::time)
        .withSeeds(new SplittableRandom(seed)::nextLong);
  }

  @ParameterizedTest
  @FieldSource("FACTORIES")
  void allocatesNothingOnceItsSlotsAreThere(ExemplarReservoirFactory factory) {
    final com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long[] time = {0};
    final ReservoirSettings settings = ReservoirSettings.create(BUCKETS, () -> ++time[0]);
    final ExemplarReservoir one = factory.create(settings);
    final ExemplarReservoir two = factory.create(settings);
    final ExemplarReservoir joined = factory.create(settings);
    final SplittableRandom random = new SplittableRandom(1);
    final ExemplarVisitor visitor = (slot, exemplar) -> time[0]++;
    long allocated = Long.MAX_VALUE;
    // The first rounds make the slots, and let the compiler warm up.
    for (int round = 0; round < 10; round++) {
      final long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2000; i++) {
        offerAll(one, random);
        offerAll(two, random);
        joined.mergeFrom(one);
        joined.mergeFrom(two);
        joined.collect(visitor);
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(allocated).isLessThan(200);
  }

  private static void offerAll(ExemplarReservoir reservoir, SplittableRandom random) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      for (int i = 0; i < 4; i++) {
        reservoir.offerDouble(
            Math.scalb(1 + random.nextDouble(), bucket),
            bucket,
            Attributes.empty(),
            Context.root());
      }
    }
  }

  static final List<Arguments> NAMES =
      List.of(
          Arguments.of(
              ExemplarReservoirFactory.alignedHistogramBucket(), "alignedHistogramBucket(UNIFORM)"),
          Arguments.of(
              ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.UNIFORM),
              "alignedHistogramBucket(UNIFORM)"),
          Arguments.of(
              ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT),
              "alignedHistogramBucket(MOST_RECENT)"),
          Arguments.of(ExemplarReservoirFactory.octaveAligned(), "octaveAligned()"),
          Arguments.of(ExemplarReservoirFactory.fixedSize(4), "fixedSize(4)"),
          Arguments.of(ExemplarReservoirFactory.extremes(3), "extremes(3)"),
          Arguments.of(ExemplarReservoirFactory.extremes(2, 1), "extremes(2, 1)"));

  @ParameterizedTest
  @FieldSource("NAMES")
  void aFactoryIsPrintedAsItIsWritten(ExemplarReservoirFactory factory, String name) {
    assertThat(factory).hasToString(name);
  }

  @Test
  void aBucketSelectionIsNeeded() {
    assertThatThrownBy(() -> ExemplarReservoirFactory.alignedHistogramBucket(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("selection");
  }

  /** Slots and the numbers of the measurements in them, each checked to be whole. */
  private static Map<Integer, Long> numbers(ExemplarReservoir reservoir) {
    final Map<Integer, Long> numbers = new TreeMap<>();
    reservoir.collect(
        (slot, exemplar) -> {
          final long number = exemplar.attributes().get(ReservoirTestSupport.NUMBER);
          final double significand =
              Math.scalb(exemplar.doubleValue(), -Math.getExponent(exemplar.doubleValue()));
          assertThat(significand).isEqualTo(1 + number * 0x1.0p-20);
          assertThat(exemplar.epochNanos()).isEqualTo(1000 * number);
          assertThat(exemplar.spanContext()).isEqualTo(span(number));
          assertThat(numbers.put(slot, number)).as("what slot %s had before", slot).isNull();
        });
    return numbers;
  }

  /** Of the exemplars that a reservoir refers to, those that refer to attributes or a span. */
  private static List<Exemplar> dirty(ExemplarReservoir reservoir) {
    final Map<String, Exemplar> found = new HashMap<>();
    for (Class<?> type = reservoir.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (final Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          continue;
        }
        final Object value;
        try {
          field.setAccessible(true);
          value = field.get(reservoir);
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
        if (value instanceof Exemplar exemplar) {
          found.put(field.getName(), exemplar);
        } else if (value instanceof Exemplar[] exemplars) {
          for (int i = 0; i < exemplars.length; i++) {
            found.put(field.getName() + i, exemplars[i]);
          }
        }
      }
    }
    // Each place has an object of its own, or two of them would be one and the same exemplar.
    final List<Exemplar> present = new ArrayList<>(found.values());
    present.removeAll(Arrays.asList((Exemplar) null));
    assertThat(present).doesNotHaveDuplicates();
    return present.stream()
        .filter(
            exemplar ->
                !exemplar.attributes().isEmpty()
                    || exemplar.spanContext().isValid()
                    || exemplar.isSet())
        .toList();
  }
}
