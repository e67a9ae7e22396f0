package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of values at the ends of their range and of those that are no measurement. */
class NumericalLimitsTest {
  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .registerMetricReader(reader)
          .registerMetricReader(delta)
          .registerView(
              InstrumentSelector.builder().setName("*.summed").build(),
              GlintView.builder().setAggregation(Aggregation.sum()).build())
          .registerView(
              InstrumentSelector.builder().setName("*.histogram").build(),
              GlintView.builder().setAggregation(Aggregation.explicitBucketHistogram()).build())
          .registerView(
              InstrumentSelector.builder().setName("*.exponential").build(),
              GlintView.builder()
                  .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                  .build())
          .build();
  private final Meter meter = provider.get("limits");

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  private double doubleValue(String name) {
    final DoublePointData point =
        (DoublePointData) collect(reader, name).getData().getPoints().iterator().next();
    return point.getValue();
  }

  private long longValue(String name) {
    final LongPointData point =
        (LongPointData) collect(reader, name).getData().getPoints().iterator().next();
    return point.getValue();
  }

  @Test
  void longSumsWrapAround() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    counter.add(Long.MAX_VALUE);
    counter.add(1);
    assertThat(longValue("counter")).isEqualTo(Long.MIN_VALUE);
    final LongUpDownCounter upDown = meter.upDownCounterBuilder("upDown").build();
    upDown.add(Long.MIN_VALUE);
    upDown.add(-1);
    upDown.add(1);
    assertThat(longValue("upDown")).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void doubleSumsEndAtInfinity() {
    final DoubleCounter counter = meter.counterBuilder("counter").ofDoubles().build();
    counter.add(Double.MAX_VALUE);
    assertThat(doubleValue("counter")).isEqualTo(Double.MAX_VALUE);
    counter.add(Double.MAX_VALUE);
    assertThat(doubleValue("counter")).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void extremeValuesAreCounted() {
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    for (final double value :
        new double[] {0, -0.0, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE}) {
      histogram.record(value);
    }
    final HistogramPointData point =
        collect(reader, "histogram").getHistogramData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(5);
    assertThat(point.getMin()).isZero();
    assertThat(point.getMax()).isEqualTo(Double.MAX_VALUE);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void observationsThatAreNoMeasurementAreDroppedAndHarmNothing() {
    final AtomicReference<Double> observed = new AtomicReference<>(Double.NaN);
    meter.counterBuilder("counter").ofDoubles().buildWithCallback(m -> m.record(observed.get()));
    meter.upDownCounterBuilder("up").ofDoubles().buildWithCallback(m -> m.record(observed.get()));
    meter.gaugeBuilder("gauge").buildWithCallback(m -> m.record(observed.get()));
    assertThat(reader.collectAllMetrics()).isEmpty();
    observed.set(Double.NEGATIVE_INFINITY);
    assertThat(reader.collectAllMetrics()).hasSize(1);
    assertThat(doubleValue("gauge")).isEqualTo(Double.NEGATIVE_INFINITY);
    observed.set(2.5);
    for (final String name : List.of("counter", "up", "gauge")) {
      assertThat(doubleValue(name)).isEqualTo(2.5);
    }
    assertThat(log.messages()).hasSize(3).allMatch(message -> message.contains("dropped"));
  }

  @Test
  void anInfiniteGaugeSpoilsNoSumAndNoHistogram() {
    final DoubleGauge summed = meter.gaugeBuilder("gauge.summed").build();
    final DoubleGauge histogram = meter.gaugeBuilder("gauge.histogram").build();
    final DoubleGauge exponential = meter.gaugeBuilder("gauge.exponential").build();
    for (final double value :
        new double[] {Double.POSITIVE_INFINITY, 2, Double.NEGATIVE_INFINITY, 3}) {
      summed.set(value);
      histogram.set(value);
      exponential.set(value);
    }
    assertThat(doubleValue("gauge.summed")).isEqualTo(5);
    final HistogramPointData point =
        collect(reader, "gauge.histogram").getHistogramData().getPoints().iterator().next();
    assertThat(point.getCount()).isEqualTo(2);
    assertThat(point.getMin()).isEqualTo(2);
    assertThat(point.getMax()).isEqualTo(3);
    assertThat(collect(reader, "gauge.exponential").getExponentialHistogramData().getPoints())
        .singleElement()
        .satisfies(
            exponentialPoint -> {
              assertThat(exponentialPoint.getCount()).isEqualTo(2);
              assertThat(exponentialPoint.getMax()).isEqualTo(3);
            });
    assertThat(log.messages()).hasSize(3).allMatch(message -> message.contains("dropped"));
  }

  @Test
  void anInfiniteObservationOfAGaugeSpoilsNoSum() {
    final AtomicReference<Double> observed = new AtomicReference<>();
    meter.gaugeBuilder("gauge.summed").buildWithCallback(m -> m.record(observed.get()));
    final List<Double> differences = new ArrayList<>();
    for (final double value : new double[] {1, Double.POSITIVE_INFINITY, 4, 6}) {
      observed.set(value);
      final MetricData metric = collect(delta, "gauge.summed");
      if (metric != null) {
        differences.add(metric.getDoubleSumData().getPoints().iterator().next().getValue());
      }
    }
    // What was not observed in a round goes on from where it was.
    assertThat(differences).containsExactly(1d, 3d, 2d);
    assertThat(log.messages()).singleElement().asString().contains("Infinity", "dropped");
  }

  @Test
  void aNegativeObservationOfACounterIsDropped() {
    meter.counterBuilder("longs").buildWithCallback(m -> m.record(-5));
    meter.counterBuilder("doubles").ofDoubles().buildWithCallback(m -> m.record(-5));
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThat(delta.collectAllMetrics()).isEmpty();
    assertThat(log.messages()).hasSize(2).allMatch(message -> message.contains("-5"));
  }
}
