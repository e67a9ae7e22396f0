package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.CellFactory;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.exemplar.RetainedExemplars;
import io.opentelemetry.api.common.Attributes;

/**
 * One time series of a stream: an attribute set, the cells that hold its value, and what the
 * collector knows of it.
 *
 * <p>It takes 64 bytes, most of which recorders read, so that the collector's fields share their
 * cache line. They are written only if that is news, at most once in a collection, which then has
 * taken a cell of the series from the recorder's cache as well.
 */
public sealed class Series extends StripedCells permits LastValueSeries {
  public final Attributes attributes;

  /** Spread hash of the attributes, as {@link SeriesMap} uses it. */
  final int hash;

  /** True while the series may be dropped as soon as it is silent. Set by anybody. */
  public volatile boolean isRemovable;

  // What the collector knows of the series, guarded by the stream's collection lock.

  /** When the series was first recorded into; the start of its cumulative points. */
  public long startEpochNanos;

  /** True once a point has had that start, which then stays. */
  public boolean isStartReported;

  /** Exemplars that a cumulative point goes on showing, or that a delta point uses again. */
  public RetainedExemplars retainedExemplars = RetainedExemplars.NONE;

  /** True if the last collection found that the series can be evicted. */
  public boolean isIdle;

  /** Of a cumulative stream: the number of measurements that were collected. */
  public long measurements;

  /** When a collection last found a measurement that the one before had not seen. */
  public long activeNanos;

  public Series(CellFactory cells, Attributes attributes, int hash, long startEpochNanos) {
    super(cells);
    this.attributes = attributes;
    this.hash = hash;
    this.startEpochNanos = startEpochNanos;
  }

  /**
   * True if this is the series of these attributes. An object is the same as itself also if its
   * {@code equals} denies it, as that of a wrapper does which asks what it wraps.
   */
  final boolean isOf(Attributes attributes, int hash) {
    return this.attributes == attributes
        || (this.hash == hash && this.attributes.equals(attributes));
  }

  private Series(boolean isEvicted) {
    super(isEvicted);
    this.attributes = Attributes.empty();
    this.hash = 0;
  }

  /** A series that is no series, to mark a place with. */
  static Series marker() {
    return new Series(/* isEvicted= */ false);
  }

  /** A series without cells, as an evicted one is. */
  public static Series evicted() {
    return new Series(/* isEvicted= */ true);
  }
}
