package io.glint.autoconfigure;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import org.jspecify.annotations.Nullable;

/**
 * What the stock meter provider has for a reader that is to read Glint's: it is not read, and flush
 * and shutdown are passed on, so that whoever closes the stock SDK exports Glint's metrics.
 */
final class StandIn implements MetricReader {
  private final MetricReader reader;
  private @Nullable CollectionRegistration stock;

  StandIn(MetricReader reader) {
    this.reader = reader;
  }

  MetricReader reader() {
    return reader;
  }

  /** Gives the reader back to the stock meter provider. */
  synchronized void giveBack() {
    if (stock != null) {
      reader.register(stock);
    }
  }

  @Override
  public synchronized void register(CollectionRegistration registration) {
    stock = registration;
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
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return reader.getAggregationTemporality(instrumentType);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return reader.getDefaultAggregation(instrumentType);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return reader.getMemoryMode();
  }

  @Override
  public String toString() {
    return reader.toString();
  }
}
