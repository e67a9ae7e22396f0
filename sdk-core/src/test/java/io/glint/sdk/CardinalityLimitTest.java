package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.series.Overflow;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many series a stream has, and what becomes of the measurements of further ones. */
class CardinalityLimitTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  private static InstrumentSelector named(String name) {
    return InstrumentSelector.builder().setName(name).build();
  }

  private static List<Long> keys(MetricData metric) {
    final List<Long> keys = new ArrayList<>();
    for (final PointData point : metric.getData().getPoints()) {
      keys.add(point.getAttributes().get(KEY));
    }
    return keys;
  }

  @ParameterizedTest
  @EnumSource
  void theDefaultIsTwoThousandSeriesAndOneForTheRest(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final LongCounter counter = provider.get("limit").counterBuilder("counter").build();
      for (long i = 0; i < 2000; i++) {
        counter.add(1, attributes(i));
      }
      assertThat(keys(collect(reader, "counter"))).hasSize(2000).doesNotContainNull();
      assertThat(log.messages()).isEmpty();
      for (long i = 0; i < 2002; i++) {
        counter.add(1, attributes(i));
      }
      final MetricData metric = collect(reader, "counter");
      assertThat(keys(metric)).hasSize(2001);
      assertThat(metric.getLongSumData().getPoints())
          .filteredOn(
              point ->
                  point
                      .getAttributes()
                      .equals(Attributes.builder().put("otel.metric.overflow", true).build()))
          .extracting(LongPointData::getValue)
          .containsExactly(2L);
    }
  }

  @Test
  void underCumulativeTheFirstSeriesStayForeverAndLaterOnesNeverAppear() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader, type -> 2).build()) {
      final LongCounter counter = provider.get("limit").counterBuilder("counter").build();
      for (int round = 1; round <= 4; round++) {
        for (long i = 0; i < 4; i++) {
          counter.add(1, attributes(i));
        }
        assertThat(collect(reader, "counter").getLongSumData().getPoints())
            .extracting(LongPointData::getAttributes)
            .containsExactlyInAnyOrder(attributes(0), attributes(1), Overflow.ATTRIBUTES);
        assertThat(collect(reader, "counter").getLongSumData().getPoints())
            .extracting(LongPointData::getValue)
            .containsExactlyInAnyOrder((long) round, (long) round, 2L * round);
      }
    }
  }

  @Test
  void streamsOverflowIndependently() {
    final InMemoryMetricReader narrow = InMemoryMetricReader.create();
    final InMemoryMetricReader wide = InMemoryMetricReader.createDelta();
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(narrow, type -> 1)
                .registerMetricReader(wide, type -> 100)
                .registerView(named("*"), GlintView.builder().setName("of.reader").build())
                .registerView(
                    named("*"),
                    GlintView.builder().setName("of.view").setCardinalityLimit(2).build())
                .build()) {
      final LongCounter counter = provider.get("limit").counterBuilder("counter").build();
      for (long i = 0; i < 10; i++) {
        counter.add(1, attributes(i));
      }
      assertThat(keys(collect(narrow, "of.reader"))).containsExactly(0L, null);
      assertThat(keys(collect(narrow, "of.view"))).containsExactlyInAnyOrder(0L, 1L, null);
      assertThat(keys(collect(wide, "of.reader"))).hasSize(10).doesNotContainNull();
      for (long i = 0; i < 10; i++) {
        counter.add(1, attributes(i));
      }
      assertThat(keys(collect(wide, "of.view"))).containsExactlyInAnyOrder(0L, 1L, null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyAggregationOverflows(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(reader, type -> 1)
                .registerView(
                    named("exponential"),
                    GlintView.builder()
                        .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                        .build())
                .build()) {
      final Meter meter = provider.get("limit");
      final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
      final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
      final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
      meter
          .gaugeBuilder("observed")
          .buildWithCallback(
              measurement -> {
                for (int i = 1; i <= 3; i++) {
                  measurement.record(i, attributes(i));
                }
              });
      for (int i = 1; i <= 3; i++) {
        gauge.set(i, attributes(i));
        histogram.record(i, attributes(i));
        exponential.record(i, attributes(i));
      }
      assertThat(keys(collect(reader, "observed"))).containsExactly(1L, null);
      for (int i = 1; i <= 3; i++) {
        gauge.set(i, attributes(i));
        histogram.record(i, attributes(i));
        exponential.record(i, attributes(i));
      }
      final var metrics = reader.collectAllMetrics();
      assertThat(metrics)
          .hasSize(4)
          .allSatisfy(metric -> assertThat(keys(metric)).containsExactly(1L, null));
      for (final MetricData metric : metrics) {
        metric
            .getDoubleGaugeData()
            .getPoints()
            .forEach(
                point ->
                    assertThat(point.getValue())
                        .isEqualTo(point.getAttributes().get(KEY) == null ? 3 : 1));
        metric
            .getHistogramData()
            .getPoints()
            .forEach(
                point ->
                    assertThat(point.getMax())
                        .isEqualTo(point.getAttributes().get(KEY) == null ? 3 : 1));
        metric
            .getExponentialHistogramData()
            .getPoints()
            .forEach(
                point ->
                    assertThat(point.getMax())
                        .isEqualTo(point.getAttributes().get(KEY) == null ? 3 : 1));
      }
    }
  }

  @Test
  @Timeout(120)
  void everyMeasurementIsCountedOnceWhileSeriesOverflowAndADeltaReaderCollects() throws Exception {
    final int threads = 4;
    final int records = 200_000;
    final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader, type -> 5).build()) {
      final LongCounter counter = provider.get("limit").counterBuilder("counter").build();
      final List<Future<?>> recorders = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        final int thread = t;
        recorders.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < records; i++) {
                    counter.add(1, attributes((i + thread) % 15));
                  }
                }));
      }
      long total = 0;
      boolean hasOverflown = false;
      boolean running = true;
      while (running) {
        running = recorders.stream().anyMatch(recorder -> !recorder.isDone());
        final MetricData metric = collect(reader, "counter");
        if (metric != null) {
          assertThat(metric.getLongSumData().getPoints()).hasSizeLessThanOrEqualTo(6);
          for (final LongPointData point : metric.getLongSumData().getPoints()) {
            total += point.getValue();
            hasOverflown |= point.getAttributes().equals(Overflow.ATTRIBUTES);
          }
        }
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(1, TimeUnit.SECONDS);
      }
      assertThat(hasOverflown).isTrue();
      assertThat(total).isEqualTo((long) threads * records);
    } finally {
      pool.shutdownNow();
    }
  }
}
