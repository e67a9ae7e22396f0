package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.traces.ShownTraces;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.IOException;
import java.util.Collection;

/**
 * Stands between the SDK and another reader and pins every trace that reader is about to show.
 *
 * <p>Why dead links cannot happen: an exemplar gets out only through a collection made here, and is
 * pinned before that collection is handed on. It can only be too late if its trace was pushed out
 * of the {@link TraceStore} before it was ever collected. The scrapers of the start page collect
 * every few seconds, and in that time the built-in traffic, even at its fastest, makes fewer traces
 * than the store holds.
 */
final class PinningReader implements MetricReader, ExemplarOutcomes.Source {

  private final MetricReader reader;
  private final ExemplarOutcomes outcomes;
  private final ShownTraces shown;
  private volatile CollectionRegistration pinning = CollectionRegistration.noop();

  PinningReader(MetricReader reader, ExemplarOutcomes outcomes, ShownTraces shown) {
    this.reader = reader;
    this.outcomes = outcomes;
    this.shown = shown;
  }

  /** What the reader would show if it were asked now. */
  Collection<MetricData> collect() {
    return pinning.collectAllMetrics();
  }

  @Override
  public void register(CollectionRegistration registration) {
    pinning = new Pinning(registration);
    reader.register(pinning);
  }

  /** Passes on what there is to collect, and what Glint tells of exemplars. */
  private final class Pinning implements CollectionRegistration, ExemplarReport.Source {
    private final CollectionRegistration registration;

    Pinning(CollectionRegistration registration) {
      this.registration = registration;
    }

    @Override
    public synchronized Collection<MetricData> collectAllMetrics() {
      final Collection<MetricData> metrics = registration.collectAllMetrics();
      shown.show(Exemplars.traceIds(metrics));
      return metrics;
    }

    @Override
    public ExemplarReport explainExemplars() {
      return ((ExemplarReport.Source) registration).explainExemplars();
    }
  }

  /** The other reader's. */
  @Override
  public ExemplarOutcomes exemplarOutcomes() {
    return outcomes;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return reader.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return reader.getDefaultAggregation(type);
  }

  /** Not the reader's own: a page may collect while it still writes out what it collected. */
  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.IMMUTABLE_DATA;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return reader.forceFlush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return reader.shutdown();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
