package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/**
 * What benchmarks of the two SDKs share: a provider of either, behind the same API and with the
 * same reader. Besides what {@link RecordingBenchmark} varies, these vary
 *
 * <ul>
 *   <li>temporality;
 *   <li>whether histograms have explicit or exponential buckets;
 *   <li>where Glint keeps exemplars;
 *   <li>the number of readers that ask for the same;
 *   <li>whether threads share {@link Attributes} instances or have their own, equal ones.
 * </ul>
 *
 * <p>The memory mode of the reader is {@code REUSABLE_DATA}, which the stock OTLP exporters ask for
 * by default; it can be set for an experiment. Several readers that ask for different things are
 * left out; views are in {@link MixedBenchmark} and {@link UnusualPathBenchmark} only.
 */
public abstract class ApiBenchmark extends RecordingBenchmark {
  @Param({"STOCK", "GLINT"})
  public Sdk sdk;

  @Param({"CUMULATIVE", "DELTA"})
  public AggregationTemporality temporality;

  @Param("SHARED")
  public AttributesUse attributes;

  @Param("REUSABLE_DATA")
  public MemoryMode memoryMode;

  @Param("EXPLICIT")
  public HistogramKind histograms;

  @Param("DEFAULT")
  public Reservoir reservoir;

  /** Readers that ask for the same. One is collected; the others are there. */
  @Param("1")
  public int readers;

  private OnDemandReader reader;
  private MeterProvider provider;

  /** Makes an unprepared benchmark, for JMH. */
  protected ApiBenchmark() {}

  @Override
  final long open(Attributes[] series) {
    reader = newReader();
    final List<MetricReader> all = new ArrayList<>();
    all.add(reader);
    while (all.size() < readers) {
      all.add(newReader());
    }
    provider = sdk.create(all, exemplars.filter(), reservoir, views());
    createInstrument(provider.get("io.glint.bench"));
    for (final Attributes attributes : series) {
      recordFirst(attributes);
    }
    return recordedAhead() + (long) series.length * arrivalsPerStep();
  }

  /** Number of measurements that {@link #createInstrument} recorded. */
  long recordedAhead() {
    return 0;
  }

  private OnDemandReader newReader() {
    return new OnDemandReader(temporality, memoryMode, histograms);
  }

  /** Views of the provider. */
  List<ViewUse> views() {
    return List.of();
  }

  /** Makes the instrument that the benchmark records into. */
  abstract void createInstrument(Meter meter);

  /** Makes a series by the first recording into it. */
  abstract void recordFirst(Attributes attributes);

  /** Advises the boundaries that were asked for, if any. */
  final DoubleHistogramBuilder withBounds(DoubleHistogramBuilder builder) {
    final List<Double> own = ownBounds();
    return own == null ? builder : builder.setExplicitBucketBoundariesAdvice(own);
  }

  @Override
  final Attributes[] attributesForThread() {
    return switch (attributes) {
      case SHARED -> super.attributesForThread();
      case OWN -> newAttributes();
      case FIRST -> new Attributes[] {super.attributesForThread()[0]};
    };
  }

  @Override
  final void collect() {
    reader.collect();
  }

  @Override
  final long arrived() {
    return reader.total();
  }

  /** Number of points of the last collection. */
  final long seriesShown() {
    return reader.points();
  }

  @Override
  final long exemplarsArrived() {
    return reader.exemplars();
  }

  @Override
  final void close() {
    try {
      ((Closeable) provider).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  final String system() {
    return sdk.toString();
  }
}
