package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.CellFactory;
import io.glint.sdk.internal.cell.LastValueCell;
import io.opentelemetry.api.common.Attributes;

/** A series of last values. The collector keeps the age of the last value it has reported. */
public final class LastValueSeries extends Series {
  /**
   * Age and stamp of the newest last value that was reported, see {@link LastValueCell}. Guarded by
   * the stream's collection lock.
   */
  public long reportedAge;

  public long reportedStamp;

  public LastValueSeries(CellFactory cells, Attributes attributes, int hash, long startEpochNanos) {
    super(cells, attributes, hash, startEpochNanos);
  }
}
