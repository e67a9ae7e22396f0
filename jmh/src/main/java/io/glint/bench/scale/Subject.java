package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.tool.Providers;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** A histogram of one of the SDKs, and a reader of it. */
final class Subject implements Closeable {
  private static final int SPARE_SERIES = 10;

  private final Sdk sdk;
  private final Attributes[] attributes;
  private final CollectingReader reader;
  private final MeterProvider provider;
  private final DoubleHistogram histogram;

  /**
   * Makes a subject whose series do not exist yet.
   *
   * @param bounds boundaries of the buckets, or null for the default ones
   */
  Subject(
      Sdk sdk,
      AggregationTemporality temporality,
      boolean hasExemplars,
      Attributes[] attributes,
      List<Double> bounds) {
    this.sdk = sdk;
    this.attributes = attributes;
    this.reader = new CollectingReader(temporality);
    this.provider =
        Providers.create(
            sdk,
            reader,
            hasExemplars ? ExemplarFilter.traceBased() : ExemplarFilter.alwaysOff(),
            attributes.length + SPARE_SERIES);
    final DoubleHistogramBuilder builder =
        provider.get("io.glint.bench").histogramBuilder("http.server.request.duration");
    this.histogram =
        (bounds == null ? builder : builder.setExplicitBucketBoundariesAdvice(bounds)).build();
  }

  /** Makes all series by recording a value once into each. */
  void recordAll(double value) {
    for (final Attributes each : attributes) {
      histogram.record(value, each);
    }
  }

  void record(int series, double value) {
    histogram.record(value, attributes[series]);
  }

  /**
   * Collects, and looks whether each measurement has arrived; of a subject that is cumulative.
   *
   * @throws IllegalStateException if not
   */
  void checkAllArrived(long recorded) {
    final long collected = CollectingReader.measurements(reader.collect());
    if (collected != recorded) {
      throw new IllegalStateException(
          sdk + " collected " + collected + " of " + recorded + " measurements");
    }
  }

  CollectingReader reader() {
    return reader;
  }

  @Override
  public void close() throws IOException {
    ((Closeable) provider).close();
  }
}
