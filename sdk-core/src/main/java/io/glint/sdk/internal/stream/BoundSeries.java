package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * The series of one stream that a bound instrument records into, found when it was bound.
 *
 * <p>It stays the same from one collection to the next, as the specification demands ("Instrument
 * bind"): who is in the overflow series remains there, and a series that is held is not evicted,
 * also if it is silent for a whole delta interval. When the bound instrument has become garbage,
 * the series can be evicted like any other.
 *
 * <p>Thread-safe, and may be published in any way: of what is not final, {@code cachedCell}, it
 * does not matter which value is seen. Recording is lock-free, see {@link Cell}.
 */
public final class BoundSeries {
  /** Stands for the series of a stream that could not be bound. */
  private static final Series NONE = Series.evicted();

  public final MetricStream stream;

  /** What was bound, also what a view removes: exemplars have it. */
  public final Attributes attributes;

  private final Series series;

  /** Held, to keep the series from being evicted; never used. */
  public final @Nullable Object pin;

  /**
   * The first cell of the series until threads have met there and leave it; then null. So the
   * address of the cell need not wait for the series. Written without synchronization: whoever sees
   * an old value fails to take the cell, or takes it rightly. (The memory model promises what the
   * constructor of the cell has written to those who come by the final {@code first} of the series.
   * The thread that binds does; this field hands the cell on. No JVM tells the difference.)
   */
  private @Nullable Cell cachedCell;

  /**
   * A series that is held.
   *
   * @param pin what {@link Series#pin} returned
   */
  public BoundSeries(
      MetricStream stream, Attributes attributes, Series series, @Nullable Object pin) {
    this.stream = stream;
    this.attributes = attributes;
    this.series = series;
    this.pin = pin;
    this.cachedCell = series.onlyCell();
  }

  /** No series: each recording looks it up, and finds none after shutdown. */
  static BoundSeries none(MetricStream stream, Attributes attributes) {
    return new BoundSeries(stream, attributes, NONE, NONE);
  }

  /**
   * Takes a cell. Lock-free.
   *
   * @return as {@link MetricStream#acquire}
   */
  public @Nullable Cell acquire() {
    final Cell cached = this.cachedCell;
    return cached != null && !series.isStripedPlain() && cached.tryAcquire()
        ? cached
        : acquireContended();
  }

  private @Nullable Cell acquireContended() {
    final Cell cell;
    try {
      // Not at each recording, as all threads read it.
      if (cachedCell != null && series.isStriped()) {
        cachedCell = null;
      }
      cell = series.acquire();
    } catch (Throwable t) {
      stream.measurementLost(t);
      return null;
    }
    // It is null if nothing was bound, or if the bound instrument becomes garbage during this
    // recording.
    return cell != null ? cell : stream.acquire(attributes);
  }

  /** For tests. */
  public boolean isIn(Series other) {
    return series == other;
  }
}
