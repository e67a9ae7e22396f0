package io.glint.sdk.internal.async;

import io.glint.sdk.internal.collect.CollectableStream;
import io.glint.sdk.internal.data.NumberPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.exemplar.ExemplarAccount;
import io.glint.sdk.internal.exemplar.ExemplarAttributeFilter;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import io.glint.sdk.internal.metric.AttributeCardinality;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.view.AttributeFilter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A metric stream of an asynchronous instrument, as one reader sees it.
 *
 * <p>A collection is a round: callbacks observe absolute values, and {@link #collect} turns what
 * was observed since the last round into points. Only series that were observed in the round have a
 * point (SDK specification, "MetricReader"). Of last values the last observation of a series stays.
 * Of sums that are not monotonic a series has the sum of what the round has observed; a delta is
 * the difference to what it was when it was observed last. What is a series of a monotonic sum is
 * told at {@link Sources}. The attribute sets that a round observes first have series of their own;
 * those beyond the cardinality limit share the overflow series.
 *
 * <p>Not thread-safe: used under the lock of its reader, by the thread that runs callbacks or the
 * collecting one, while they have the {@link StreamTurn}. A callback that was left behind may hang
 * in the code of its attributes and have the turn; until it returns, the metric is left out.
 */
public final class AsyncStream implements CollectableStream {
  private static final Logger LOGGER = Logger.getLogger(AsyncStream.class.getName());
  private static final int MIN_ROUND = 4;

  private final InstrumentDescriptor instrument;
  private final MetricDescriptor metric;
  private final @Nullable AttributeFilter attributeFilter;
  private final boolean isLong;
  private final boolean isSum;
  private final Arithmetic arithmetic;
  private final Supplier<NumberPoint> pointMaker;
  private final AggregationTemporality temporality;
  private final int cardinalityLimit;
  private final DropCounters losses;
  private final MeasurementClock clock;
  private final CallbackRunner runner;
  private final StreamTurn turn = new StreamTurn();
  private long creationEpochNanos;

  private final ExemplarSampling sampling;
  private final ExemplarAttributeFilter exemplarAttributes;

  /** Published by {@link #collect} for readers of {@link #exemplarAccount}. */
  private volatile ExemplarCounts tally = new ExemplarCounts();

  /** The next {@link #tally}, of a collection under way. */
  private ExemplarCounts collecting = tally;

  private final Map<Attributes, AsyncSeries> series = new LinkedHashMap<>();

  /** Null if there was none yet. */
  private @Nullable AsyncSeries overflow;

  /** Null unless this is a monotonic sum. */
  private final @Nullable Sources sources;

  private final Unseen unseen;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog hangingLog = new RateLimitedLog(LOGGER, Level.WARNING);
  private long round = 1;
  private int completedRounds;

  /** Number of series that this round has observed, without the overflow series. */
  private int observedInRound;

  /**
   * The sources that this round has observed, in this order, and behind them those of the last
   * round that it has not come to.
   */
  private Source[] observedSources = new Source[MIN_ROUND];

  private int sourcesInRound;

  /** Whether anything was observed in this round. */
  private boolean isRoundOpen;

  private boolean hasOverflown;
  private boolean isOverflowLogged;

  /** Whether any series counts what has no source. */
  private boolean hasRest;

  private boolean isRestLogged;
  private boolean isForgettingLogged;

  /** Set by the thread that runs callbacks, before or instead of which the collecting one waits. */
  private volatile boolean isRoundIncomplete;

  /**
   * A stream that has observed nothing yet.
   *
   * @param isSum false for last values
   * @param runner runs the callbacks, and says what is to be said of them
   */
  public AsyncStream(StreamSettings settings, boolean isSum, CallbackRunner runner) {
    this.runner = runner;
    this.instrument = settings.instrument();
    this.metric = settings.metric();
    this.attributeFilter = settings.attributeFilter();
    this.isLong = instrument.valueType() == InstrumentValueType.LONG;
    this.isSum = isSum;
    this.arithmetic = isLong ? Arithmetic.LONG : Arithmetic.DOUBLE;
    this.pointMaker = Points.numberMaker(isLong);
    this.temporality = settings.temporality();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.sources =
        isSum && instrument.isMonotonic() ? new Sources(settings.cardinalityLimit()) : null;
    this.unseen =
        new Unseen(
            isSum ? Sources.REMEMBERED_ROUNDS : 0, Sources.mostUnseen(settings.cardinalityLimit()));
    this.losses = settings.sampling().losses();
    this.clock = settings.clock();
    this.creationEpochNanos = settings.creationEpochNanos();
    this.sampling = settings.sampling();
    this.exemplarAttributes = settings.exemplarAttributeFilter();
  }

  @Override
  public InstrumentDescriptor metric() {
    return metric.descriptor();
  }

  @Override
  public int cardinalityLimit() {
    return cardinalityLimit;
  }

  @Override
  public boolean describe(String description) {
    return metric.describe(description);
  }

  @Override
  public void addReader(PointPool points) {}

  /** Who uses what observations change. */
  StreamTurn turn() {
    return turn;
  }

  /** Begins a round, before the first callback runs: what is left of one that failed is dropped. */
  void begin() {
    if (turn.take()) {
      try {
        if (isRoundOpen || isRoundIncomplete) {
          beginRound();
        }
      } finally {
        turn.release();
      }
    }
  }

  /**
   * Ends an observation, and with it the turn. If it was given up, nothing of its round is counted.
   */
  void endObservation() {
    try {
      if (turn.isGivenUp()) {
        beginRound();
        isRoundIncomplete = true;
      }
    } finally {
      turn.release();
    }
  }

  /** Counts an observation that is lost as another one hangs. For any thread. */
  void countHanging() {
    losses.count(DropCounters.Reason.CALLBACK_TIMEOUT);
  }

  /** Notes that a callback has not run in this round, or not to its end. For any thread. */
  void markIncomplete() {
    isRoundIncomplete = true;
  }

  /** What the view keeps of the attributes of an observation. Calls user code, for any thread. */
  Attributes keep(Attributes attributes) {
    return attributeFilter == null ? attributes : attributeFilter.apply(attributes);
  }

  /** False for what would make a sum useless. For any thread. */
  boolean acceptsValue(long bits) {
    return isLong || !isSum || !Double.isInfinite(toDouble(bits));
  }

  /**
   * Takes an observation of the current round, in its {@link #turn}.
   *
   * @param observer stands for the callback
   * @param bits the value, as a long or the bits of a double; {@linkplain #acceptsValue accepted}
   * @param kept what {@link #keep} makes of the attributes
   */
  public void observe(Observer observer, long bits, Attributes attributes, Attributes kept) {
    isRoundOpen = true;
    final AsyncSeries observed =
        sources == null ? observe(bits, kept) : observe(observer, bits, attributes, kept, sources);
    observed.observedBits = bits;
    observed.observedAttributes = attributes;
    if (sampling.mayAdmitWithoutSpan()) {
      observed.observedEpochNanos = sampling.measurementTime();
    }
  }

  private AsyncSeries observe(long bits, Attributes kept) {
    final AsyncSeries observed = place(series.get(kept), kept);
    if (isSum && observed.isSeenIn(round)) {
      observed.add(bits, arithmetic);
    } else {
      observed.set(bits);
    }
    observed.seen(round, completedRounds);
    return observed;
  }

  @SuppressWarnings("NullAway") // A source that was seen feeds a series.
  private AsyncSeries observe(
      Observer observer, long bits, Attributes attributes, Attributes kept, Sources sources) {
    Source source = observedSources[sourcesInRound];
    if (source == null || source.attributes != attributes || source.observer != observer) {
      source = sources.of(observer, attributes, bits, arithmetic, round);
    }
    if (source == null) {
      final AsyncSeries observed = place(series.get(kept), kept);
      observed.seen(round, completedRounds);
      observed.observeRest(bits, arithmetic, round, completedRounds);
      hasRest = true;
      losses.count(DropCounters.Reason.TOO_MANY_SETS);
      return observed;
    }
    if (source.isSeenIn(round)) {
      source.observeAgain(bits, arithmetic);
      return source.fed();
    }
    final boolean isKnown = source.own != null && !source.own.isForgotten();
    final AsyncSeries observed = place(isKnown ? source.own : series.get(kept), kept);
    if (observed != overflow) {
      source.own = observed;
    }
    list(source);
    observed.seen(round, completedRounds);
    source.observe(bits, observed);
    source.seen(round, completedRounds);
    return observed;
  }

  private void list(Source source) {
    if (sourcesInRound + 1 == observedSources.length) {
      observedSources = Arrays.copyOf(observedSources, 2 * observedSources.length);
    }
    observedSources[sourcesInRound++] = source;
  }

  /**
   * The series that counts an observation.
   *
   * @param own the series of the attributes, or null if they have none
   */
  private AsyncSeries place(@Nullable AsyncSeries own, Attributes kept) {
    if (own != null && own.isSeenIn(round)) {
      return own;
    }
    if (observedInRound >= cardinalityLimit) {
      hasOverflown = true;
      if (overflow == null || overflow.isForgotten()) {
        overflow = series.computeIfAbsent(Overflow.ATTRIBUTES, any -> new AsyncSeries());
      }
      return overflow;
    }
    AsyncSeries placed = own;
    if (placed == null) {
      placed = new AsyncSeries();
      series.put(kept, placed);
    }
    observedInRound++;
    return placed;
  }

  @Override
  public @Nullable Data<?> collect(long lastCollectEpochNanos, long epochNanos, PointPool points) {
    if (!turn.take()) {
      reportHanging();
      return null;
    }
    try {
      return collectInTurn(lastCollectEpochNanos, epochNanos, points);
    } finally {
      turn.release();
    }
  }

  private void reportHanging() {
    runner.later(
        () ->
            hangingLog.event(
                null,
                () ->
                    "The equals or hashCode of attributes that asynchronous instrument "
                        + instrument.describe()
                        + " has observed does not return. Until it does, metric '"
                        + LogText.of(metric().name())
                        + "' is missing from collections"));
  }

  private @Nullable Data<?> collectInTurn(
      long lastCollectEpochNanos, long epochNanos, PointPool points) {
    // An instrument may have been made after the collection began.
    creationEpochNanos = Math.min(clock.onPresentLine(creationEpochNanos), epochNanos);
    final long lastEnd = Math.max(lastCollectEpochNanos, creationEpochNanos);
    collecting = tally.copy();
    boolean isShown = false;
    Iterator<AsyncSeries> toEnd = null;
    try {
      // Made first: once the points are there, or anything was added up, nothing may be missing.
      toEnd = series.values().iterator();
      addUp();
      points.begin();
      for (final Map.Entry<Attributes, AsyncSeries> next : series.entrySet()) {
        if (next.getValue().isSeenIn(round)) {
          addPoint(points, next.getKey(), next.getValue(), lastEnd, epochNanos);
        }
      }
      final Data<?> data = points.end(this::data);
      isShown = true;
      return data;
    } finally {
      endRound(isShown, toEnd);
    }
  }

  /** Gives what sources have added to the series that several of them feed. */
  @SuppressWarnings("NullAway") // A source that was observed feeds a series.
  private void addUp() {
    for (int i = 0; i < sourcesInRound; i++) {
      observedSources[i].fed().addGrowth(observedSources[i], arithmetic);
    }
    if (hasRest) {
      series.values().forEach(any -> any.addGrowthOfRest(arithmetic));
    }
  }

  /**
   * Ends a round, whatever happened to it.
   *
   * @param isShown whether its points were made; what it would have added is added later if not
   * @param all goes through all series; null if nothing was added up
   */
  private void endRound(boolean isShown, @Nullable Iterator<AsyncSeries> all) {
    try {
      final int seenSeries = all == null ? 0 : isShown ? commit(all) : takeBack(all);
      if (!isRoundIncomplete) {
        completedRounds++;
      }
      reportOverflow();
      reportRest();
      final int knownSources = sources == null ? 0 : sources.size();
      if (hasRest || seenSeries < series.size() || sourcesInRound < knownSources) {
        forget();
      }
    } catch (Throwable t) {
      runner.later(
          () ->
              failures.event(
                  t,
                  () ->
                      "Asynchronous instrument "
                          + instrument.describe()
                          + " could not forget attribute sets of metric '"
                          + LogText.of(metric().name())
                          + "' that are observed no more. Check the equals and hashCode of its"
                          + " attributes"));
    } finally {
      beginRound();
    }
  }

  /** Takes over what the points have; returns how many there are. */
  private int commit(Iterator<AsyncSeries> all) {
    tally = collecting;
    int seenSeries = 0;
    while (all.hasNext()) {
      final AsyncSeries any = all.next();
      if (any.isSeenIn(round)) {
        seenSeries++;
        any.started();
        if (sources != null) {
          any.shownMonotonic(isDelta(), arithmetic);
        } else if (isSum && isDelta()) {
          any.shownChange(arithmetic);
        }
      }
    }
    for (int i = 0; i < sourcesInRound; i++) {
      observedSources[i].shown();
    }
    return seenSeries;
  }

  /** Undoes {@link #addUp}; returns how many series the round has observed. */
  private int takeBack(Iterator<AsyncSeries> all) {
    int seenSeries = 0;
    while (all.hasNext()) {
      final AsyncSeries any = all.next();
      seenSeries += any.isSeenIn(round) ? 1 : 0;
      if (sources != null) {
        any.takeBack();
      }
    }
    return seenSeries;
  }

  /** Begins a round, which nothing of an earlier one gets into, whether that has ended or not. */
  private void beginRound() {
    round++;
    observedInRound = 0;
    Arrays.fill(observedSources, sourcesInRound, observedSources.length, null);
    sourcesInRound = 0;
    isRoundIncomplete = false;
    isRoundOpen = false;
    if (hasRest) {
      series.values().forEach(AsyncSeries::beginRest);
    }
  }

  private void forget() {
    unseen.begin(round, completedRounds);
    if (sources == null) {
      series.values().forEach(unseen::add);
    } else {
      sources.count(unseen);
    }
    final int tooMany = unseen.decide();
    if (sources != null) {
      sources.forget(unseen);
      if (sourcesInRound < observedSources.length / 8) {
        observedSources = Arrays.copyOf(observedSources, Math.max(MIN_ROUND, 2 * sourcesInRound));
      }
    }
    final Iterator<AsyncSeries> all = series.values().iterator();
    while (all.hasNext()) {
      final AsyncSeries one = all.next();
      if (unseen.isTooOld(one)) {
        all.remove();
        one.forget();
      } else {
        one.forgetRest(unseen);
      }
    }
    if (tooMany > 0 && isSum && !isForgettingLogged) {
      isForgettingLogged = true;
      runner.later(() -> SafeLog.log(LOGGER, Level.WARNING, forgettingMessage(), null));
    }
  }

  private String forgettingMessage() {
    return "Asynchronous instrument "
        + instrument.describe()
        + " observes ever new attribute sets. Of those that metric '"
        + LogText.of(metric().name())
        + "' observes no more, "
        + Sources.mostUnseen(cardinalityLimit)
        + " are remembered; one that comes back after it was forgotten counts with its whole value"
        + " again. Observe attribute sets that stay, or sums over them. Logged once.";
  }

  private void reportRest() {
    if (hasRest && !isRestLogged) {
      isRestLogged = true;
      runner.later(() -> SafeLog.log(LOGGER, Level.WARNING, restMessage(), null));
    }
  }

  private String restMessage() {
    return "Asynchronous instrument "
        + instrument.describe()
        + " observes more than "
        + Sources.most(cardinalityLimit)
        + " attribute sets for metric '"
        + LogText.of(metric().name())
        + "'. Those beyond count together, series by series, as far as their sum is above its"
        + " highest value: growth is missing where some of them vanish or are reset. Observe sums"
        + " over fewer attribute sets. Logged once.";
  }

  private void reportOverflow() {
    if (hasOverflown && !isOverflowLogged) {
      isOverflowLogged = true;
      final List<Attributes> observed = new ArrayList<>();
      series.forEach(
          (attributes, any) -> {
            if (any.isSeenIn(round)) {
              observed.add(attributes);
            }
          });
      runner.later(
          () ->
              Overflow.logLimitReached(
                  LOGGER, losses, instrument, cardinalityLimit, AttributeCardinality.of(observed)));
    }
  }

  private Data<?> data(List<PointData> points) {
    return isSum
        ? new Points.Sum<>(instrument.isMonotonic(), temporality, points)
        : new Points.Gauge<>(points);
  }

  private void addPoint(
      PointPool points, Attributes attributes, AsyncSeries series, long lastEnd, long epochNanos) {
    final NumberPoint point = points.add(pointMaker);
    final List<ExemplarData> exemplars = exemplars(attributes, series);
    point.set(value(series));
    series.pointStartEpochNanos = start(series, lastEnd, epochNanos);
    point.setCommonFields(
        isDelta() ? lastEnd : series.pointStartEpochNanos, epochNanos, attributes, exemplars);
  }

  private boolean isDelta() {
    return temporality == AggregationTemporality.DELTA;
  }

  private long value(AsyncSeries series) {
    if (sources != null) {
      return series.monotonic(isDelta(), arithmetic);
    }
    return isSum && isDelta() ? series.change(arithmetic) : series.value();
  }

  /** Not after the end, also if another reader has set the clock back since then. */
  private long start(AsyncSeries series, long lastEnd, long epochNanos) {
    return sources != null && !isDelta() && series.isReset(arithmetic)
        ? lastEnd
        : Math.min(clock.onPresentLine(series.start(lastEnd)), epochNanos);
  }

  /** An observation is made outside any request, so its exemplar has no trace. */
  private List<ExemplarData> exemplars(Attributes attributes, AsyncSeries entry) {
    try {
      if (!isEligible(entry)) {
        return List.of();
      }
      final Attributes filtered = exemplarAttributes.apply(entry.observedAttributes, attributes);
      return List.of(
          MutableExemplarData.ofNoSpan(
              isLong, entry.observedBits, filtered, clock.onPresentLine(entry.observedEpochNanos)));
    } catch (Throwable t) {
      losses.count(DropCounters.Reason.EXEMPLAR);
      runner.later(
          () ->
              failures.event(
                  t,
                  () ->
                      "An exemplar of asynchronous instrument "
                          + instrument.describe()
                          + " is lost; the observation was counted. If a view filters its"
                          + " attributes, check the filter"));
      return List.of();
    }
  }

  /** Its context is none (API specification, "Synchronous and asynchronous instruments"). */
  private boolean isEligible(AsyncSeries entry) {
    final int filterResult =
        isLong
            ? sampling.evaluateLong(entry.observedBits, entry.observedAttributes, Context.root())
            : sampling.evaluateDouble(
                toDouble(entry.observedBits), entry.observedAttributes, Context.root());
    collecting.measurements++;
    collecting.noSpan += filterResult == ExemplarSampling.NO_SPAN ? 1 : 0;
    collecting.refused += filterResult == ExemplarSampling.REFUSED ? 1 : 0;
    collecting.kept += filterResult == ExemplarSampling.ELIGIBLE ? 1 : 0;
    return filterResult == ExemplarSampling.ELIGIBLE;
  }

  @Override
  public ExemplarAccount exemplarAccount(PointPool points, boolean isLive) {
    final ExemplarCounts tally = this.tally;
    return new ExemplarAccount(sampling, tally, /* isCollected= */ true, tally.kept);
  }

  private static double toDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }
}
