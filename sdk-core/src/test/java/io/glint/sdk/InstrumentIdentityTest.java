package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What makes an instrument the one it is, and what becomes of those that are nearly the same. */
class InstrumentIdentityTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");

  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final Meter meter = provider.get("identity");

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  @Test
  void longAndDoubleAreDifferentInstrumentsAndConflict() {
    meter.counterBuilder("requests").build().add(1);
    meter.counterBuilder("requests").ofDoubles().build().add(1.5);
    assertThat(reader.collectAllMetrics())
        .extracting(MetricData::getType)
        .containsExactlyInAnyOrder(MetricDataType.LONG_SUM, MetricDataType.DOUBLE_SUM);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("long counter", "double counter");
  }

  @Test
  void synchronousAndAsynchronousAreDifferentInstrumentsAndConflict() {
    meter.counterBuilder("requests").build().add(1);
    meter.counterBuilder("requests").buildWithCallback(m -> m.record(5));
    assertThat(reader.collectAllMetrics()).hasSize(2);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("long counter", "long observable_counter");
  }

  @Test
  void unitsDifferByCase() {
    meter.counterBuilder("traffic").setUnit("kb").build().add(1);
    meter.counterBuilder("traffic").setUnit("kB").build().add(2);
    assertThat(reader.collectAllMetrics())
        .extracting(
            MetricData::getUnit,
            metric -> metric.getLongSumData().getPoints().iterator().next().getValue())
        .containsExactlyInAnyOrder(tuple("kb", 1L), tuple("kB", 2L));
    assertThat(log.messages()).hasSize(1);
  }

  @Test
  void unitsAndDescriptionsAreKeptAsTheyAre() {
    final String unit = "{" + "u".repeat(61) + "}";
    final String description = "指標".repeat(512) + " \"quoted\"\n\\ \u0000";
    meter.counterBuilder("requests").setUnit(unit).setDescription(description).build().add(1);
    final MetricData metric = collect(reader, "requests");
    assertThat(metric.getUnit()).isEqualTo(unit);
    assertThat(metric.getDescription()).isEqualTo(description);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void theFirstSpellingOfANameStaysAndOthersAreTold() {
    meter.counterBuilder("requestCount").build().add(1, Attributes.of(KEY, "first"));
    meter.counterBuilder("RequestCount").build().add(2, Attributes.of(KEY, "second"));
    meter.gaugeBuilder("queueLength").ofLongs().buildWithCallback(m -> m.record(3));
    meter
        .gaugeBuilder("QueueLength")
        .ofLongs()
        .buildWithCallback(m -> m.record(4, Attributes.of(KEY, "second")));
    assertThat(reader.collectAllMetrics())
        .extracting(MetricData::getName)
        .containsExactlyInAnyOrder("requestCount", "queueLength");
    assertThat(collect(reader, "requestCount").getLongSumData().getPoints())
        .extracting(LongPointData::getValue)
        .containsExactlyInAnyOrder(1L, 2L);
    assertThat(collect(reader, "queueLength").getLongGaugeData().getPoints())
        .extracting(LongPointData::getValue)
        .containsExactlyInAnyOrder(3L, 4L);
    assertThat(log.messages())
        .satisfiesExactly(
            message ->
                assertThat(message).contains("'requestCount'", "'RequestCount'", "first spelling"),
            message ->
                assertThat(message).contains("'queueLength'", "'QueueLength'", "first spelling"));
  }
}
