package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import org.junit.jupiter.api.AfterEach;

/** Two series, a limit of two, two readers, and a clock that is set by hand. */
abstract class EndingSeriesFixture {
  static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  static final Attributes A = Attributes.of(KEY, "a");
  static final Attributes B = Attributes.of(KEY, "b");

  final TestClock clock = TestClock.create();
  final InMemoryMetricReader reader = InMemoryMetricReader.create();
  final InMemoryMetricReader other = InMemoryMetricReader.create();
  private GlintMeterProvider provider;

  /** A provider with this clock, each of whose readers allows two series. */
  final GlintMeterProviderBuilder builder(InMemoryMetricReader... readers) {
    final GlintMeterProviderBuilder builder = GlintMeterProvider.builder().setClock(clock);
    for (final InMemoryMetricReader each : readers) {
      builder.registerMetricReader(each, type -> 2);
    }
    return builder;
  }

  /** A meter of the provider, which is closed after the test. */
  final Meter meter(GlintMeterProviderBuilder builder) {
    provider = builder.build();
    return provider.get("ending");
  }

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
  }
}
