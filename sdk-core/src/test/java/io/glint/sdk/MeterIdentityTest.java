package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What makes a meter the one it is, and what its metrics say about where they are from. */
class MeterIdentityTest {
  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  private Meter meter(String version, String schemaUrl) {
    return provider
        .meterBuilder("scope")
        .setInstrumentationVersion(version)
        .setSchemaUrl(schemaUrl)
        .build();
  }

  @Test
  void metersThatDifferInVersionOrSchemaAreDifferentScopesWithoutAConflict() {
    final Meter[] meters = {
      meter("1", "http://a"), meter("1", "http://b"), meter("2", "http://a"), meter(null, null)
    };
    for (int i = 0; i < meters.length; i++) {
      // Different units would be a conflict within one meter.
      meters[i].counterBuilder("requests").setUnit("unit" + i).build().add(1);
    }
    assertThat(reader.collectAllMetrics())
        .extracting(MetricData::getInstrumentationScopeInfo)
        .extracting(InstrumentationScopeInfo::getVersion, InstrumentationScopeInfo::getSchemaUrl)
        .containsExactlyInAnyOrder(
            tuple("1", "http://a"),
            tuple("1", "http://b"),
            tuple("2", "http://a"),
            tuple(null, null));
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void metersOfDifferentNamesHaveInstrumentsOfTheirOwn() {
    provider.get("one").counterBuilder("requests").build().add(1);
    provider.get("two").histogramBuilder("requests").build().record(1);
    assertThat(reader.collectAllMetrics())
        .extracting(metric -> metric.getInstrumentationScopeInfo().getName())
        .containsExactlyInAnyOrder("one", "two");
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void aMeterAskedForAgainIsTheSame() {
    assertThat(meter("1", "http://a")).isSameAs(meter("1", "http://a"));
  }

  @Test
  @SuppressWarnings("NullAway")
  void aNullNameIsTheEmptyName() {
    provider.get(null).counterBuilder("requests").build().add(1);
    provider.get("").counterBuilder("requests").build().add(1);
    assertThat(reader.collectAllMetrics())
        .singleElement()
        .satisfies(
            metric -> {
              assertThat(metric.getInstrumentationScopeInfo().getName()).isEmpty();
              assertThat(metric.getLongSumData().getPoints())
                  .singleElement()
                  .satisfies(point -> assertThat(point.getValue()).isEqualTo(2));
            });
    assertThat(log.messages()).singleElement().asString().contains("without a name");
  }

  @Test
  void metricsOfAllMetersCarryTheDefaultResourceIfNoneIsSet() {
    provider.get("one").counterBuilder("requests").build().add(1);
    provider.get("two").gaugeBuilder("queue").buildWithCallback(m -> m.record(1));
    final Collection<MetricData> metrics = reader.collectAllMetrics();
    assertThat(metrics)
        .hasSize(2)
        .allMatch(
            metric -> metric.getResource().equals(Distribution.namedIn(Resource.getDefault())));
    assertThat(metrics.iterator().next().getResource().getAttributes().asMap())
        .containsKeys(
            AttributeKey.stringKey("service.name"), AttributeKey.stringKey("telemetry.sdk.name"));
  }

  @Test
  void aProviderCanBeTheGlobalOne() {
    GlobalOpenTelemetry.resetForTest();
    try {
      GlobalOpenTelemetry.set(GlintOpenTelemetry.create(OpenTelemetry.noop(), provider));
      GlobalOpenTelemetry.getMeter("library").counterBuilder("requests").build().add(1);
      assertThat(reader.collectAllMetrics())
          .extracting(MetricData::getName)
          .containsExactly("requests");
    } finally {
      GlobalOpenTelemetry.resetForTest();
    }
  }
}
