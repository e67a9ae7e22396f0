package io.glint.it.prometheus;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.SoftAssertions;

/** Measurements that are made while a collection runs: the callback takes its time and records. */
final class SlowCallbackTopic extends Topic {
  private static final long CALLBACK_MILLIS = 60;

  private final AtomicLong count = new AtomicLong();
  private DoubleHistogram histogram;
  private LongCounter counter;

  SlowCallbackTopic() throws IOException {
    super("slow_callback");
  }

  @Override
  void instruments() {
    final Meter meter = provider.get("callbacks");
    histogram =
        meter
            .histogramBuilder("work")
            .setExplicitBucketBoundariesAdvice(List.of(100.0, 1000.0))
            .build();
    counter = meter.counterBuilder("runs").build();
    meter
        .gaugeBuilder("observed")
        .buildWithCallback(
            measurement -> {
              sleep(CALLBACK_MILLIS);
              measurement.record(1);
              if (isRecording()) {
                record();
              }
            });
  }

  private void record() {
    final long value = 1 + count.incrementAndGet() % 2000;
    inSpan(
        context -> {
          histogram.record((double) value, Attributes.empty(), context);
          counter.add(1, Attributes.empty(), context);
        });
  }

  @Override
  void step(int number) {
    if (number % 10 == 0) {
      record();
    }
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    softly.assertThat(atServer.sum("work_count")).isEqualTo((double) count.get());
    softly.assertThat(atServer.sum("runs_total")).isEqualTo((double) count.get());
  }
}
