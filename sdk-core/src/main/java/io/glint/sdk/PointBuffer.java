package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
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

  /** Those that the collection shows; if they are reused, then spare ones. */
  private List<AbstractPoint> points = new ArrayList<>();

  private int shown;

  private Data<?> data;

  /** When the last collection began, by the stream's monotonic clock. Set by the stream. */
  long collectedNanos;

  /** Number of exemplars on all points of all collections so far. Guarded by the stream. */
  long exemplars;

  PointBuffer(boolean isReused) {
    this.isReused = isReused;
  }

  /** True if what the last collection has shown is void when the next one begins. */
  boolean isReused() {
    return isReused;
  }

  /** Starts a collection: what the last one has shown is void if it is reused. */
  void begin() {
    shown = 0;
    if (!isReused) {
      points = new ArrayList<>();
    }
  }

  /** A point to fill, which the collection shows. */
  @SuppressWarnings("unchecked")
  <P extends AbstractPoint> P add(Supplier<P> maker) {
    if (shown == points.size()) {
      points.add(maker.get());
    }
    return (P) points.get(shown++);
  }

  /**
   * Ends a collection.
   *
   * @param wrapper puts points into the data of the stream's type
   * @return null if there is no point
   */
  Data<?> end(Function<List<PointData>, Data<?>> wrapper) {
    if (!isReused) {
      return shown == 0 ? null : wrapper.apply(Collections.unmodifiableList(points));
    }
    shrink();
    if (shown == 0) {
      return null;
    }
    if (data == null) {
      data = wrapper.apply(new Shown());
    }
    return data;
  }

  /** Number of points that are kept for reuse; for tests. */
  int pooled() {
    return points.size();
  }

  /** Lets go of what one large collection has left behind. */
  private void shrink() {
    if (points.size() > SMALLEST_POOL && points.size() > 2 * shown) {
      points.subList(Math.max(SMALLEST_POOL, shown), points.size()).clear();
    }
  }

  /** The points of the collection, without a list of their own. */
  private final class Shown extends AbstractList<PointData> implements RandomAccess {
    @Override
    public PointData get(int index) {
      return points.get(Objects.checkIndex(index, shown));
    }

    @Override
    public int size() {
      return shown;
    }
  }
}
