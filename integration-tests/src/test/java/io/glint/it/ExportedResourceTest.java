package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.sdk.resources.Resource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a back end can tell of the SDK that made the metrics. */
@Timeout(60)
class ExportedResourceTest {
  private static final String SDK_VERSION =
      Resource.getDefault().getAttribute(AttributeKey.stringKey("telemetry.sdk.version"));

  private record Exported(String targetInfo, String otlp) {}

  private static Exported export(Resource resource) throws Exception {
    final OpenMetricsServer endpoint =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
    try (OtlpServer collector = new OtlpServer();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .addResource(resource)
                .registerMetricReader(endpoint)
                .registerMetricReader(
                    GlintPeriodicMetricReader.create(
                        OtlpMetricExporter.builder()
                            .setEndpoint(collector.url("/v1/metrics"))
                            .build()))
                .build()) {
      provider.get("shop").counterBuilder("orders").build().add(1);
      assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      final String scrape =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + endpoint.getPort() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return new Exported(
          scrape.lines().filter(line -> line.startsWith("target_info")).findFirst().orElseThrow(),
          collector
              .requests()
              .get(0)
              .getResourceMetrics(0)
              .getResource()
              .getAttributesList()
              .stream()
              .map(ExportedResourceTest::describe)
              .sorted()
              .collect(Collectors.joining(" ")));
    }
  }

  private static String describe(KeyValue attribute) {
    return attribute.getKey() + "=" + attribute.getValue().getStringValue();
  }

  @Test
  void scrapeAndOtlpNameTheSdkAndGlintAsItsDistribution() throws Exception {
    final Exported exported =
        export(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop")));

    assertThat(exported.targetInfo())
        .containsPattern("telemetry_distro_name=\"glint\",telemetry_distro_version=\"\\d+\\.\\d+")
        .contains("telemetry_sdk_language=\"java\"")
        .contains("telemetry_sdk_name=\"opentelemetry\"")
        .contains("telemetry_sdk_version=\"" + SDK_VERSION + "\"");
    assertThat(exported.otlp())
        .matches(
            "service.name=shop telemetry.distro.name=glint"
                + " telemetry.distro.version=\\d+\\.\\d+\\.\\S+ telemetry.sdk.language=java"
                + " telemetry.sdk.name=opentelemetry telemetry.sdk.version="
                + SDK_VERSION);
  }

  @Test
  void whatTheUserSaysIsExported() throws Exception {
    final Exported exported =
        export(
            Resource.create(
                Attributes.of(
                    AttributeKey.stringKey("telemetry.sdk.name"), "io.glint.sdk",
                    AttributeKey.stringKey("telemetry.distro.name"), "parts-unlimited-java",
                    AttributeKey.stringKey("telemetry.distro.version"), "1.2.3")));

    assertThat(exported.targetInfo())
        .contains(
            "telemetry_distro_name=\"parts-unlimited-java\",telemetry_distro_version=\"1.2.3\"")
        .contains("telemetry_sdk_name=\"io.glint.sdk\"");
    assertThat(exported.otlp())
        .contains("telemetry.distro.name=parts-unlimited-java telemetry.distro.version=1.2.3")
        .contains("telemetry.sdk.name=io.glint.sdk");
  }
}
