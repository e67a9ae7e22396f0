package io.glint.it.differential;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** A reader that hands over what it collects: when asked, when flushed and when shut down. */
final class ProgramReader implements MetricReader {
  private final ReaderSetup setup;
  private final BiConsumer<ReaderSetup, ProgramReader> collect;
  private final Map<InstrumentType, Aggregation> aggregations = new EnumMap<>(InstrumentType.class);
  private CollectionRegistration registration = CollectionRegistration.noop();

  ProgramReader(ReaderSetup setup, BiConsumer<ReaderSetup, ProgramReader> collect) {
    this.setup = setup;
    this.collect = collect;
    for (final InstrumentType type : InstrumentType.values()) {
      aggregations.put(type, setup.aggregation(type).stock());
    }
  }

  Collection<MetricData> collectAllMetrics() {
    return registration.collectAllMetrics();
  }

  int cardinalityLimit(InstrumentType type) {
    return setup.limit(type);
  }

  /** Changes what the reader is given by its provider. */
  void alter(UnaryOperator<Collection<MetricData>> change) {
    final CollectionRegistration unchanged = registration;
    registration =
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            return change.apply(unchanged.collectAllMetrics());
          }
        };
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return setup.temporality().of(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return aggregations.get(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return setup.memoryMode();
  }

  @Override
  public CompletableResultCode forceFlush() {
    collect.accept(setup, this);
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return forceFlush();
  }
}
