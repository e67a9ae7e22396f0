package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A monitoring library leaves no provider behind; {@code UnloadTest} has whole applications. */
@Timeout(240)
@Tag("long")
class LeakTest {
  @Test
  void aProviderThatWasClosedIsCollected() throws Exception {
    awaitCleared(closedProvider());
  }

  private static WeakReference<GlintMeterProvider> closedProvider() {
    final GlintMeterProvider provider = usedProvider();
    provider.close();
    return new WeakReference<>(provider);
  }

  @Test
  void aProviderThatWasForgottenIsCollected() throws Exception {
    awaitCleared(new WeakReference<>(usedProvider()));
  }

  private static GlintMeterProvider usedProvider() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    final Meter meter = provider.get("leak");
    meter.counterBuilder("counter").build().add(1);
    meter.gaugeBuilder("gauge").buildWithCallback(gauge -> gauge.record(1));
    assertThat(reader.collectAllMetrics()).hasSize(2);
    return provider;
  }

  private static void awaitCleared(WeakReference<?> reference) throws InterruptedException {
    for (int i = 0; i < 600 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(100);
    }
    assertThat(reference.get()).isNull();
  }
}
