package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics of a stock SDK that is complete are taken over. */
class LateTakeoverTest {
  private static final AttributeKey<String> KEPT = AttributeKey.stringKey("kept");
  private static final AttributeKey<String> OTHER = AttributeKey.stringKey("other");

  private final LogCapture log = new LogCapture(GlintAutoConfiguration.class);
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void whatIsComposedIsKeptAsLongAsTheStockOne() throws Exception {
    final OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    final int first = System.identityHashCode(GlintAutoConfiguration.of(sdk));
    final WeakReference<Object> garbage = new WeakReference<>(new Object());
    while (garbage.get() != null) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(System.identityHashCode(GlintAutoConfiguration.of(sdk))).isEqualTo(first);
  }

  @Test
  void readersViewsLimitsAndResourceAreTakenOver() {
    final Resource resource = Resource.create(Attributes.of(KEPT, "of the resource"));
    final OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(
                SdkMeterProvider.builder()
                    .setResource(resource)
                    .registerMetricReader(reader, type -> 3)
                    .registerView(
                        InstrumentSelector.builder().setName("requests").build(),
                        View.builder()
                            .setName("renamed")
                            .setAttributeFilter(Set.of("kept"))
                            .build())
                    .build())
            .build();
    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);
    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(openTelemetry);

    openTelemetry
        .getMeter("meter")
        .counterBuilder("requests")
        .build()
        .add(1, Attributes.of(KEPT, "a", OTHER, "b"));
    for (int i = 0; i < 10; i++) {
      openTelemetry
          .getMeter("meter")
          .counterBuilder("limited")
          .build()
          .add(1, Attributes.of(KEPT, "a" + i));
    }

    final Collection<MetricData> metrics = reader.collectAllMetrics();
    assertThat(metrics)
        .extracting(MetricData::getName)
        .containsExactlyInAnyOrder("renamed", "limited");
    assertThat(metrics).allSatisfy(metric -> assertThat(metric.getResource()).isEqualTo(resource));
    assertThat(metrics)
        .filteredOn(metric -> metric.getName().equals("renamed"))
        .flatExtracting(metric -> metric.getData().getPoints())
        .extracting(point -> ((PointData) point).getAttributes())
        .containsExactly(Attributes.of(KEPT, "a"));
    assertThat(metrics)
        .filteredOn(metric -> metric.getName().equals("limited"))
        .flatExtracting(metric -> metric.getData().getPoints())
        .hasSizeLessThanOrEqualTo(4);
    assertThat(log.warnings()).isEmpty();
    sdk.close();
  }

  @Test
  void aReaderCanBeAddedWhileMetricsAreTakenOver() {
    final OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
            .build();
    final InMemoryMetricReader added = InMemoryMetricReader.create();
    final OpenTelemetry openTelemetry =
        GlintAutoConfiguration.of(sdk, builder -> builder.registerMetricReader(added));
    openTelemetry.getMeter("meter").counterBuilder("requests").build().add(1);
    assertThat(reader.collectAllMetrics()).hasSize(1);
    assertThat(added.collectAllMetrics()).hasSize(1);
    assertThat(
            GlintAutoConfiguration.of(
                sdk,
                builder -> {
                  throw new AssertionError("complete");
                }))
        .isSameAs(openTelemetry);
    sdk.close();
  }

  @Test
  void withoutReadersTheSdkIsReturned() {
    final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().build();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void whatCannotBeTakenOverIsSaidAndTheSdkIsReturned() {
    try (GlintMeterProvider other =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final OpenTelemetrySdk sdk =
          OpenTelemetrySdk.builder()
              .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
              .build();
      assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
      assertThat(log.warnings()).singleElement().asString().contains("stock SDK");
      sdk.getMeter("meter").counterBuilder("requests").build().add(1);
      assertThat(reader.collectAllMetrics()).hasSize(1);
    }
  }
}
