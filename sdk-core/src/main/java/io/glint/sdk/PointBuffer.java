package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Where a reader gets the points of a stream. For a reader whose memory mode is {@code
 * REUSABLE_DATA} points, their list and the data around them are the same objects in each
 * collection, good until the next one begins. For others each collection makes new ones.
 *
 * <p>Belongs to one reader and one stream. Used by the thread that collects for the reader.
 */
final class PointBuffer {
  private static final int SMALLEST_POOL = 16;

  private final boolean isReused;

  /** What the last collection has shown. */
  private List<PointData> points = new ArrayList<>();

  private Data<?> data;

  /** When the last collection began, by the stream's monotonic clock. Set by the stream. */
  long collectedNanos;

  /** Number of exemplars on all points of all collections so far. Guarded by the stream. */
  long exemplars;

  /** Points to reuse, those that are in use first. All made for the one stream. */
  private final List<AbstractPoint> pool = new ArrayList<>();

  PointBuffer(boolean isReused) {
    this.isReused = isReused;
  }

  /** Starts a collection: what the last one has shown is void if it is reused. */
  void begin() {
    if (isReused) {
      points.clear();
    } else {
      points = new ArrayList<>();
    }
  }

  /** A point to fill, which the collection shows. */
  @SuppressWarnings("unchecked")
  <P extends AbstractPoint> P add(Supplier<P> maker) {
    final P point;
    if (points.size() < pool.size()) {
      point = (P) pool.get(points.size());
    } else {
      point = maker.get();
      if (isReused) {
        pool.add(point);
      }
    }
    points.add((PointData) point);
    return point;
  }

  /**
   * Ends a collection.
   *
   * @param wrapper puts points into the data of the stream's type
   * @return null if there is no point
   */
  Data<?> end(Function<List<PointData>, Data<?>> wrapper) {
    if (!isReused) {
      return points.isEmpty() ? null : wrapper.apply(Collections.unmodifiableList(points));
    }
    shrink();
    if (points.isEmpty()) {
      return null;
    }
    if (data == null) {
      data = wrapper.apply(Collections.unmodifiableList(points));
    }
    return data;
  }

  /** Number of points that are kept for reuse; for tests. */
  int pooled() {
    return pool.size();
  }

  /** Lets go of what one large collection has left behind. */
  private void shrink() {
    if (pool.size() > SMALLEST_POOL && pool.size() > 2 * points.size()) {
      pool.subList(Math.max(SMALLEST_POOL, points.size()), pool.size()).clear();
    }
  }
}
