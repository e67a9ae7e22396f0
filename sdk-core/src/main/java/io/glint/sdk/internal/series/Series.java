package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.CellFactory;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.exemplar.RetainedExemplars;
import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One time series of a stream: an attribute set, the cells that hold its value, and what the
 * collector knows of it.
 *
 * <p>It takes 64 bytes, most of which recorders read, so that the collector's fields share their
 * cache line. They are written on a change only, at most once in a collection, which then has taken
 * a cell of the series from the recorder's cache as well.
 */
public sealed class Series extends StripedCells permits LastValueSeries {
  // What may become of the series once it is silent.

  private static final byte STAYS = 0;
  private static final byte REMOVABLE = 1;
  private static final byte SHARED = 2;

  private static final VarHandle REMOVAL;

  static {
    try {
      REMOVAL = MethodHandles.lookup().findVarHandle(Series.class, "removal", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public final Attributes attributes;

  /** Spread hash of the attributes, as {@link SeriesMap} uses it. */
  final int hash;

  /** One of the three states above. A series that is shared stays so. */
  private volatile byte removal;

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

  /** True while the series may be dropped as soon as it is silent. For any thread. */
  public final boolean isRemovable() {
    return removal == REMOVABLE;
  }

  /**
   * Says whether the series may be dropped as soon as it is silent. Changes nothing if it is {@link
   * #markShared shared}. For any thread; wait-free.
   *
   * @return whether it changes anything
   */
  final boolean setRemovable(boolean isRemovable) {
    return isRemovable
        ? REMOVAL.compareAndSet(this, STAYS, REMOVABLE)
        : REMOVAL.compareAndSet(this, REMOVABLE, STAYS);
  }

  /**
   * Marks a series that counts an attribute set of which a view has removed something. Others may
   * be counted in it then, so it is never removable: no owner of one attribute set may end it. For
   * any thread; wait-free. Written on a change only: recorders share the line.
   */
  public final void markShared() {
    if (removal != SHARED) {
      removal = SHARED;
    }
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
