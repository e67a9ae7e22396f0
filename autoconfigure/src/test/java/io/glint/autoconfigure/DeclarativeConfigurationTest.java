package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.FreePort;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A declarative configuration file, read by the stock auto-configuration: what it says of metrics
 * holds for Glint's, too. Each switch is tested on, off and absent.
 */
@Timeout(60)
class DeclarativeConfigurationTest {
  private static final AttributeKey<String> KEPT = AttributeKey.stringKey("kept");
  private static final AttributeKey<String> OTHER = AttributeKey.stringKey("other");

  @AutoClose private final ConfiguredByFile configured = new ConfiguredByFile();

  /** Keys that follow the readers, under the meter provider. */
  private Meter make(String more) {
    configured.make(configured.meterProvider() + more.indent(2));
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    return configured.meter();
  }

  /** Keys of the one reader, beside its exporter. */
  private Meter makeReader(String ofReader) {
    return makeExporter(ofReader, "");
  }

  /** Keys of the one reader, and of its exporter beside the endpoint. */
  private Meter makeExporter(String ofReader, String ofExporter) {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic:
                interval: 3600000
                exporter:
                  otlp_http: {endpoint: "%s"%s}
        """
                .formatted(
                    configured.receiver.url("/own/path"),
                    ofExporter.isEmpty() ? "" : ", " + ofExporter)
            + ofReader.indent(8));
    return configured.meter();
  }

  private NumberDataPoint number(String metric) {
    return configured.exported().get(metric).getSum().getDataPoints(0);
  }

  private HistogramDataPoint histogram(String metric) {
    return configured.exported().get(metric).getHistogram().getDataPoints(0);
  }

  // ------------------------------------------------------------------ the file

  @Test
  void theGlobalOneHasGlintsMetricsWithReadersViewsAndFilterOfTheFile() {
    configured.make(
        """
        resource:
          attributes:
            - name: service.name
              value: shop
        """
            + configured.meterProvider()
            + """
              views:
                - selector: {instrument_name: requests}
                  stream: {name: renamed, attribute_keys: {included: [kept]}}
              exemplar_filter: always_on
            """);
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    configured
        .meter()
        .counterBuilder("requests")
        .build()
        .add(1, Attributes.of(KEPT, "a", OTHER, "b"));

    final NumberDataPoint point = number("renamed");
    assertThat(point.getAttributesList()).extracting(KeyValue::getKey).containsExactly("kept");
    assertThat(point.getExemplarsCount()).isEqualTo(1);
    assertThat(
            configured
                .receiver
                .requests()
                .get(0)
                .getResourceMetrics(0)
                .getResource()
                .getAttributesList())
        .anyMatch(attribute -> attribute.getValue().getStringValue().equals("shop"));
    assertThat(configured.log.warnings()).isEmpty();
  }

  @Test
  void whatIsNotToBeGlobalIsComposedOnRequest() {
    configured.make(configured.meterProvider());
    GlobalOpenTelemetry.resetForTest();
    final OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isInstanceOf(GlintOpenTelemetry.class);
    sdk.close();
  }

  @Test
  void variablesInTheFileAreReplaced() {
    make(
        """
        views:
          - selector: {instrument_name: requests}
            stream: {name: "${GLINT_TEST_OF_NO_SUCH_VARIABLE:-renamed}", description: "$${kept}"}
        """);
    configured.meter().counterBuilder("requests").build().add(1);
    assertThat(configured.exported().get("renamed").getDescription()).isEqualTo("${kept}");
  }

  @Test
  void aMalformedFileIsRefusedByTheStockSdkWithOrWithoutGlint() {
    assertThatThrownBy(() -> configured.make(configured.meterProvider() + "  exemplar_filtre: x\n"))
        .hasStackTraceContaining("exemplar_filtre");
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isNotInstanceOf(GlintMeterProvider.class);
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "'', true"})
  void disabledMeansThatNothingIsMade(String disabled, boolean isGlint) {
    configured.make(
        (disabled.isEmpty() ? "" : "disabled: " + disabled + "\n") + configured.meterProvider());
    assertThat(GlobalOpenTelemetry.getMeterProvider() instanceof GlintMeterProvider)
        .isEqualTo(isGlint);
  }

  @Test
  void withoutAMeterProviderThereIsNone() {
    final OpenTelemetrySdk sdk = configured.make("tracer_provider: {processors: []}\n");
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    assertThat(configured.log.messages()).isEmpty();
  }

  @Test
  void theFileWinsOverVariables() {
    System.setProperty("otel.metrics.exporter", "none");
    try {
      make("").counterBuilder("requests").build().add(1);
      assertThat(configured.exported()).containsKey("requests");
    } finally {
      System.clearProperty("otel.metrics.exporter");
    }
  }

  // ------------------------------------------------------------------ readers and exporters

  @ParameterizedTest
  @ValueSource(strings = {"", "interval: 5000", "interval: "})
  void theReaderIsThatOfTheFile(String interval) {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic: {%s exporter: {otlp_http: {endpoint: "%s"}}}
        """
            .formatted(
                interval.isEmpty() ? "" : interval + ",", configured.receiver.url("/v1/metrics")));
    assertThat(GlobalOpenTelemetry.getMeterProvider().toString())
        .contains("GlintPeriodicMetricReader")
        .contains("interval=" + (interval.endsWith("5000") ? "PT5S" : "PT1M"))
        .contains("exportTimeout=PT30S");
  }

  /** Glint's reader is in the place of the stock one when the limits are looked at. */
  @Test
  void aLimitThatIsNoneIsToldAndTheDefaultIsUsed() {
    makeReader("cardinality_limits: {default: -1, counter: 0}\n")
        .counterBuilder("requests")
        .build()
        .add(1);
    assertThat(configured.exported()).containsKey("requests");
    assertThat(configured.log.warnings())
        .hasSize(2)
        .allMatch(line -> line.contains("cardinality limit") && line.contains("instead: 2000"));
  }

  @Test
  void limitsOfCardinalityAreThoseOfTheKindOfInstrument() {
    final Meter meter = makeReader("cardinality_limits: {default: 7, counter: 3}\n");
    for (int i = 0; i < 20; i++) {
      final Attributes attributes = Attributes.of(KEPT, "a" + i);
      meter.counterBuilder("counted").build().add(1, attributes);
      meter.upDownCounterBuilder("added").build().add(1, attributes);
    }
    final Map<String, Metric> metrics = configured.exported();
    assertThat(metrics.get("counted").getSum().getDataPointsList()).hasSizeBetween(3, 4);
    assertThat(metrics.get("added").getSum().getDataPointsList()).hasSizeBetween(7, 8);
  }

  @Test
  void theExporterHasTheEndpointHeadersAndCompressionOfTheFile() {
    makeExporter("", "compression: gzip, headers: [{name: tenant, value: blue}]")
        .counterBuilder("requests")
        .build()
        .add(1);
    assertThat(configured.exported()).containsKey("requests");
    assertThat(configured.receiver.received.get(0).uri()).isEqualTo("/own/path");
    assertThat(configured.receiver.received.get(0).header("tenant")).isEqualTo("blue");
    assertThat(configured.receiver.received.get(0).header("Content-Encoding")).isEqualTo("gzip");
  }

  @Test
  void theExporterForGrpcHasTheSettingsOfTheFile() {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic:
                interval: 3600000
                exporter:
                  otlp_grpc: {endpoint: "http://127.0.0.1:1", compression: gzip, timeout: 700}
        """);
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    assertThat(GlobalOpenTelemetry.getMeterProvider().toString())
        .contains("OtlpMetricExporter{protocol=grpc")
        .contains("endpoint=http://127.0.0.1:1,")
        .contains("compression=GZIP")
        .contains("timeout=PT0.7S");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 2, 2",
    "temporality_preference: , 2, 2",
    "temporality_preference: cumulative, 2, 2",
    "temporality_preference: delta, 1, 1",
    "temporality_preference: low_memory, 1, 2"
  })
  void theTemporalityIsThatOfTheFile(String setting, int counter, int observed) {
    final Meter meter = makeExporter("", setting);
    meter.counterBuilder("counted").build().add(1);
    meter.counterBuilder("observed").buildWithCallback(counted -> counted.record(1));
    final Map<String, Metric> metrics = configured.exported();
    assertThat(metrics.get("counted").getSum().getAggregationTemporalityValue()).isEqualTo(counter);
    assertThat(metrics.get("observed").getSum().getAggregationTemporalityValue())
        .isEqualTo(observed);
  }

  @ParameterizedTest
  @CsvSource({
    "'', false",
    "default_histogram_aggregation: explicit_bucket_histogram, false",
    "default_histogram_aggregation: base2_exponential_bucket_histogram, true"
  })
  void theHistogramAggregationIsThatOfTheFile(String setting, boolean isExponential) {
    makeExporter("", setting).histogramBuilder("duration").build().record(1);
    assertThat(configured.exported().get("duration").hasExponentialHistogram())
        .isEqualTo(isExponential);
  }

  // ------------------------------------------------------------------ views

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "instrument_name: requ* | true",
        "instrument_name: other | false",
        "instrument_type: counter | true",
        "instrument_type: observable_counter | false",
        "unit: '{request}' | true",
        "unit: '{Request}' | false",
        "meter_name: application | true",
        "meter_name: other | false",
        "meter_version: '1' | false",
        "meter_schema_url: https://example.com | false"
      })
  void aViewIsForTheInstrumentsOfItsSelector(String criterion, boolean isMatched) {
    make("views: [{selector: {%s}, stream: {name: renamed}}]\n".formatted(criterion))
        .counterBuilder("requests")
        .setUnit("{request}")
        .build()
        .add(1);
    assertThat(configured.exported()).containsOnlyKeys(isMatched ? "renamed" : "requests");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "included: [kept] | kept",
        "included: ['*'], excluded: [kept] | other",
        "excluded: [o*] | kept",
        "excluded: ['*'] |"
      })
  void aViewKeepsTheAttributesOfItsStream(String keys, String expected) {
    make("views: [{selector: {instrument_name: requests}, stream: {attribute_keys: {%s}}}]\n"
            .formatted(keys))
        .counterBuilder("requests")
        .build()
        .add(1, Attributes.of(KEPT, "a", OTHER, "b"));
    assertThat(number("requests").getAttributesList())
        .extracting(KeyValue::getKey)
        .containsExactly(expected == null ? new String[0] : new String[] {expected});
  }

  @Test
  void aViewHasTheDescriptionAndTheLimitOfItsStream() {
    final Meter meter =
        make(
            """
            views:
              - selector: {instrument_name: requests}
                stream: {description: of the file, aggregation_cardinality_limit: 2}
            """);
    for (int i = 0; i < 9; i++) {
      meter.counterBuilder("requests").build().add(1, Attributes.of(KEPT, "a" + i));
    }
    final Metric metric = configured.exported().get("requests");
    assertThat(metric.getDescription()).isEqualTo("of the file");
    assertThat(metric.getSum().getDataPointsList()).hasSizeBetween(2, 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default:  | HISTOGRAM",
        "sum:  | SUM",
        "explicit_bucket_histogram: {boundaries: [1, 2]} | HISTOGRAM",
        "base2_exponential_bucket_histogram: {max_scale: 3, max_size: 20} | EXPONENTIAL_HISTOGRAM"
      })
  void aViewHasTheAggregationOfItsStream(String aggregation, Metric.DataCase kind) {
    make("views: [{selector: {instrument_name: duration}, stream: {aggregation: {%s}}}]\n"
            .formatted(aggregation))
        .histogramBuilder("duration")
        .build()
        .record(7);
    final Metric metric = configured.exported().get("duration");
    assertThat(metric.getDataCase()).isEqualTo(kind);
    if (aggregation.startsWith("explicit")) {
      assertThat(metric.getHistogram().getDataPoints(0).getExplicitBoundsList())
          .containsExactly(1.0, 2.0);
    }
    if (aggregation.startsWith("base2")) {
      assertThat(metric.getExponentialHistogram().getDataPoints(0).getScale()).isEqualTo(3);
    }
  }

  @Test
  void droppedIsWhatAViewDrops() {
    final Meter meter =
        make("views: [{selector: {instrument_name: d*}, stream: {aggregation: {drop: }}}]\n");
    meter.histogramBuilder("duration").build().record(7);
    meter.counterBuilder("requests").build().add(1);
    assertThat(configured.exported()).containsOnlyKeys("requests");
  }

  @ParameterizedTest
  @CsvSource({"record_min_max: true, true", "record_min_max: false, false", "'', true"})
  void minimumAndMaximumAreThereUnlessTheyAreSwitchedOff(String setting, boolean expected) {
    final Meter meter =
        make(
            """
            views:
              - selector: {instrument_name: explicit}
                stream: {aggregation: {explicit_bucket_histogram: {%1$s}}}
              - selector: {instrument_name: exponential}
                stream: {aggregation: {base2_exponential_bucket_histogram: {%1$s}}}
            """
                .formatted(setting));
    meter.histogramBuilder("explicit").build().record(7);
    meter.histogramBuilder("exponential").build().record(7);
    final Map<String, Metric> metrics = configured.exported();
    final var explicit = metrics.get("explicit").getHistogram().getDataPoints(0);
    final var exponential = metrics.get("exponential").getExponentialHistogram().getDataPoints(0);
    assertThat(explicit.hasMin() && explicit.hasMax()).isEqualTo(expected);
    assertThat(exponential.hasMin() && exponential.hasMax()).isEqualTo(expected);
  }

  // ------------------------------------------------------------------ filter and configurator

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "'exemplar_filter: ', 0",
    "exemplar_filter: trace_based, 0",
    "exemplar_filter: always_off, 0",
    "exemplar_filter: always_on, 1"
  })
  void theExemplarFilterIsThatOfTheFile(String setting, int exemplarsOutsideOfASpan) {
    make(setting + "\n").histogramBuilder("duration").build().record(7);
    assertThat(histogram("duration").getExemplarsCount()).isEqualTo(exemplarsOutsideOfASpan);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "enabled: true, '', true",
    "enabled: false, '', false",
    "enabled: false, enabled: true, true",
    "enabled: true, enabled: false, false"
  })
  void theMeterConfiguratorOfTheFileDecidesOnMeters(
      String ofAll, String ofMeter, boolean isEnabled) {
    make("""
            meter_configurator/development:
              default_config: {%s}
              meters: %s
            """
            .formatted(
                ofAll,
                ofMeter.isEmpty()
                    ? "[{name: none, config: {enabled: false}}]"
                    : "[{name: app*, config: {%s}}]".formatted(ofMeter)))
        .counterBuilder("requests")
        .build()
        .add(1);
    GlobalOpenTelemetry.getMeter("none").counterBuilder("never").build().add(1);
    final Map<String, Metric> metrics = configured.exported();
    assertThat(metrics.containsKey("requests")).isEqualTo(isEnabled);
    if (ofMeter.isEmpty()) {
      assertThat(metrics).doesNotContainKey("never");
    }
  }

  // ------------------------------------------------------------------ Prometheus

  @Test
  void theEndpointOfTheFileServesGlintsMetrics() throws Exception {
    final String page = scraped("");
    assertThat(page).contains("requests_total{");
    assertThat(configured.log.messages())
        .singleElement()
        .asString()
        .contains("Metrics are recorded by Glint", "OpenMetricsServer");
  }

  @ParameterizedTest
  @CsvSource({
    "scope_info_enabled: true, true, true",
    "scope_info_enabled: false, false, true",
    "'', true, true",
    "target_info_enabled/development: true, true, true",
    "target_info_enabled/development: false, true, false"
  })
  void whatTheEndpointShowsIsThatOfTheFile(String setting, boolean hasScope, boolean hasTarget)
      throws Exception {
    final String page = scraped(setting);
    assertThat(page.contains("otel_scope_name=")).as(page).isEqualTo(hasScope);
    assertThat(page.contains("target_info{")).as(page).isEqualTo(hasTarget);
  }

  private String scraped(String setting) throws Exception {
    final int port = FreePort.find();
    configured.make(
        """
        meter_provider:
          readers:
            - pull: {exporter: {prometheus/development: {host: localhost, port: %d%s}}}
        """
            .formatted(port, setting.isEmpty() ? "" : ", " + setting));
    configured.meter().counterBuilder("requests").build().add(1);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
