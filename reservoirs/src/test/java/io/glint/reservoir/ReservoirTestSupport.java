package io.glint.reservoir;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Reservoirs with decided random numbers, and what they keep. */
final class ReservoirTestSupport {
  static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private ReservoirTestSupport() {}

  /** Settings with a clock that ticks once for each measurement that is kept. */
  static ReservoirSettings settings(int buckets, long seed) {
    final SplittableRandom seeds = new SplittableRandom(seed);
    final AtomicLong time = new AtomicLong();
    return ReservoirSettings.create(buckets, time::incrementAndGet).withSeeds(seeds::nextLong);
  }

  static ReservoirSettings settings(int buckets, LongSupplier clock) {
    return ReservoirSettings.create(buckets, clock).withSeeds(new SplittableRandom(1)::nextLong);
  }

  static void offer(ExemplarReservoir reservoir, double value, int bucket) {
    reservoir.offerDouble(value, bucket, Attributes.empty(), Context.root());
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

  /** As "slot:value". */
  static List<String> collectDoubles(ExemplarReservoir reservoir) {
    final List<String> values = new ArrayList<>();
    reservoir.collect((slot, exemplar) -> values.add(slot + ":" + exemplar.doubleValue()));
    return values;
  }

  /** Attributes that name measurement {@code number}. */
  static Attributes attributes(long number) {
    return Attributes.of(NUMBER, number);
  }

  /** A context whose span names measurement {@code number}. */
  static Context context(long number) {
    return Context.root().with(Span.wrap(span(number)));
  }

  static SpanContext span(long number) {
    return SpanContext.create(
        String.format("%032x", number + 1),
        String.format("%016x", number + 1),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  /**
   * The seed of a reservoir whose {@code draw}-th random number, from 1 on, is {@code u} in (0, 1].
   * With it a chance that depends on one draw can be measured exactly, by going through equally
   * spaced ones.
   */
  static long seedFor(double u, int draw) {
    final long mixed = ((long) (u * 0x1.0p53) - 1) << 11;
    return unmix(mixed) - draw * GOLDEN_GAMMA;
  }

  private static long unmix(long mixed) {
    long z = mixed;
    z = z ^ (z >>> 31) ^ (z >>> 62);
    z *= inverse(0x94D049BB133111EBL);
    z = z ^ (z >>> 27) ^ (z >>> 54);
    z *= inverse(0xBF58476D1CE4E5B9L);
    return z ^ (z >>> 30) ^ (z >>> 60);
  }

  /** Modulo 2^64, of an odd number, by Newton's iteration. */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int i = 0; i < 6; i++) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
