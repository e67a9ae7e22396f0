package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.tool.RandomValues;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What recording costs with a number of bucket boundaries, one thread, one series. */
final class BoundCost {
  private static final int CALLS = 200_000;
  private static final int BITS_OF_VALUES = 14;
  private static final double LEAST = 1;
  private static final double MOST = 10_000;
  private static final long SEED = 0x626f_756e;

  private BoundCost() {}

  static void run(Sdk sdk, int bounds, long millis) throws Exception {
    final RandomValues values = values();
    try (Subject subject =
        new Subject(
            sdk,
            AggregationTemporality.CUMULATIVE,
            false,
            SeriesAttributes.create(1),
            bounds(bounds))) {
      final long[] recorded = new long[1];
      Stopwatch.measure(
              CALLS,
              millis,
              millis,
              () -> {},
              () -> {
                for (int i = 0; i < CALLS; i++) {
                  subject.record(0, values.at(i));
                }
                recorded[0] += CALLS;
              })
          .tell(key(bounds));
      subject.checkAllArrived(recorded[0]);
    }
  }

  static String key(int bounds) {
    return "bounds/" + bounds;
  }

  /** Evenly spread over the logarithm of the values. */
  static List<Double> bounds(int count) {
    final List<Double> bounds = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      bounds.add(LEAST * Math.pow(MOST / LEAST, (double) i / (count + 1)));
    }
    return bounds;
  }

  private static RandomValues values() {
    final SplittableRandom random = new SplittableRandom(SEED);
    return new RandomValues(
        () -> LEAST * Math.pow(MOST / LEAST, random.nextDouble()), BITS_OF_VALUES);
  }
}
