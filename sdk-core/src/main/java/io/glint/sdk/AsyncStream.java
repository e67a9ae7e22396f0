package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Logger;

/**
 * A metric stream of an asynchronous instrument, as one reader sees it.
 *
 * <p>A collection is a round: callbacks observe absolute values, and {@link #collect} turns what
 * was observed since the last round into points. Only series that were observed in the round have a
 * point (SDK specification, "MetricReader"). Observations of one attribute set in one round, also
 * if a view has made them one, merge: sums add up, of last values the last one stays.
 *
 * <p>Not thread-safe: used by the collecting thread under the lock of its reader.
 */
final class AsyncStream implements MetricSource {
  private static final Logger LOGGER = Logger.getLogger(AsyncStream.class.getName());

  private final InstrumentDescriptor instrument;
  private final MetricIdentity metric;
  private final AttributeFilter attributeFilter;
  private final boolean isLong;
  private final boolean isSum;
  private final Supplier<NumberPoint> pointMaker;
  private final AggregationTemporality temporality;
  private final int cardinalityLimit;
  private final Losses losses;
  private long creationEpochNanos;
  private final ExemplarSampling sampling;
  private final ExemplarAttributeFilter exemplarAttributes;

  /** Published by {@link #collect} for readers of {@link #exemplarAccount}. */
  private volatile ExemplarTally tally = new ExemplarTally();

  /** The next {@link #tally}, of a collection under way. */
  private ExemplarTally collecting = tally;

  private final Map<Attributes, Entry> entries = new LinkedHashMap<>();
  private long round = 1;
  private int observedInRound;
  private boolean overflowLogged;

  /** Set by the thread that runs callbacks, before or instead of which the collecting one waits. */
  private volatile boolean isRoundIncomplete;

  AsyncStream(StreamSettings settings, boolean isSum) {
    this.instrument = settings.instrument();
    this.metric = settings.metric();
    this.attributeFilter = settings.attributeFilter();
    this.isLong = instrument.valueType() == InstrumentValueType.LONG;
    this.isSum = isSum;
    this.pointMaker = Points.numberMaker(isLong);
    this.temporality = settings.temporality();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.losses = settings.sampling().losses();
    this.creationEpochNanos = settings.creationEpochNanos();
    this.sampling = settings.sampling();
    this.exemplarAttributes = settings.exemplarAttributeFilter();
  }

  @Override
  public InstrumentDescriptor metric() {
    return metric.descriptor();
  }

  @Override
  public boolean describe(String description) {
    return metric.describe(description);
  }

  @Override
  public void addReader(PointBuffer points) {}

  /** Tells that a callback has not run in this round, or not to its end. For any thread. */
  void markIncomplete() {
    isRoundIncomplete = true;
  }

  /** What the view keeps of the attributes of an observation. Calls user code, for any thread. */
  Attributes keep(Attributes attributes) {
    return attributeFilter == null ? attributes : attributeFilter.apply(attributes);
  }

  /** False for what would make a sum useless. For any thread. */
  boolean accepts(long bits) {
    return isLong || !isSum || !Double.isInfinite(toDouble(bits));
  }

  /**
   * Takes an observation of the current round.
   *
   * @param bits the value, as a long or the bits of a double; {@linkplain #accepts accepted}
   * @param kept what {@link #keep} makes of the attributes
   */
  void observe(long bits, Attributes attributes, Attributes kept) {
    Entry entry = entries.get(kept);
    if (entry == null || entry.round != round) {
      if (observedInRound >= cardinalityLimit) {
        observeOverflow(bits, attributes);
        return;
      }
      observedInRound++;
      if (entry == null) {
        entry = new Entry();
        entries.put(kept, entry);
      }
    }
    merge(entry, bits, attributes);
  }

  private void observeOverflow(long bits, Attributes attributes) {
    if (!overflowLogged) {
      overflowLogged = true;
      Overflow.tell(
          LOGGER, losses, instrument, cardinalityLimit, AttributeValues.of(entries.keySet()));
    }
    merge(
        entries.computeIfAbsent(Overflow.ATTRIBUTES, attributesOfOverflow -> new Entry()),
        bits,
        attributes);
  }

  private void merge(Entry entry, long bits, Attributes attributes) {
    if (entry.round == round && isSum) {
      entry.bits = isLong ? entry.bits + bits : doubleBits(toDouble(entry.bits) + toDouble(bits));
    } else {
      entry.bits = bits;
    }
    entry.round = round;
    entry.observedBits = bits;
    entry.observedAttributes = attributes;
  }

