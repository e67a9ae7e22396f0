package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.meter.GlintMeter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SDK specification, "Duplicate instrument registration". */
class DuplicateInstrumentsTest {
  private InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final LogCapture log = new LogCapture();
  private GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .registerMetricReader(reader)
          .registerMetricReader(InMemoryMetricReader.createDelta())
          .build();
  private Meter meter = provider.get("shop");

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  @Test
  void ofTwoDescriptionsOneMetricHasTheLonger() {
    meter.counterBuilder("requests").setDescription("number").build().add(1);
    assertThat(log.messages()).isEmpty();
    meter.counterBuilder("requests").setDescription("number of requests").build().add(2);
    meter.counterBuilder("requests").setDescription("n").build().add(4);
    final MetricData metric = collect(reader, "requests");
    assertThat(reader.collectAllMetrics()).hasSize(1);
    assertThat(metric.getDescription()).isEqualTo("number of requests");
    assertThat(metric.getLongSumData().getPoints()).singleElement().matches(p -> p.getValue() == 7);
    assertThat(log.messages())
        .first()
        .asString()
        .containsSubsequence(
            "'requests'",
            "'shop'",
            "DuplicateInstrumentsTest.java",
            "DuplicateInstrumentsTest.java",
            "longer");
  }

  @Test
  void ofTwoAsynchronousInstrumentsThatDifferInTheirDescriptionOneMetricIsMade() {
    meter.counterBuilder("requests").setDescription("short").buildWithCallback(c -> c.record(1));
    meter.counterBuilder("requests").setDescription("longer").buildWithCallback(c -> c.record(2));
    final MetricData metric = collect(reader, "requests");
    assertThat(metric.getDescription()).isEqualTo("longer");
    assertThat(metric.getLongSumData().getPoints()).singleElement().matches(p -> p.getValue() == 3);
  }

  @Test
  void aViewThatSetsTheDescriptionSettlesThat() {
    provider.close();
    reader = InMemoryMetricReader.create();
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setDescription("set").build())
            .build();
    meter = provider.get("shop");
    meter.counterBuilder("requests").setDescription("one").build().add(1);
    meter.counterBuilder("requests").setDescription("another one").build().add(2);
    assertThat(collect(reader, "requests").getDescription()).isEqualTo("set");
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void aConflictIsExportedAndToldOnceWithBothPlacesAndARemedy() {
    meter.counterBuilder("requests").build().add(1);
    meter.upDownCounterBuilder("requests").build().add(2);
    meter.upDownCounterBuilder("requests").build().add(2);
    assertThat(reader.collectAllMetrics()).hasSize(2);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .containsSubsequence(
            "'shop'",
            "'requests'",
            "DuplicateInstrumentsTest.java",
            "DuplicateInstrumentsTest.java",
            "registerView(InstrumentSelector.builder().setMeterName(\"shop\").setName(\"requests\")"
                + ".setType(InstrumentType.UP_DOWN_COUNTER).build()");
  }

  @Test
  void theRemedyNamesWhatTellsTheTwoApart() {
    meter.counterBuilder("unit").setUnit("s").build();
    meter.counterBuilder("unit").setUnit("ms").build();
    assertThat(log.messages()).last().asString().contains(".setUnit(\"ms\")");
    meter.counterBuilder("value").build();
    meter.counterBuilder("value").ofDoubles().build();
    assertThat(log.messages()).last().asString().contains("No view can tell the two apart");
  }

  @Test
  void anotherSpellingIsTheSameInstrument() {
    meter.counterBuilder("requestCount").build().add(1);
    final LongCounter again = meter.counterBuilder("RequestCount").build();
    again.add(2);
    assertThat(collect(reader, "requestCount").getLongSumData().getPoints())
        .singleElement()
        .matches(p -> p.getValue() == 3);
    assertThat(log.messages()).singleElement().asString().contains("first spelling");
  }

  @Test
  void aLogHandlerMayMakeInstruments() {
    final Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            meter.counterBuilder("log.records").build().add(1);
            meter.counterBuilder("requests").build().add(10);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    final Logger logger = Logger.getLogger(GlintMeter.class.getName());
    logger.addHandler(handler);
    try {
      meter.counterBuilder("requests").build().add(1);
      meter.upDownCounterBuilder("requests").build().add(1);
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(collect(reader, "log.records")).isNotNull();
    assertThat(reader.collectAllMetrics()).hasSize(3);
  }
}
