package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import org.junit.jupiter.api.Test;

/** Bound instruments of a meter that is switched off and on. */
class SwitchedBoundInstrumentsTest {

  @Test
  void boundInstrumentsStopAndResumeWithTheirMeter() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        LogCapture log = new LogCapture()) {
      final LongCounter counter = provider.get("a").counterBuilder("c").build();
      final BoundLongCounter bound = ((ExtendedLongCounter) counter).bind(Attributes.empty());
      bound.add(1);
      provider.setMeterConfigurator(MeterConfigurator.disable("*"));
      bound.add(10);
      bound.add(-1);
      final BoundLongCounter boundWhileOff =
          ((ExtendedLongCounter) counter).bind(Attributes.empty());
      boundWhileOff.add(100);
      assertThat(reader.collectAllMetrics()).isEmpty();
      assertThat(log.messages()).isEmpty();
      provider.setMeterConfigurator(scope -> null);
      bound.add(1000);
      boundWhileOff.add(10_000);
      assertThat(
              ((LongPointData) Readers.collect(reader, "c").getData().getPoints().iterator().next())
                  .getValue())
          .isEqualTo(11_001);
    }
  }
}
