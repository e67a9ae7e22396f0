package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.meter.ProviderConfig;
import io.glint.sdk.internal.meter.ProviderState;
import io.glint.sdk.internal.view.ViewRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows a collection. */
class CollectionListenersTest {
  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final ProviderState provider =
      new ProviderState(
          new ProviderConfig(
              Clock.getDefault(),
              Resource.empty(),
              CustomExemplarFilter.traceBased(),
              ExemplarAttributes.all(),
              /* spanMarkKey= */ null,
              List.of(
                  new ProviderConfig.Reader(
                      reader, CardinalityLimitSelector.defaultCardinalityLimitSelector(), reader)),
              List.of(),
              new ViewRegistry(List.of(), /* isComposed= */ false),
              Duration.ofSeconds(5),
              Duration.ZERO,
              Duration.ofSeconds(30)));

  @Test
  void oneThatThrowsCostsNoPointAndNoOtherListener() {
    final List<String> told = new ArrayList<>();
    provider.addListener(
        (id, nanos, failure) -> {
          throw new NoClassDefFoundError("thrown by a listener");
        });
    provider.addListener(
        (id, nanos, failure) ->
            told.add(id.name() + (nanos >= 0) + failure + provider.isCollectedByCurrentThread()));
    final LongCounter counter =
        provider.meter(InstrumentationScopeInfo.create("m")).counterBuilder("c").build();
    counter.add(1);
    try (LogCapture log = new LogCapture()) {
      assertThat(provider.readers().get(0).collectAllMetrics()).hasSize(1);
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("after a collection failed", "The collection is complete");
    }
    assertThat(told).containsExactly(provider.readers().get(0).id() + "truenullfalse");
  }

  @Test
  void anInstrumentThatIsCalledAsOneOfGlintsOwnHasTheLimitOfTheReader() {
    final InMemoryMetricReader limited = InMemoryMetricReader.create();
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider own =
            GlintMeterProvider.builder().registerMetricReader(limited, type -> 2).build()) {
      final LongCounter counter =
          own.get("shop").counterBuilder("glint.exemplar.measurements").build();
      for (long i = 0; i < 10; i++) {
        counter.add(1, Attributes.of(AttributeKey.longKey("i"), i));
      }
      assertThat(
              Readers.collect(limited, "glint.exemplar.measurements").getLongSumData().getPoints())
          .hasSize(3);
    }
  }
}
