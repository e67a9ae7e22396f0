package io.glint.it.fidelity;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The measurements of one combination in one run. Measurement i has a value, a trace id, a span id
 * and a time that no other has, each of which tells i; its attributes tell one of two series. All
 * of that but the times is computed from i.
 *
 * <p>Each entry is written by the thread that records it and read when all recorders are done.
 */
final class Ledger {
  static final int SERIES = 2;

  /** That no measurement has. */
  static final int NOBODY = -1;

  private static final int INDEX_BITS = 22;
  private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;
  private static final int OCTAVES = 9;

  /** Doubles are multiples of 2^-20, so that their sums are exact. */
  private static final double UNIT = 0x1.0p-20;

  private static final long[] BOUNDARIES = {2, 3, 5, 8, 16, 40, 100, 256};
  private static final long NEVER = Long.MAX_VALUE;
  private static final HexFormat HEX = HexFormat.of();

  private final Combination combination;
  private final long salt;
  private final int size;
  private final double[] values;
  private final byte[] buckets;
  private final long[] begins;
  private final long[] ends;
  private final long[] times;

  Ledger(Combination combination, int size, long salt) {
    if (size > INDEX_MASK) {
      throw new IllegalArgumentException("more than " + INDEX_MASK + " measurements: " + size);
    }
    this.combination = combination;
    this.salt = salt;
    this.size = size;
    this.values = new double[size];
    this.buckets = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = toValue(units(i));
      buckets[i] = (byte) bucket(values[i]);
    }
    this.begins = new long[size];
    this.ends = new long[size];
    this.times = new long[size];
    Arrays.fill(begins, NEVER);
    Arrays.fill(ends, NEVER);
  }

  Combination combination() {
    return combination;
  }

  int size() {
    return size;
  }

  /** How many were made. */
  long recorded() {
    return Arrays.stream(begins).filter(begin -> begin != NEVER).count();
  }

  // What a measurement is.

  int series(int index) {
    return (int) (random(index) & 1);
  }

  SpanKind span(int index) {
    if (combination.kind().isObservable()) {
      return SpanKind.NONE;
    }
    return switch ((int) (random(index) >>> 1 & 7)) {
      case 0, 1, 2 -> SpanKind.SAMPLED_IN_CONTEXT;
      case 3 -> SpanKind.SAMPLED_IN_SCOPE;
      case 4 -> SpanKind.UNSAMPLED;
      default -> SpanKind.NONE;
    };
  }

  /** False for what an SDK has to drop: values below zero of an instrument that only goes up. */
  boolean isAccepted(int index) {
    return combination.kind().isSigned() || !isNegative(index);
  }

  private boolean isNegative(int index) {
    return !combination.kind().isObservable() && (random(index) >>> 4 & 15) == 0;
  }

  /**
   * The value in units, an integer: index in the lower bits, and a random number above, from any of
   * nine octaves. Observations increase.
   */
  long units(int index) {
    final long random = random(index);
    final long octave = (random >>> 8 & 0xffff) % OCTAVES;
    final long upper =
        combination.kind().isObservable()
            ? index + 1
            : (1L << octave) + (random >>> 24 & ((1L << octave) - 1));
    final long magnitude = upper << INDEX_BITS | index;
    return isNegative(index) ? -magnitude : magnitude;
  }

  double value(int index) {
    return values[index];
  }

  double toValue(long units) {
    return combination.kind().isLong() ? (double) units : (double) units * UNIT;
  }

  /** Boundaries for a histogram of the values; at each of them, measurement 0 may be. */
  static List<Double> boundaries(boolean ofLong) {
    return Arrays.stream(BOUNDARIES)
        .mapToObj(upper -> (double) (upper << INDEX_BITS) * (ofLong ? 1 : UNIT))
        .toList();
  }

  /** The bucket of a value among {@link #boundaries}, whose upper bounds are inclusive. */
  int bucket(double value) {
    int bucket = 0;
    while (bucket < BOUNDARIES.length && value > toValue(BOUNDARIES[bucket] << INDEX_BITS)) {
      bucket++;
    }
    return bucket;
  }

  /** The bucket of the value of a measurement. */
  int bucketOf(int index) {
    return buckets[index];
  }

  static int bucketCount() {
    return BOUNDARIES.length + 1;
  }

  Context context(int index) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.create(
                    traceId(index),
                    spanId(index),
                    span(index).isSampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                    TraceState.getDefault())));
  }

  String traceId(int index) {
    final long id = id(index);
    return HEX.toHexDigits(salt | 1) + HEX.toHexDigits(mix(id));
  }

  String spanId(int index) {
    return HEX.toHexDigits(id(index));
  }

  private long id(int index) {
    return (combination.id() + 1L) << 32 | index;
  }

  // Which measurement it is.

  /** The measurement of this value, or {@link #NOBODY}. */
  int indexOfValue(double value) {
    final double units = combination.kind().isLong() ? value : value / UNIT;
    if (units != Math.rint(units) || Math.abs(units) >= 0x1.0p53) {
      return NOBODY;
    }
    final int index = (int) (Math.abs((long) units) & INDEX_MASK);
    return isRecorded(index) && values[index] == value ? index : NOBODY;
  }

  /** The measurement that was made in the span of this id, or {@link #NOBODY}. */
  int indexOfSpan(String spanId) {
    final long id = Long.parseUnsignedLong(spanId, 16);
    final int index = (int) id;
    return id >>> 32 == combination.id() + 1L && isRecorded(index) && span(index).isSpan()
        ? index
        : NOBODY;
  }

  /** The measurement that was made in the trace of this id, or {@link #NOBODY}. */
  int indexOfTrace(String traceId) {
    final int index = (int) unmix(Long.parseUnsignedLong(traceId, 16, 32, 16));
    return isRecorded(index) && span(index).isSpan() && traceId(index).equals(traceId)
        ? index
        : NOBODY;
  }

  private boolean isRecorded(int index) {
    return index >= 0 && index < size && begins[index] != NEVER;
  }

  // When it was.

  void begin(int index, long stamp) {
    begins[index] = stamp;
  }

  void end(int index, long stamp) {
    ends[index] = stamp;
  }

  /** Of the recording call; {@link Long#MAX_VALUE} if there was none. */
  long begin(int index) {
    return begins[index];
  }

  long end(int index) {
    return ends[index];
  }

  /** What the provider's clock says during the recording call; 0 if nobody has asked it. */
  long time(int index) {
    return times[index];
  }

  void time(int index, long time) {
    times[index] = time;
  }

  private long random(int index) {
    return mix(salt + id(index));
  }

  /** A bijection (the finalizer of SplitMix64). */
  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static long unmix(long value) {
    long z = value;
    z = (z ^ (z >>> 31) ^ (z >>> 62)) * 0x319642b2d24d8ec3L;
    z = (z ^ (z >>> 27) ^ (z >>> 54)) * 0x96de1b173f119089L;
    return z ^ (z >>> 30) ^ (z >>> 60);
  }
}
