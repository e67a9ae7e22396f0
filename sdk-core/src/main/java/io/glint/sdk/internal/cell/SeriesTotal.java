package io.glint.sdk.internal.cell;

import io.glint.sdk.internal.exemplar.FrontPadding;

/**
 * The total of the cells of one series, and the counts of a collection. It serves each aggregation:
 * a field that an aggregation does not need stays as it is. Belongs to a collector, which uses it
 * for one series after the other.
 *
 * <p>A collector writes it for each series, so it is padded, see {@link FrontPadding}: no thread
 * that records waits for a line with it. A collector has a {@link PaddedTotal}.
 */
public class SeriesTotal extends FrontPadding {
  /** Number of measurements in the cells that were added. */
  public long measurements;

  /** True if a cell could not be added, as a recorder that has taken it has been stopped. */
  public boolean isStopped;

  /** True if a cell could not be added, as there was no memory or the like. */
  public boolean hasFailed;

  /** Of longs. */
  public long longSum;

  /** Of doubles. */
  public double sum;

  public double min;
  public double max;

  /** Of an exponential histogram: measurements that were 0. */
  public long zeros;

  /** Of an exponential histogram: that of its buckets. */
  int scale;

  /** The last value, and its age and stamp, see {@link LastValueCell}. */
  public long latestBits;

  public long latestAge;
  public long latestStamp;

  /** Age and stamp of the newest last value that was reported before. */
  public long reportedAge;

  public long reportedStamp;

  // Of all series of the collection so far.

  /** Points that the collection shows. */
  public int points;

  /** Exemplars on these points. */
  public long exemplars;

  /** True if any cell is missing. */
  public boolean isAnyPartial;

  public final void beginCollection() {
    points = 0;
    exemplars = 0;
    isAnyPartial = false;
  }

  /** Starts over with a series. */
  public void clear() {
    measurements = 0;
    isStopped = false;
    hasFailed = false;
    longSum = 0;
    sum = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    zeros = 0;
    latestBits = 0;
    latestAge = LastValueCell.NEVER_SET;
    latestStamp = 0;
  }

  /** True if any cell could not be added. */
  public final boolean isPartial() {
    return isStopped || hasFailed;
  }
}