  @Override
  public Data<?> collect(long lastCollectEpochNanos, long epochNanos, PointBuffer points) {
    // An instrument may have been made after the collection began.
    creationEpochNanos = Math.min(creationEpochNanos, epochNanos);
    final long lastEnd = Math.max(lastCollectEpochNanos, creationEpochNanos);
    points.begin();
    collecting = tally.copy();
    final Iterator<Map.Entry<Attributes, Entry>> iterator = entries.entrySet().iterator();
    while (iterator.hasNext()) {
      final Map.Entry<Attributes, Entry> next = iterator.next();
      final Entry entry = next.getValue();
      if (entry.round != round) {
        // Unobserved: its base is gone, and when it comes back it starts anew. If a callback has
        // failed, nobody knows whether it would have been, and nothing may count twice: as many
        // series as the limit says are kept then.
        if (!isRoundIncomplete || entries.size() > cardinalityLimit + 1) {
          iterator.remove();
        }
        continue;
      }
      addPoint(points, next.getKey(), entry, lastEnd, epochNanos);
    }
    round++;
    observedInRound = 0;
    isRoundIncomplete = false;
    tally = collecting;
    return points.end(this::data);
  }

  private Data<?> data(List<PointData> points) {
    return isSum
        ? Points.sumData(isLong, instrument.isMonotonic(), temporality, points)
        : Points.gaugeData(isLong, points);
  }

  private void addPoint(
      PointBuffer points, Attributes attributes, Entry entry, long lastEnd, long epochNanos) {
    final boolean wasReset = instrument.isMonotonic() && isBelow(entry.bits, entry.lastBits);
    if (!entry.hasLast || wasReset) {
      entry.startEpochNanos = lastEnd;
    }
    final boolean isDelta = temporality == AggregationTemporality.DELTA;
    final long bits =
        isDelta && isSum && entry.hasLast && !wasReset
            ? difference(entry.bits, entry.lastBits)
            : entry.bits;
    entry.hasLast = true;
    entry.lastBits = entry.bits;
    final long start = isDelta ? lastEnd : entry.startEpochNanos;
    final NumberPoint point = points.add(pointMaker);
    point.set(bits);
    point.setFrame(start, epochNanos, attributes, exemplars(attributes, entry, epochNanos));
  }

  /** An observation is made outside any request, so its exemplar has no trace. */
  private List<ExemplarData> exemplars(Attributes attributes, Entry entry, long epochNanos) {
    if (!isEligible(entry)) {
      return List.of();
    }
    final Attributes filtered = exemplarAttributes.apply(entry.observedAttributes, attributes);
    return List.of(
        isLong
            ? LongExemplarData.create(
                filtered, epochNanos, SpanContext.getInvalid(), entry.observedBits)
            : DoubleExemplarData.create(
                filtered, epochNanos, SpanContext.getInvalid(), toDouble(entry.observedBits)));
  }

  /** Its context is none (API specification, "Synchronous and asynchronous instruments"). */
  private boolean isEligible(Entry entry) {
    final int verdict =
        isLong
            ? sampling.judgeLong(entry.observedBits, entry.observedAttributes, Context.root())
            : sampling.judgeDouble(
                toDouble(entry.observedBits), entry.observedAttributes, Context.root());
    collecting.measurements++;
    collecting.noSpan += verdict == ExemplarSampling.NO_SPAN ? 1 : 0;
    collecting.refused += verdict == ExemplarSampling.REFUSED ? 1 : 0;
    collecting.kept += verdict == ExemplarSampling.ELIGIBLE ? 1 : 0;
    return verdict == ExemplarSampling.ELIGIBLE;
  }

  @Override
  public ExemplarAccount exemplarAccount(PointBuffer points, boolean isLive) {
    final ExemplarTally tally = this.tally;
    return new ExemplarAccount(sampling, tally, /* isCollected= */ true, tally.kept);
  }

  private boolean isBelow(long bits, long otherBits) {
    return isLong ? bits < otherBits : toDouble(bits) < toDouble(otherBits);
  }

  private long difference(long bits, long otherBits) {
    return isLong ? bits - otherBits : doubleBits(toDouble(bits) - toDouble(otherBits));
  }

  private static double toDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long doubleBits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static final class Entry {
    long round;
    long bits;
    long observedBits;
    Attributes observedAttributes = Attributes.empty();
    boolean hasLast;
    long lastBits;
    long startEpochNanos;
  }
}
