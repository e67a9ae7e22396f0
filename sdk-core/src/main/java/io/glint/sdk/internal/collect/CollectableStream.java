package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarAccount;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.metrics.data.Data;
import org.jspecify.annotations.Nullable;

/** A metric stream as readers collect it, of a synchronous or of an asynchronous instrument. */
public interface CollectableStream {

  /** Name and description as they are exported. */
  InstrumentDescriptor metric();

  /** How many attribute sets may have a point of their own; those beyond share one more. */
  int cardinalityLimit();

  /**
   * Takes a description of the instrument, which becomes the metric's if it is longer than that.
   *
   * @return false if a view has set the description, which then stays
   */
  boolean describe(String description);

  /**
   * Registers a further reader of this stream.
   *
   * @param points what it will collect into
   */
  void addReader(PointPool points);

  /**
   * Collects.
   *
   * @param lastCollectEpochNanos end of the reader's last collection, 0 before the first
   * @param epochNanos end of this one; the end of every point
   * @param points the reader's, for this source
   * @return the points, or null if there are none
   */
  @Nullable Data<?> collect(long lastCollectEpochNanos, long epochNanos, PointPool points);

  /**
   * Stands in for {@link #collect} while the meter is disabled: forgets what would belong to the
   * interval that ends now, so that no later one reports it. Totals stay.
   */
  default void discard(long lastCollectEpochNanos, long epochNanos, PointPool points) {}

  /**
   * What became of the measurements on their way to exemplars. For any thread.
   *
   * @param points as {@link #addReader} was told
   * @param isLive whether measurements count that no collection has seen yet, which takes time
   */
  ExemplarAccount exemplarAccount(PointPool points, boolean isLive);

  /** Ends the stream: no reader will collect any more. Recording goes on to be harmless. */
  default void shutdown() {}
}
