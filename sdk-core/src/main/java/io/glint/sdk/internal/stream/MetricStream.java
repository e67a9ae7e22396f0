package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.CellFactory;
import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.glint.sdk.internal.series.FilteredAttributesCache;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesFactory;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.series.SeriesStore;
import io.glint.sdk.internal.view.AttributeFilter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A metric stream of a synchronous instrument, as recorders see it: where its measurements go,
 * series by series. Subclasses are the aggregations. The collector of a stream knows it; a stream
 * does not know its collector.
 *
 * <p>Recording is the straight line {@code instrument -> stream -> series -> cell}. Each subclass
 * has its own recording methods, of which the same few lines are repeated: take a cell, count,
 * release it, report. A shared one with a hook in it would have one type profile for all cells, and
 * its call sites would not stay monomorphic in a program that uses several aggregations. The way
 * from {@code acquire} to the {@code try} must not grow either: once a cell is taken, nothing may
 * be thrown before its release is seen to, not even for want of stack.
 *
 * <p>Recording is thread-safe and lock-free, see {@link Cell}. All fields but {@link #soleSeries}
 * are final: what collections write is elsewhere, so that recorders do not wait for its cache
 * lines.
 */
public abstract class MetricStream implements CellFactory, SeriesFactory {
  private static final Logger LOGGER = Logger.getLogger(MetricStream.class.getName());

  public final InstrumentDescriptor instrument;
  public final ExemplarSampling sampling;
  public final AggregationTemporality temporality;

  private final MetricDescriptor metric;
  private final MeasurementClock clock;
  private final SeriesMap seriesMap;
  private final SeriesStore store;

  /** Null if all attributes are kept; then so is the cache. */
  private final @Nullable AttributeFilter attributeFilter;

  private final @Nullable FilteredAttributesCache aliases;

  /**
   * The series of a stream that has one: a try at it is cheaper than a hash. Null if there are
   * more, as whether the try succeeds could then not be predicted, and if a view removes
   * attributes. A hint, written without synchronization: any series of the stream would do.
   */
  private @Nullable Series soleSeries;

  private final DeferredReport bindingFailures;
  private final DeferredReport memoryFailures;
  private final DeferredReport attributeFailures;

  @SuppressWarnings("this-escape") // Its parts keep this object, and call it for recordings only.
  protected MetricStream(StreamSettings settings) {
    this.instrument = settings.instrument();
    this.metric = settings.metric();
    this.attributeFilter = settings.attributeFilter();
    this.aliases =
        attributeFilter == null ? null : new FilteredAttributesCache(settings.aliasBudget());
    this.sampling = settings.sampling();
    this.temporality = settings.temporality();
    this.clock = settings.clock();
    this.seriesMap = new SeriesMap(this, settings.cardinalityLimit());
    this.store = new SeriesStore(this, seriesMap, temporality == AggregationTemporality.DELTA);
    final DropCounters losses = sampling.losses();
    this.bindingFailures =
        new DeferredReport(losses, /* reason= */ null, LOGGER, unused -> ofBindingFailed());
    this.memoryFailures =
        new DeferredReport(
            losses,
            DropCounters.Reason.OUT_OF_MEMORY,
            LOGGER,
            unused -> ofLost("there is no memory for it"));
    this.attributeFailures =
        new DeferredReport(
            losses,
            DropCounters.Reason.ATTRIBUTES_UNUSABLE,
            LOGGER,
            unused ->
                ofLost(
                    "its attributes, the attribute filter of a view or the clock of the provider"
                        + " threw; the stack trace says which"));
  }

  /**
   * Records a measurement. Lock-free; never throws, allocates only for a new series or cell.
   *
   * @param attributes never null
   * @param context the context of the measurement; ignored if exemplars are off
   */
  public abstract void recordLong(long value, Attributes attributes, Context context);

  /**
   * As {@link #recordLong(long, Attributes, Context)}. The value is one that the stream {@linkplain
   * #acceptsValue accepts}.
   */
  public abstract void recordDouble(double value, Attributes attributes, Context context);

  /** False for values that would make the stream useless. */
  public boolean acceptsValue(double value) {
    return Double.isFinite(value);
  }

  /**
   * Records a measurement of a bound instrument, as {@link #recordLong(long, Attributes, Context)}
   * with the attributes that were bound.
   *
   * @param series one that {@link #bind} of this stream has returned
   */
  public abstract void recordLong(long value, BoundSeries series, Context context);

  /** As {@link #recordLong(long, BoundSeries, Context)}. The value is finite. */
  public abstract void recordDouble(double value, BoundSeries series, Context context);

  /**
   * Takes a cell of the series of these attributes.
   *
   * @return a cell that the caller owns and must release; null if attributes or a view's filter are
   *     broken or memory has run out, which is reported, and for a new series after shutdown
   */
  public final @Nullable Cell acquire(Attributes attributes) {
    try {
      final Series sole = this.soleSeries;
      final Series series = sole != null && sole.attributes == attributes ? sole : find(attributes);
      if (series != null) {
        final Cell cell = series.acquire();
        if (cell != null) {
          return cell;
        }
      }
      return acquireFromNew(attributes);
    } catch (Throwable t) {
      // Attributes and a view's filter are user code, and may throw.
      measurementLost(t);
      return null;
    }
  }

  private @Nullable Series find(Attributes attributes) {
    return aliases == null ? seriesMap.find(attributes) : findByAlias(attributes);
  }

  /** The series if it is remembered. Once there may be room, overflow is no longer the answer. */
  @SuppressWarnings("NullAway") // Called only if there are aliases.
  private @Nullable Series findByAlias(Attributes attributes) {
    final FilteredAttributesCache.Entry entry = aliases.find(attributes);
    if (entry == null) {
      return null;
    }
    return entry.series.attributes == Overflow.ATTRIBUTES
            && (entry.mapVersion != seriesMap.version() || store.mayEvictIdle())
        ? null
        : entry.series;
  }

  /** Null after shutdown. */
  private @Nullable Cell acquireFromNew(Attributes attributes) {
    final Attributes kept = keep(attributes);
    while (true) {
      final long mapVersion = seriesMap.version();
      final Series series = store.findOrAdd(kept);
      if (series == null) {
        return null;
      }
      if (aliases != null) {
        markIfShared(series, attributes, kept);
        ProtocolPoint.ALIAS_ADDING.reached();
        aliases.put(attributes, series, mapVersion);
      }
      // Before a cell is taken: from there on nothing may be thrown, not even for want of stack.
      updateSoleSeries();
      final Cell cell = series.acquire();
      if (cell != null) {
        return cell;
      }
    }
  }

  /** Before others can find the series by the attributes, and record into it without this. */
  @SuppressWarnings("ReferenceEquality") // The filter returns the same object if it keeps all.
  private static void markIfShared(Series series, Attributes attributes, Attributes kept) {
    if (kept != attributes) {
      series.markShared();
    }
  }

  private Attributes keep(Attributes attributes) {
    return attributeFilter == null ? attributes : attributeFilter.apply(attributes);
  }

  /** Updates the hint of the only series. Written on a change only: recorders share the line. */
  private void updateSoleSeries() {
    if (aliases == null) {
      final Series sole = seriesMap.soleSeriesOrNull();
      if (this.soleSeries != sole) {
        this.soleSeries = sole;
      }
    }
  }

  /**
   * Finds the series of these attributes, for good: attributes are filtered and the cardinality
   * limit is judged now, and what was found stays (SDK specification, "Instrument bind"). At the
   * limit that is the overflow series. Lock-free.
   *
   * @param attributes never null
   * @return never null; one that looks the series up at each recording if the attributes are
   *     broken, which is reported, and after shutdown
   */
  public final BoundSeries bind(Attributes attributes) {
    try {
      final Attributes kept = keep(attributes);
      while (true) {
        final Series series = store.findOrAdd(kept);
        if (series == null) {
          break;
        }
        markIfShared(series, attributes, kept);
        final Object pin = series.pin();
        if (pin != null) {
          updateSoleSeries();
          return new BoundSeries(this, attributes, series, pin);
        }
      }
    } catch (Throwable t) {
      bindingFailures.event(0, t);
    }
    return BoundSeries.none(this, attributes);
  }

  private String ofBindingFailed() {
    return "Attributes could not be bound to instrument "
        + instrument.describe()
        + ". Its bound recordings look their series up each time";
  }

  /**
   * Says whether the series of these attributes may be dropped as soon as it is silent. Does
   * nothing if there is none, if a view removes some of these attributes, and if it has removed
   * some of others whose measurements are in the same series. Lock-free.
   *
   * @throws RuntimeException whatever the attributes or the filter throw
   */
  public final void setSeriesRemovable(Attributes attributes, boolean isRemovable) {
    final Series series = seriesMap.findLive(attributes);
    if (series != null && keep(attributes).equals(attributes)) {
      store.setRemovable(series, isRemovable);
    }
  }

  /** False if no series of the stream was ever removable. */
  public final boolean hadRemovableSeries() {
    return store.hadRemovable();
  }

  /** From now on there are no new series: no reader would collect them. */
  public final void shutdown() {
    store.shutdown();
  }

  /**
   * Reports that a measurement could not be counted. Never throws and never logs, as recording
   * calls do this.
   */
  final void measurementLost(Throwable cause) {
    try {
      (cause instanceof OutOfMemoryError ? memoryFailures : attributeFailures).event(0, cause);
    } catch (StackOverflowError e) {
      // Not even this call has a stack. The application goes on.
    }
  }

  private String ofLost(String why) {
    return "A measurement of instrument "
        + instrument.describe()
        + " could not be recorded for metric '"
        + LogText.of(metric.descriptor().name())
        + "' and is lost: "
        + why;
  }

  @Override
  public final Series newSeries(Attributes attributes, int hash) {
    return newSeries(attributes, hash, clock.getAsLong());
  }

  /** Makes a series; an aggregation that has more to remember of each makes one of its own. */
  Series newSeries(Attributes attributes, int hash, long startEpochNanos) {
    return new Series(/* cells= */ this, attributes, hash, startEpochNanos);
  }

  // What the collector needs.

  public final SeriesMap seriesMap() {
    return seriesMap;
  }

  public final SeriesStore store() {
    return store;
  }

  /** Lets go of the series that have been evicted, also of those recorders have evicted. */
  public final void removeEvicted() {
    if (seriesMap.removeEvicted() && aliases != null) {
      aliases.forgetEvicted();
    }
  }

  /** What threads in a race have left of an earlier table keeps evicted series in memory. */
  public final void renewHints(long nowNanos) {
    if (aliases != null) {
      aliases.collected(nowNanos);
    }
    seriesMap.complete();
    updateSoleSeries();
  }

  /** For tests: how many attribute sets are remembered that a view has changed. */
  @SuppressWarnings("NullAway") // For tests of streams that have aliases.
  public final int aliasCount() {
    return aliases.size();
  }
}
