package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log handler that throws harms neither the application nor what is collected. */
class HostileHandlerTest {
  private final Handler hostile =
      new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
          throw new IllegalStateException("the disk is full");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final Logger logger = Logger.getLogger("io.glint");
  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader, type -> 2).build();
  private final Meter meter = provider.get("hostile");

  @BeforeEach
  void addHandler() {
    logger.addHandler(hostile);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void removeHandler() {
    logger.removeHandler(hostile);
    logger.setUseParentHandlers(true);
    provider.close();
  }

  private static long sum(MetricData metric) {
    return metric.getLongSumData().getPoints().stream().mapToLong(LongPointData::getValue).sum();
  }

  @Test
  void recordingDoesNotThrow() {
    meter.counterBuilder("not valid").build().add(1);
    final LongCounter counter = meter.counterBuilder("counter").build();
    counter.add(-1);
    counter.add(1);
    assertThat(sum(collect(reader, "counter"))).isEqualTo(1);
  }

  @Test
  void nothingIsLostWhenTheLimitIsHit() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    for (long i = 0; i < 5; i++) {
      counter.add(1, Attributes.of(AttributeKey.longKey("key"), i));
    }
    assertThat(sum(collect(reader, "counter"))).isEqualTo(5);
  }

  @Test
  void whatOneCallbackObservesIsNotCountedTwiceIfAnotherThrows() {
    meter.counterBuilder("observed").buildWithCallback(counter -> counter.record(10));
    meter
        .counterBuilder("broken")
        .buildWithCallback(
            counter -> {
              throw new IllegalStateException();
            });
    assertThat(sum(collect(reader, "observed"))).isEqualTo(10);
    assertThat(sum(collect(reader, "observed"))).isZero();
  }
}
