package io.glint.sdk.internal.data;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader gets the points of a stream. For a reader whose memory mode is {@code
 * REUSABLE_DATA} points, their list and the data around them are the same objects in each
 * collection, good until the next one begins. For others each collection makes new ones.
 *
 * <p>Belongs to one reader and one stream. Used by the thread that collects for the reader.
 */
public final class PointPool {
  private static final int MIN_POOL = 16;

  private final boolean isReused;
  private final Consumer<? super Data<?>> receiver;

  /** Those that the collection shows; then spare ones. */
  private List<AbstractPoint> points = new ArrayList<>();

  private int shown;

  /** Of {@link #points}; null until it is needed. */
  private @Nullable Data<?> data;

  /** When the last collection began, by the stream's monotonic clock. Set by the stream. */
  public long collectedNanos;

  /** Number of exemplars on all points of all collections so far. Guarded by the stream. */
  public long exemplars;

  public PointPool(boolean isReused) {
    this(isReused, data -> {});
  }

  /**
   * An empty buffer.
   *
   * @param receiver is handed the data of a collection as early as it exists
   */
  public PointPool(boolean isReused, Consumer<? super Data<?>> receiver) {
    this.isReused = isReused;
    this.receiver = receiver;
  }

  /** True if what the last collection has shown is void when the next one begins. */
  public boolean isReused() {
    return isReused;
  }

  /** Starts a collection: what the last one has shown is void if it is reused. */
  public void begin() {
    shown = 0;
    if (!isReused) {
      points = new ArrayList<>();
      data = null;
    }
  }

  /**
   * Starts a collection, and makes all that its {@linkplain #end(int) end} needs.
   *
   * @param wrapper puts points into the data of the stream's type
   */
  public void begin(Function<List<PointData>, Data<?>> wrapper) {
    begin();
    prepare(wrapper);
  }

  private void prepare(Function<List<PointData>, Data<?>> wrapper) {
    if (data == null) {
      data = wrapper.apply(isReused ? new Shown() : Collections.unmodifiableList(points));
    }
    receiver.accept(data);
  }

  /**
   * A point to fill, at an index that is at most one higher than the highest before. The collection
   * shows it if it {@linkplain #end(int) says so}. Writes nothing in here if the point is there.
   */
  @SuppressWarnings("unchecked")
  public <P extends AbstractPoint> P at(int index, Supplier<P> maker) {
    if (index == points.size()) {
      points.add(maker.get());
    }
    return (P) points.get(index);
  }

  /** A point to fill, which the collection shows. */
  public <P extends AbstractPoint> P add(Supplier<P> maker) {
    final P point = at(shown, maker);
    shown++;
    return point;
  }

  /**
   * Ends a collection that has shown the first {@code count} points. Allocates nothing.
   *
   * @return null if there is no point
   */
  public @Nullable Data<?> end(int count) {
    shown = count;
    if (!isReused) {
      removeFrom(count);
    } else if (points.size() > MIN_POOL && points.size() > 2 * count) {
      // Lets go of what one large collection has left behind.
      removeFrom(Math.max(MIN_POOL, count));
    }
    return count == 0 ? null : data;
  }

  /** Ends a collection whose points were {@linkplain #add added}; null if there are none. */
  public @Nullable Data<?> end(Function<List<PointData>, Data<?>> wrapper) {
    if (shown > 0) {
      prepare(wrapper);
    }
    return end(shown);
  }

  private void removeFrom(int index) {
    for (int i = points.size() - 1; i >= index; i--) {
      points.remove(i);
    }
  }

  /** Number of points that are kept for reuse; for tests. */
  public int pooled() {
    return points.size();
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
