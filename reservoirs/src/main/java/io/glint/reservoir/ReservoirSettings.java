package io.glint.reservoir;

import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** What a factory may want to know of the stream that a reservoir is made for. Immutable. */
public final class ReservoirSettings {
  private final int bucketCount;
  private final LongSupplier epochNanoClock;
  private final LongSupplier seeds;

  private ReservoirSettings(int bucketCount, LongSupplier epochNanoClock, LongSupplier seeds) {
    if (bucketCount < 1) {
      throw new IllegalArgumentException("bucketCount is " + bucketCount + ", must be at least 1");
    }
    this.bucketCount = bucketCount;
    this.epochNanoClock = Objects.requireNonNull(epochNanoClock, "epochNanoClock");
    this.seeds = seeds;
  }

  /**
   * Settings for a stream.
   *
   * @param bucketCount number of histogram buckets, the one above the last boundary included; 1 for
   *     an aggregation without buckets
   * @param epochNanoClock time in nanoseconds since the Unix epoch; called by recording threads
   *     when a measurement is kept, so it must be thread-safe and should not allocate
   */
  public static ReservoirSettings create(int bucketCount, LongSupplier epochNanoClock) {
    return new ReservoirSettings(
        bucketCount, epochNanoClock, () -> ThreadLocalRandom.current().nextLong());
  }

  /** The same settings with every reservoir's random numbers decided by {@code seeds}. */
  ReservoirSettings withSeeds(LongSupplier seeds) {
    return new ReservoirSettings(bucketCount, epochNanoClock, seeds);
  }

  /** Number of histogram buckets; 1 for an aggregation without buckets. */
  public int bucketCount() {
    return bucketCount;
  }

  /** Time in nanoseconds since the Unix epoch, as the provider's clock has it. Thread-safe. */
  public LongSupplier epochNanoClock() {
    return epochNanoClock;
  }

  long nextSeed() {
    return seeds.getAsLong();
  }
}
