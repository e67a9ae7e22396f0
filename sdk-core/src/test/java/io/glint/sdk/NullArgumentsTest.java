package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Null where the API wants something: nothing throws, nothing is null, and the rest goes on. */
@SuppressWarnings("NullAway")
class NullArgumentsTest {
  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final Meter meter = provider.get("nulls");

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  @Test
  void metersAreNeverNull() {
    final MeterBuilder builder = provider.meterBuilder(null);
    assertThat(builder).isNotNull();
    final Meter named = builder.setInstrumentationVersion(null).setSchemaUrl(null).build();
    named.counterBuilder("counter").build().add(1);
    assertThat(reader.collectAllMetrics()).hasSize(1);
  }

  @Test
  void instrumentsAreNeverNull() {
    assertThat(meter.counterBuilder(null).setUnit(null).setDescription(null).build()).isNotNull();
    assertThat(meter.counterBuilder(null).ofDoubles().build()).isNotNull();
    assertThat(meter.upDownCounterBuilder(null).build()).isNotNull();
    assertThat(meter.upDownCounterBuilder(null).ofDoubles().build()).isNotNull();
    assertThat(meter.histogramBuilder(null).build()).isNotNull();
    assertThat(meter.histogramBuilder(null).ofLongs().build()).isNotNull();
    assertThat(meter.gaugeBuilder(null).build()).isNotNull();
    assertThat(meter.gaugeBuilder(null).ofLongs().build()).isNotNull();
    assertThat(meter.gaugeBuilder(null).buildObserver()).isNotNull();
    assertThat(meter.counterBuilder(null).buildWithCallback(null)).isNotNull();
    assertThat(meter.counterBuilder("a").setUnit(null).setDescription(null).build()).isNotNull();
    assertThat(meter.counterBuilder("b").ofDoubles().setUnit(null).setDescription(null).build())
        .isNotNull();
    assertThat(meter.upDownCounterBuilder("c").setUnit(null).setDescription(null).build())
        .isNotNull();
    assertThat(
            meter.upDownCounterBuilder("d").ofDoubles().setUnit(null).setDescription(null).build())
        .isNotNull();
    assertThat(meter.gaugeBuilder("e").setUnit(null).setDescription(null).build()).isNotNull();
    assertThat(meter.gaugeBuilder("f").ofLongs().setUnit(null).setDescription(null).build())
        .isNotNull();
    assertThat(
            meter
                .histogramBuilder("g")
                .setUnit(null)
                .setDescription(null)
                .setExplicitBucketBoundariesAdvice(null)
                .build())
        .isNotNull();
    assertThat(
            meter
                .histogramBuilder("h")
                .ofLongs()
                .setUnit(null)
                .setDescription(null)
                .setExplicitBucketBoundariesAdvice(null)
                .build())
        .isNotNull();
  }

  @Test
  void measurementsWithoutAttributesAndContextAreCounted() {
    meter.counterBuilder("a").build().add(1, null, null);
    meter.counterBuilder("b").ofDoubles().build().add(1, null, null);
    meter.upDownCounterBuilder("c").build().add(1, null, null);
    meter.upDownCounterBuilder("d").ofDoubles().build().add(1, null, null);
    meter.gaugeBuilder("e").build().set(1, null, null);
    meter.gaugeBuilder("f").ofLongs().build().set(1, null, null);
    meter.histogramBuilder("g").build().record(1, null, null);
    meter.histogramBuilder("h").ofLongs().build().record(1, null, null);
    meter.counterBuilder("i").buildWithCallback(m -> m.record(1, null));
    meter.gaugeBuilder("j").buildWithCallback(m -> m.record(1, null));
    assertThat(reader.collectAllMetrics())
        .hasSize(10)
        .flatExtracting(metric -> metric.getData().getPoints())
        .hasSize(10)
        .allMatch(point -> point.getAttributes().equals(Attributes.empty()));
  }

  @Test
  void aCallbackThatIsNullHarmsNoOther() {
    assertThat(meter.counterBuilder("null").buildWithCallback(null)).isNotNull();
    final ObservableLongMeasurement observer = meter.counterBuilder("batch").buildObserver();
    assertThat(meter.batchCallback(null, observer)).isNotNull();
    assertThat(
            meter.batchCallback(() -> observer.record(1), null, (ObservableLongMeasurement) null))
        .isNotNull();
    meter.counterBuilder("good").buildWithCallback(m -> m.record(1));
    assertThat(reader.collectAllMetrics()).extracting(MetricData::getName).containsExactly("good");
    assertThat(log.messages()).isNotEmpty();
  }

  @Test
  void aBatchOfNoFurtherInstrumentsMayBeNull() {
    final ObservableLongMeasurement observer = meter.counterBuilder("batch").buildObserver();
    meter
        .batchCallback(() -> observer.record(1), observer, (ObservableLongMeasurement[]) null)
        .close();
    meter.batchCallback(() -> observer.record(1), observer, (ObservableLongMeasurement[]) null);
    assertThat(reader.collectAllMetrics()).extracting(MetricData::getName).containsExactly("batch");
  }
}
