package io.glint.sdk.internal.export;

import io.glint.sdk.internal.data.AbstractMetricData;
import io.glint.sdk.internal.data.Points;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one collection into batches of a number of data points, in order. Each batch but the last is
 * full: where a metric does not fit, its points go on in the next batch, under the same metadata.
 * The points themselves are not copied, so a batch is valid as long as the collection is. Metrics
 * without points are left out. Not thread-safe.
 */
public final class MetricBatches implements Iterator<Collection<MetricData>> {
  public static final int UNLIMITED = Integer.MAX_VALUE;

  private final Iterator<MetricData> metrics;
  private final int size;

  /** The metric that the next batch starts with; null if there is none. */
  private @Nullable MetricData metric;

  /** How many points of that metric are in earlier batches. */
  private int taken;

  private MetricBatches(Collection<MetricData> metrics, int size) {
    this.metrics = metrics.iterator();
    this.size = size;
    nextMetric();
  }

  /**
   * The batches of a collection; none if it has no points.
   *
   * @param size largest number of points in a batch, at least 1; or {@link #UNLIMITED} for the
   *     collection as it is
   */
  static Iterator<Collection<MetricData>> of(Collection<MetricData> metrics, int size) {
    if (size != UNLIMITED) {
      return new MetricBatches(metrics, size);
    }
    for (final MetricData metric : metrics) {
      if (!metric.isEmpty()) {
        return List.of(metrics).iterator();
      }
    }
    return Collections.emptyIterator();
  }

  @Override
  public boolean hasNext() {
    return metric != null;
  }

  @Override
  public Collection<MetricData> next() {
    if (metric == null) {
      throw new NoSuchElementException();
    }
    final List<MetricData> batch = new ArrayList<>();
    int room = size;
    while (metric != null && room > 0) {
      final int points = metric.getData().getPoints().size();
      final int end = Math.min(points, taken + room);
      batch.add(taken == 0 && end == points ? metric : new Slice(metric, taken, end));
      room -= end - taken;
      taken = end;
      if (end == points) {
        nextMetric();
      }
    }
    return Collections.unmodifiableList(batch);
  }

  private void nextMetric() {
    taken = 0;
    do {
      metric = metrics.hasNext() ? metrics.next() : null;
    } while (metric != null && metric.isEmpty());
  }

  /** Some consecutive points of a metric. */
  private static final class Slice extends AbstractMetricData {
    private final MetricData whole;
    private final Data<?> data;

    Slice(MetricData whole, int from, int to) {
      this.whole = whole;
      this.data = slice(whole, from, to);
    }

    @Override
    public Resource getResource() {
      return whole.getResource();
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return whole.getInstrumentationScopeInfo();
    }

    @Override
    public String getName() {
      return whole.getName();
    }

    @Override
    public String getDescription() {
      return whole.getDescription();
    }

    @Override
    public String getUnit() {
      return whole.getUnit();
    }

    @Override
    public MetricDataType getType() {
      return whole.getType();
    }

    @Override
    public Data<?> getData() {
      return data;
    }
  }

  private static Data<?> slice(MetricData whole, int from, int to) {
    return switch (whole.getType()) {
      case LONG_GAUGE -> new Points.Gauge<>(points(whole.getLongGaugeData(), from, to));
      case DOUBLE_GAUGE -> new Points.Gauge<>(points(whole.getDoubleGaugeData(), from, to));
      case LONG_SUM -> slice(whole.getLongSumData(), from, to);
      case DOUBLE_SUM -> slice(whole.getDoubleSumData(), from, to);
      case HISTOGRAM -> {
        final HistogramData histogram = whole.getHistogramData();
        yield new Points.Histogram(
            histogram.getAggregationTemporality(), points(histogram, from, to));
      }
      case EXPONENTIAL_HISTOGRAM -> {
        final ExponentialHistogramData histogram = whole.getExponentialHistogramData();
        yield new Points.ExponentialHistogram(
            histogram.getAggregationTemporality(), points(histogram, from, to));
      }
      case SUMMARY -> new Points.Summary(points(whole.getSummaryData(), from, to));
    };
  }

  private static <T extends PointData> Data<T> slice(SumData<T> sum, int from, int to) {
    return new Points.Sum<>(
        sum.isMonotonic(), sum.getAggregationTemporality(), points(sum, from, to));
  }

  private static <T extends PointData> List<T> points(Data<T> data, int from, int to) {
    final Collection<T> points = data.getPoints();
    final List<T> list = points instanceof List<T> l ? l : new ArrayList<>(points);
    return list.subList(from, to);
  }
}
