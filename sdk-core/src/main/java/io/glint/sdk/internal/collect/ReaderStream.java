package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.StreamMetricData;
import io.glint.sdk.internal.exemplar.ExemplarAccount;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;

/** A metric stream as one reader collects it. Used under the lock of the reader. */
public final class ReaderStream {
  private final CollectableStream source;
  private final Resource resource;
  private final InstrumentationScopeInfo scope;
  private final PointPool buffer;

  /** What was collected last. */
  private @Nullable StreamMetricData collected;

  /**
   * A stream as a reader collects it.
   *
   * @param isReused whether the reader lets the objects that it collects be reused
   */
  public ReaderStream(
      CollectableStream source,
      Resource resource,
      InstrumentationScopeInfo scope,
      boolean isReused) {
    this.source = source;
    this.resource = resource;
    this.scope = scope;
    this.buffer = new PointPool(isReused, this::prepare);
    source.addReader(buffer);
  }

  public CollectableStream source() {
    return source;
  }

  public InstrumentationScopeInfo scope() {
    return scope;
  }

  /** As {@link CollectableStream#exemplarAccount}. For any thread. */
  public ExemplarAccount exemplarAccount(boolean isLive) {
    return source.exemplarAccount(buffer, isLive);
  }

  /** As {@link CollectableStream#discard}. */
  public void discard(long lastCollectEpochNanos, long epochNanos) {
    source.discard(lastCollectEpochNanos, epochNanos, buffer);
  }

  /** As {@link CollectableStream#collect}; null if there are no points. */
  public @Nullable MetricData collect(long lastCollectEpochNanos, long epochNanos) {
    return source.collect(lastCollectEpochNanos, epochNanos, buffer) == null ? null : collected;
  }

  /** Makes what a collection hands out, before it has emptied the cells of recorders. */
  private void prepare(Data<?> data) {
    final InstrumentDescriptor metric = source.metric();
    if (collected == null || collected.isOther(metric, data)) {
      collected = new StreamMetricData(resource, scope, metric, data);
    }
  }
}
