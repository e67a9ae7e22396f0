package io.glint.sdk.internal.metric;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much a provider could not record, by reason, for {@code InternalTelemetry} to report. Counts
 * also when that is off, which costs nothing but on the paths that fail. Thread-safe; allocates
 * nothing, as memory may just have run out.
 */
public final class DropCounters {

  /** Why a measurement, or for the last one an exemplar, was lost. */
  public enum Reason {
    /** Negative, NaN or infinite where the instrument takes no such value. */
    INVALID_VALUE,
    OUT_OF_MEMORY,
    /** The attributes, a view's filter of them, or the provider's clock threw. */
    ATTRIBUTES_UNUSABLE,
    /** An asynchronous instrument was observed outside its callback. */
    OUTSIDE_CALLBACK,
    /** Counted once for each run of a callback that threw, whatever it would have observed. */
    CALLBACK_FAILED,
    /**
     * Counted by each collection: once for each callback that it went on without as that had not
     * returned, also if an earlier collection had started it; once for all callbacks if those of
     * another reader ran for too long. And once for each observation that was lost as the
     * attributes of another one hung.
     */
    CALLBACK_TIMEOUT,
    /**
     * An asynchronous counter observed an attribute set beyond those that are remembered; it counts
     * together with others, and not fully if their sum falls.
     */
    TOO_MANY_SETS,
    /** It was recorded, but the delta point that had counted it could not be made. */
    COLLECTION_FAILED,
    /** The measurement was counted; its exemplar is lost. */
    EXEMPLAR
  }

  private static final AttributeKey<String> INSTRUMENT = AttributeKey.stringKey("glint.instrument");
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("glint.attribute.key");

  /** Bounded by the number of instruments. */
  private final Map<Attributes, Long> highCardinalityKeys = new ConcurrentHashMap<>();

  private final EnumMap<Reason, AtomicLong> counts = new EnumMap<>(Reason.class);

  private final DeferredReports reports;

  public DropCounters() {
    this(System::nanoTime);
  }

  /** For tests: what has to be logged is limited in rate by that clock. */
  public DropCounters(LongSupplier nanoClock) {
    this.reports = new DeferredReports(nanoClock);
    for (final Reason reason : Reason.values()) {
      counts.put(reason, new AtomicLong());
    }
  }

  /** What recording calls have left to be logged. */
  public DeferredReports reports() {
    return reports;
  }

  /** Notes that an instrument has hit its cardinality limit. */
  public void overflowed(InstrumentDescriptor instrument, AttributeCardinality most) {
    if (most.key() != null) {
      highCardinalityKeys.merge(
          Attributes.of(INSTRUMENT, instrument.name(), KEY, most.key().getKey()),
          (long) most.values(),
          Math::max);
    }
  }

  /**
   * For each instrument that has hit its limit, the attribute key that had the most values then,
   * and how many.
   */
  public Map<Attributes, Long> highCardinalityKeys() {
    return highCardinalityKeys;
  }

  public void count(Reason reason) {
    count(reason, 1);
  }

  @SuppressWarnings("NullAway") // Each reason has a count.
  public void count(Reason reason, long number) {
    counts.get(reason).getAndAdd(number);
  }

  @SuppressWarnings("NullAway") // Each reason has a count.
  public long get(Reason reason) {
    return counts.get(reason).get();
  }
}
