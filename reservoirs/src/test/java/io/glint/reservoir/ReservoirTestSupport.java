package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Reservoirs with decided random numbers, and what they keep. */
final class ReservoirTestSupport {
  private ReservoirTestSupport() {}

  static ReservoirSettings settings(int buckets, long seed) {
    final SplittableRandom seeds = new SplittableRandom(seed);
    final AtomicLong time = new AtomicLong();
    return ReservoirSettings.create(buckets, time::incrementAndGet).withSeeds(seeds::nextLong);
  }

  static ReservoirSettings settings(int buckets, LongSupplier clock) {
    return ReservoirSettings.create(buckets, clock).withSeeds(new SplittableRandom(1)::nextLong);
  }

  /** Offers the values from..to-1 to bucket 0. */
  static void offerRange(ExemplarReservoir reservoir, int from, int to) {
    for (int i = from; i < to; i++) {
      reservoir.offerLong(i, 0, Attributes.empty(), Context.root());
    }
  }

  static List<Long> collect(ExemplarReservoir reservoir) {
    final List<Long> values = new ArrayList<>();
    reservoir.collect((slot, exemplar) -> values.add(exemplar.longValue()));
    return values;
  }

  /**
   * Chi-square statistic of counts against equal expectations, as a standard normal deviate (Wilson
   * and Hilferty), so that one limit serves every number of degrees of freedom: 3.09 is p = 0.001.
   */
  static double uniformityDeviate(long[] counts, double expected) {
    double chiSquare = 0;
    for (final long count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    final double degrees = counts.length - 1;
    final double ninth = 2 / (9 * degrees);
    return (Math.cbrt(chiSquare / degrees) - (1 - ninth)) / Math.sqrt(ninth);
  }
}
