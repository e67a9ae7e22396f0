package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collect;
import static io.glint.reservoir.ReservoirTestSupport.offerRange;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static io.glint.reservoir.ReservoirTestSupport.uniformityDeviate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
      reservoir.offerDouble(0.5, 0, Attributes.empty(), Context.root());
      reservoir.offerDouble(2.5, 2, Attributes.empty(), Context.root());
    }
    reservoir.offerDouble(3.5, 3, Attributes.empty(), Context.root());
    final List<String> kept = new ArrayList<>();
    reservoir.collect((slot, exemplar) -> kept.add(slot + ":" + exemplar.doubleValue()));
    assertThat(kept).containsExactly("0:0.5", "2:2.5", "3:3.5");
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 13})
  void everyOneOfFewMeasurementsHasTheSameChance(int offers) {
    final long[] kept = new long[offers];
    final ExemplarReservoir reservoir =
        new AlignedHistogramBucketExemplarReservoir(settings(1, offers));
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(reservoir, 0, offers);
      for (final long value : collect(reservoir)) {
        kept[(int) value]++;
      }
    }
    assertInclusion(kept);
  }

  @Test
  void everyOneOfManyMeasurementsHasTheSameChance() {
    final long[] kept = new long[50];
    final int trials = 50_000;
    final ExemplarReservoir reservoir = new AlignedHistogramBucketExemplarReservoir(settings(1, 3));
    for (int trial = 0; trial < trials; trial++) {
      offerRange(reservoir, 0, 1000);
      kept[(int) (collect(reservoir).get(0) * kept.length / 1000)]++;
    }
    assertThat(uniformityDeviate(kept, trials / (double) kept.length)).isLessThan(3.09);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 4", "5, 2", "30, 3"})
  void joinedReservoirsGiveEveryMeasurementTheSameChance(int first, int second) {
    final long[] kept = new long[first + second];
    final ReservoirSettings settings = settings(1, 10L * first + second);
    final ExemplarReservoir one = new AlignedHistogramBucketExemplarReservoir(settings);
    final ExemplarReservoir two = new AlignedHistogramBucketExemplarReservoir(settings);
    final ExemplarReservoir joined = new AlignedHistogramBucketExemplarReservoir(settings);
    for (int trial = 0; trial < TRIALS; trial++) {
      offerRange(one, 0, first);
      offerRange(two, first, kept.length);
      joined.absorb(one);
      joined.absorb(two);
      kept[collect(joined).get(0).intValue()]++;
    }
    assertInclusion(kept);
    assertThat(collect(one)).isEmpty();
    assertThat(collect(two)).isEmpty();
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

  @Test
  void aReusedSlotShowsNothingOfItsFormerMeasurement() {
    final ExemplarReservoir reservoir = new AlignedHistogramBucketExemplarReservoir(settings(1, 1));
    final SpanContext span =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    final Attributes attributes = Attributes.of(AttributeKey.stringKey("user"), "a");
    reservoir.offerDouble(1, 0, attributes, Context.root().with(Span.wrap(span)));
    reservoir.collect(
        (slot, exemplar) -> {
          assertThat(exemplar.spanContext()).isEqualTo(span);
          assertThat(exemplar.attributes()).isEqualTo(attributes);
        });
    reservoir.offerDouble(2, 0, Attributes.empty(), Context.root());
    reservoir.collect(
        (slot, exemplar) -> {
          assertThat(exemplar.doubleValue()).isEqualTo(2);
          assertThat(exemplar.spanContext().isValid()).isFalse();
          assertThat(exemplar.attributes()).isEqualTo(Attributes.empty());
        });
  }

  @Test
  void aClockThatThrowsCostsOnlyTheExemplarOfThatMeasurement() {
    final AtomicInteger calls = new AtomicInteger();
    final ExemplarReservoir reservoir =
        new AlignedHistogramBucketExemplarReservoir(
            settings(
                1,
                () -> {
                  if (calls.getAndIncrement() == 0) {
                    throw new IllegalStateException("no time");
                  }
                  return 5L;
                }));
    assertThatThrownBy(() -> offerRange(reservoir, 0, 1)).hasMessage("no time");
    assertThat(collect(reservoir)).isEmpty();
    offerRange(reservoir, 1, 2);
    assertThat(collect(reservoir)).containsExactly(1L);
  }

  private static void assertInclusion(long[] kept) {
    final double probability = 1.0 / kept.length;
    final double deviation = Math.sqrt(TRIALS * probability * (1 - probability));
    for (final long count : kept) {
      assertThat((double) count)
          .isBetween(
              TRIALS * probability - 4 * deviation - 1e-9,
              TRIALS * probability + 4 * deviation + 1e-9);
    }
  }
}
