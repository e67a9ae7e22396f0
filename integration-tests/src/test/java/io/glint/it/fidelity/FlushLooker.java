package io.glint.it.fidelity;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Flushes a periodic reader and takes what has been exported. */
final class FlushLooker implements Looker {
  private final MetricReader reader;
  private final Supplier<Map<Seen.SeriesKey, Seen.Point>> exported;

  FlushLooker(MetricReader reader, Supplier<Map<Seen.SeriesKey, Seen.Point>> exported) {
    this.reader = reader;
    this.exported = exported;
  }

  @Override
  public MetricReader reader() {
    return reader;
  }

  @Override
  public Map<Seen.SeriesKey, Seen.Point> look(long time) {
    final CompletableResultCode flush = reader.forceFlush().join(30, TimeUnit.SECONDS);
    if (!flush.isSuccess()) {
      throw new AssertionError("flush failed", flush.getFailureThrowable());
    }
    return exported.get();
  }
}
