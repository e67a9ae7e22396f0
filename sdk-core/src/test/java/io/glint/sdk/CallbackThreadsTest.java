package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.async.CallbackRunner;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The threads that run callbacks, and how long they are waited for. */
class CallbackThreadsTest {
  private static final InheritableThreadLocal<String> REQUEST = new InheritableThreadLocal<>();

  @Test
  void theyInheritNoThreadLocalsFromTheThreadThatCollects() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final AtomicReference<String> seen = new AtomicReference<>("not run");
    REQUEST.set("of the first collection");
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      provider
          .get("threads")
          .gaugeBuilder("gauge")
          .buildWithCallback(measurement -> seen.set(REQUEST.get()));
      reader.collectAllMetrics();
      assertThat(seen).hasValue(null);
    } finally {
      REQUEST.remove();
    }
  }

  @Test
  void theTimeForAnotherReadersCallbacksDoesNotOverflow() {
    final long day = TimeUnit.DAYS.toNanos(1);
    assertThat(CallbackRunner.turnNanos(2, 5)).isEqualTo(15);
    assertThat(CallbackRunner.turnNanos(200_000, day)).isEqualTo(Long.MAX_VALUE);
    assertThat(CallbackRunner.turnNanos(Integer.MAX_VALUE, day)).isEqualTo(Long.MAX_VALUE);
    assertThat(CallbackRunner.turnNanos(Integer.MAX_VALUE, 1)).isEqualTo(1L << 31);
  }
}
