package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever user code throws, exceptions and errors alike, costs what it was asked for only. */
class UserCodeThatThrowsTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final Attributes GOOD = Attributes.of(KEY, 1L);
  private static final Attributes BAD = Attributes.of(AttributeKey.longKey("bad"), 1L);

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  private static void fail(boolean asError) {
    if (asError) {
      throw new NoClassDefFoundError("thrown by user code");
    }
    throw new IllegalStateException("thrown by user code");
  }

  private static boolean accept(String key, boolean asError) {
    if (key.equals("bad")) {
      fail(asError);
    }
    return true;
  }

  private GlintMeterProvider filtering(boolean asError) {
    return GlintMeterProvider.builder()
        .registerMetricReader(reader)
        .registerView(
            InstrumentSelector.builder().setName("filtered*").build(),
            GlintView.builder().setAttributeFilter(key -> accept(key, asError)).build())
        .build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFilterThatThrowsCostsTheMeasurement(boolean asError) {
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider = filtering(asError)) {
      final Meter meter = provider.get("throwing");
      final LongCounter counter = meter.counterBuilder("filtered.counter").build();
      assertThatCode(() -> counter.add(1, BAD)).doesNotThrowAnyException();
      counter.add(2, GOOD);
      assertThat(collect(reader, "filtered.counter").getLongSumData().getPoints())
          .extracting(LongPointData::getValue)
          .containsExactly(2L);
      assertThat(log.messages()).singleElement().asString().contains("'filtered.counter'", "lost");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFilterThatThrowsCostsTheObservationAndNotTheCallback(boolean asError) {
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider = filtering(asError)) {
      final Meter meter = provider.get("throwing");
      meter
          .counterBuilder("filtered.observed")
          .buildWithCallback(
              measurement -> {
                measurement.record(1, BAD);
                measurement.record(2, GOOD);
              });
      assertThat(collect(reader, "filtered.observed").getLongSumData().getPoints())
          .extracting(LongPointData::getValue)
          .containsExactly(2L);
      assertThat(log.messages()).singleElement().asString().contains("'filtered.observed'", "lost");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReservoirThatThrowsCostsTheExemplar(boolean asError) {
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(reader)
                .registerView(
                    InstrumentSelector.builder().setName("*").build(),
                    GlintView.builder()
                        .setExemplarReservoir(
                            settings -> {
                              fail(asError);
                              return null;
                            })
                        .build())
                .build()) {
      final DoubleHistogram histogram =
          provider.get("throwing").histogramBuilder("histogram").build();
      assertThatCode(() -> histogram.record(1, GOOD, Readers.span(1, true)))
          .doesNotThrowAnyException();
      assertThat(collect(reader, "histogram").getHistogramData().getPoints())
          .singleElement()
          .satisfies(point -> assertThat(point.getCount()).isEqualTo(1));
      assertThat(log.messages()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aProducerThatThrowsOrGivesNothingCostsItsMetrics(boolean asError) {
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(reader)
                .registerMetricProducer(
                    resource -> {
                      fail(asError);
                      return null;
                    })
                .registerMetricProducer(resource -> null)
                .build()) {
      provider.get("throwing").counterBuilder("counter").build().add(1);
      assertThat(reader.collectAllMetrics())
          .extracting(MetricData::getName)
          .containsExactly("counter");
      assertThat(log.messages()).isNotEmpty();
    }
  }

  @Test
  void metricsOfAProducerKeepTheirScope() {
    final InMemoryMetricReader producing = InMemoryMetricReader.create();
    try (GlintMeterProvider source =
            GlintMeterProvider.builder().registerMetricReader(producing).build();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(reader)
                .registerMetricProducer(resource -> producing.collectAllMetrics())
                .build()) {
      source.get("producer").counterBuilder("produced").build().add(1);
      provider.get("own").counterBuilder("counter").build().add(1);
      assertThat(collect(reader, "produced").getInstrumentationScopeInfo().getName())
          .isEqualTo("producer");
    }
  }
}
