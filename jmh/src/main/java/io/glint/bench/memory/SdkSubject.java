package io.glint.bench.memory;

import io.glint.bench.HistogramKind;
import io.glint.bench.OnDemandReader;
import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.tool.Providers;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.List;
import java.util.function.ObjDoubleConsumer;

/** An instrument of the stock SDK or of Glint, with one cumulative reader. */
final class SdkSubject implements Subject {
  private static final int COLLECTIONS = 3;

  private final boolean isGauge;
  private final Attributes[] attributes;
  private final OnDemandReader reader;
  private final MeterProvider provider;
  private final ObjDoubleConsumer<Attributes> instrument;

  SdkSubject(Sdk sdk, Kind kind, boolean hasExemplars, int mostSeries, MemoryMode memoryMode) {
    this.isGauge = kind == Kind.LAST_VALUE;
    this.attributes = SeriesAttributes.create(mostSeries);
    this.reader =
        new OnDemandReader(
            AggregationTemporality.CUMULATIVE,
            memoryMode,
            kind == Kind.EXPONENTIAL ? HistogramKind.EXPONENTIAL : HistogramKind.EXPLICIT);
    this.provider =
        Providers.create(
            sdk,
            reader,
            hasExemplars ? ExemplarFilter.traceBased() : ExemplarFilter.alwaysOff(),
            2 * mostSeries);
    this.instrument = instrument(provider.get("io.glint.bench"), kind);
  }

  private static ObjDoubleConsumer<Attributes> instrument(Meter meter, Kind kind) {
    return switch (kind) {
      case SUM -> {
        final LongCounter counter = meter.counterBuilder("requests").build();
        yield (attributes, value) -> counter.add((long) value, attributes);
      }
      case LAST_VALUE -> {
        final LongGauge gauge = meter.gaugeBuilder("queue.size").ofLongs().build();
        yield (attributes, value) -> gauge.set((long) value, attributes);
      }
      case EXPLICIT, EXPONENTIAL -> {
        final DoubleHistogram histogram = meter.histogramBuilder("duration").build();
        yield (attributes, value) -> histogram.record(value, attributes);
      }
    };
  }

  @Override
  public Object held() {
    return attributes;
  }

  @Override
  public Object root() {
    return List.of(provider, instrument);
  }

  @Override
  public void record(int series, double value) {
    instrument.accept(attributes[series], value);
  }

  @Override
  public void check(State state) {
    if (!isGauge && reader.total() == 0) {
      throw new IllegalStateException("Nothing was collected");
    }
    if (state.isSampled() != reader.exemplars() > 0) {
      throw new IllegalStateException(state + ": " + reader.exemplars() + " exemplars");
    }
  }

  @Override
  public void collect() {
    for (int i = 0; i < COLLECTIONS; i++) {
      reader.collect();
    }
  }
}
