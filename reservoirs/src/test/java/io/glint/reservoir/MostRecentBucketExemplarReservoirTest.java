package io.glint.reservoir;

import static io.glint.reservoir.ReservoirTestSupport.collectDoubles;
import static io.glint.reservoir.ReservoirTestSupport.offer;
import static io.glint.reservoir.ReservoirTestSupport.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MostRecentBucketExemplarReservoirTest {
  private static final int BUCKETS = 5;

  private final AtomicLong clock = new AtomicLong();
  private final ReservoirSettings settings = settings(BUCKETS, clock::get);

  @Test
  void keepsTheLastMeasurementOfEachBucket() {
    final ExemplarReservoir reservoir = create();
    offer(reservoir, 0.5, 0);
    offer(reservoir, 2.5, 2);
    offer(reservoir, 0.6, 0);
    offer(reservoir, 0.4, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("0:0.4", "2:2.5");
  }

  @Test
  void keepsTheLastOneThoughTheClockWasSetBack() {
    final ExemplarReservoir reservoir = create();
    clock.set(9);
    offer(reservoir, 0.5, 0);
    clock.set(4);
    offer(reservoir, 0.6, 0);
    assertThat(collectDoubles(reservoir)).containsExactly("0:0.6");
  }

  @Test
  void keepsTheLaterOneWhenJoined() {
    final ExemplarReservoir joined = create();
    final ExemplarReservoir one = create();
    final ExemplarReservoir two = create();
    final SplittableRandom random = new SplittableRandom(1);
    for (int trial = 0; trial < 1000; trial++) {
      final double[] last = new double[BUCKETS];
      for (int offers = random.nextInt(10); offers > 0; offers--) {
        final int bucket = random.nextInt(BUCKETS);
        last[bucket] = clock.incrementAndGet();
        offer(random.nextBoolean() ? one : two, last[bucket], bucket);
      }
      joined.mergeFrom(one);
      joined.mergeFrom(two);
      final double[] kept = new double[BUCKETS];
      joined.collect((slot, exemplar) -> kept[slot] = exemplar.doubleValue());
      assertThat(kept).isEqualTo(last);
    }
  }

  @Test
  void ofTheSameTimeTheFirstStaysWhenJoined() {
    final ExemplarReservoir joined = create();
    final ExemplarReservoir one = create();
    final ExemplarReservoir two = create();
    offer(two, 2, 0);
    offer(one, 1, 0);
    joined.mergeFrom(one);
    joined.mergeFrom(two);
    assertThat(collectDoubles(joined)).containsExactly("0:1.0");
  }

  private ExemplarReservoir create() {
    return ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT)
        .create(settings);
  }
}
