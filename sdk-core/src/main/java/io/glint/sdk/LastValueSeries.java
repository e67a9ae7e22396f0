package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;

/** A series of last values, of which the collector knows more. */
final class LastValueSeries extends Series {
  /**
   * Age and stamp of the newest last value that was reported, see {@link LastValueCell}. Guarded by
   * the stream's collection lock.
   */
  long reportedAge;

  long reportedStamp;

  LastValueSeries(CellFactory cells, Attributes attributes, int hash, long startEpochNanos) {
    super(cells, attributes, hash, startEpochNanos);
  }
}
