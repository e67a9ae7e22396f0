package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.FreePort;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Glint's readers and exporters in place of the stock ones of a declarative configuration file. */
@Tag("long")
@Timeout(60)
class FileReadersTest {
  private static final String GLINT_NODE =
      """
      instrumentation/development:
        java:
          glint: {%s}
      """;

  @AutoClose private final ConfiguredByFile configured = new ConfiguredByFile();
  @TempDir private Path folder;

  private static String readers() {
    return GlobalOpenTelemetry.getMeterProvider().toString();
  }

  /** A periodic reader with an exporter, each with keys of its own, and the keys of Glint. */
  private OpenTelemetrySdk otlp(String periodic, String exporter, String glint) {
    return configured.make(
        """
        meter_provider:
          readers:
            - periodic: {interval: 3600000, %s exporter: {otlp_http: {endpoint: "%s", %s}}}
        """
                .formatted(periodic, configured.receiver.url("/v1/metrics"), exporter)
            + GLINT_NODE.formatted(glint));
  }

  // ------------------------------------------------------------------ whose

  @ParameterizedTest
  @CsvSource({
    "'', GlintPeriodicMetricReader, OtlpMetricExporter",
    "exporters: glint, GlintPeriodicMetricReader, OtlpMetricExporter",
    "exporters: GLINT, GlintPeriodicMetricReader, OtlpMetricExporter",
    "exporters: stock, PeriodicMetricReader, OtlpHttpMetricExporter"
  })
  void exportersAreGlintsUnlessTheStockOnesAreAskedFor(
      String setting, String reader, String exporter) {
    otlp("", "", setting);
    assertThat(readers()).contains("[" + reader + "{", exporter + "{");
    assertThat(configured.log.messages())
        .singleElement()
        .asString()
        .contains("Metrics are recorded by Glint", "for " + reader + ".");
    configured.meter().counterBuilder("requests").build().add(1);
    assertThat(configured.exported()).containsOnlyKeys("requests");
  }

  @Test
  void aMalformedChoiceIsToldAndGlintsAreUsed() {
    otlp("", "", "exporters: both");
    assertThat(readers()).contains("OtlpMetricExporter{");
    assertThat(configured.log.warnings())
        .singleElement()
        .asString()
        .contains("java.glint.exporters", "'both'", "glint, stock", "Used instead: glint");
  }

  @Test
  void withoutAnEndpointItIsTheDefaultOne() {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic: {interval: 3600000, exporter: {otlp_http: }}
            - periodic: {interval: 3600000, exporter: {otlp_grpc: }}
        """);
    assertThat(readers())
        .contains(
            "OtlpMetricExporter{protocol=http/protobuf, endpoint=http://localhost:4318/v1/metrics,")
        .contains("OtlpMetricExporter{protocol=grpc, endpoint=http://localhost:4317,");
  }

  /** What is in place of the reader of an SDK, if the file has another one now. */
  private String inPlace(String periodic) throws Exception {
    final OpenTelemetrySdk sdk = configured.makeStock(configured.meterProvider());
    configured.write(
        "meter_provider: {readers: [{periodic: %s}]}"
            .formatted(periodic.formatted(configured.receiver.url("/v1/metrics"))));
    final FileExtensions file = FileExtensions.of(sdk);
    final var readers = new StockProvider(sdk.getSdkMeterProvider()).readers().keySet();
    return file.readers.apply(readers.iterator().next()).toString();
  }

  /** As a customizer may have changed it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{interval: 3600000, exporter: {otlp_http: {endpoint: 'http://localhost:1/v1/metrics'}}}",
        "{interval: 360000, exporter: {otlp_http: {endpoint: '%s'}}}",
        "{interval: 3600000, exporter: {otlp_grpc: {endpoint: '%s'}}}",
        "{interval: 3600000, exporter: {otlp_http: {endpoint: '%s0'}}}",
        "{interval: 3600000, exporter: {otlp_http: {endpoint: '%s', compression: zstd}}}",
        "{interval: 3600000, exporter: {console: }}"
      })
  void aReaderThatIsNotAsTheFileSaysStays(String periodic) throws Exception {
    assertThat(inPlace(periodic)).startsWith("PeriodicMetricReader{");
  }

  /** The stock SDK of this version cannot make such a reader. */
  @Test
  void theLargestBatchIsThatOfTheFile() throws Exception {
    assertThat(
            inPlace(
                "{interval: 3600000, max_export_batch_size/development: 3,"
                    + " exporter: {otlp_http: {endpoint: '%s'}}}"))
        .startsWith("GlintPeriodicMetricReader{")
        .contains("maxExportBatchSize=3");
  }

  @Test
  void whatGlintsReaderDoesNotKnowLeavesTheStockOne() {
    otlp("producers: [{opencensus: }],", "", "");
    assertThat(readers()).contains("OtlpHttpMetricExporter{");
    assertThat(configured.log.messages())
        .anySatisfy(
            message ->
                assertThat(message)
                    .contains(
                        "meter_provider.readers[0].periodic has producers", "by the stock SDK"));
    configured.meter().counterBuilder("requests").build().add(1);
    assertThat(configured.exported()).containsKey("requests");
  }

  @Test
  void readersOfOtherKindsStay() {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic: {interval: 3600000, exporter: {console: }}
        """);
    assertThat(readers()).contains("[PeriodicMetricReader{", "LoggingMetricExporter");
  }

  /** A reader whose exporter writes OTLP to a file, with keys of it. */
  private void otlpFile(String exporter) {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic: {interval: 3600000, exporter: {otlp_file/development: %s}}
        """
            .formatted(exporter));
  }

  /** The stock SDK of this class path has no such exporter, and would refuse the file. */
  @Test
  void otlpIsWrittenToTheFileThatIsNamedALineForEachCollection() throws Exception {
    final Path lines = folder.resolve("metrics.jsonl");
    otlpFile("{output_stream: \"%s\", temporality_preference: delta}".formatted(lines.toUri()));
    final LongCounter counter = configured.meter().counterBuilder("requests").build();
    counter.add(3);
    ((GlintMeterProvider) GlobalOpenTelemetry.getMeterProvider())
        .forceFlush()
        .join(10, TimeUnit.SECONDS);
    counter.add(4);
    configured.end();
    assertThat(Files.readAllLines(lines))
        .satisfiesExactly(
            line ->
                assertThat(line).contains("\"asInt\":\"3\"").startsWith("{\"resourceMetrics\":"),
            line ->
                assertThat(line).contains("\"asInt\":\"4\"").startsWith("{\"resourceMetrics\":"));
    assertThat(configured.log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        " | COUNTER=CUMULATIVE",
        "{} | COUNTER=CUMULATIVE",
        "{output_stream: stdout} | COUNTER=CUMULATIVE",
        "{temporality_preference: low_memory} | COUNTER=DELTA",
      })
  void withoutAFileItIsWrittenToStandardOutput(String exporter, String expected) {
    otlpFile(exporter == null ? "" : exporter);
    assertThat(readers())
        .contains("OtlpFileMetricExporter{output=standard output, ")
        .contains(expected + ", UP_DOWN_COUNTER=CUMULATIVE");
    assertThat(configured.log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics.jsonl", "http://localhost/metrics", "file:///no/such/folder/m"})
  void whatCannotBeWrittenToIsToldAndStandardOutputIsUsed(String output) {
    otlpFile("{output_stream: \"%s\"}".formatted(output));
    assertThat(readers()).contains("OtlpFileMetricExporter{output=");
    assertThat(configured.log.warnings())
        .singleElement()
        .asString()
        .contains("otlp_file/development.output_stream", output, "Used instead: stdout");
  }

  @Test
  void besideTheStockExporterToAFileThatOneIsUsed() {
    assertThat(OtlpFileComponent.nameBeside(String.class.getName()))
        .isNotEqualTo("otlp_file/development");
    assertThat(new OtlpFileComponent().getName()).isEqualTo("otlp_file/development");
  }

  // ------------------------------------------------------------------ OTLP

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timeout: 700, | exportTimeout=PT0.7S",
        "timeout: 0, | exportTimeout=PT",
        "'' | exportTimeout=PT30S"
      })
  void thePeriodicReaderHasTheSettingsOfTheFile(String setting, String expected) {
    otlp(setting, "", "");
    assertThat(readers()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "encoding: protobuf | application/x-protobuf",
        "encoding: | application/x-protobuf",
        "encoding: json | application/json"
      })
  void theEncodingIsThatOfTheFile(String setting, String contentType) {
    otlp("", setting, "");
    configured.meter().counterBuilder("requests").build().add(1);
    configured.end();
    assertThat(configured.receiver.received.get(0).header("Content-Type")).isEqualTo(contentType);
  }

  @Test
  void aHeaderOfTheListOfHeadersWinsOverTheText() {
    otlp("", "headers_list: 'tenant=red,shop = 1%2C2', headers: [{name: tenant, value: blue}]", "");
    configured.meter().counterBuilder("requests").build().add(1);
    configured.exported();
    assertThat(configured.receiver.received.get(0).header("tenant")).isEqualTo("blue");
    assertThat(configured.receiver.received.get(0).header("shop")).isEqualTo("1,2");
  }

  /** A variable in the file may stand for what YAML takes for a number. */
  @ParameterizedTest
  @ValueSource(strings = {"12345", "1.5", "true"})
  void theValueOfAHeaderMayLookLikeANumber(String value) {
    otlp("", "headers: [{name: key, value: %s}]".formatted(value), "");
    configured.meter().counterBuilder("requests").build().add(1);
    configured.exported();
    assertThat(configured.receiver.received.get(0).header("key")).isEqualTo(value);
    assertThat(configured.log.warnings()).isEmpty();
  }

  @Test
  void aHeaderThatCannotBeSentIsLeftOut() {
    otlp("", "headers: [{name: my key, value: secret}, {name: tenant, value: blue}]", "");
    configured.meter().counterBuilder("requests").build().add(1);
    configured.exported();
    assertThat(configured.receiver.received.get(0).header("tenant")).isEqualTo("blue");
    assertThat(configured.log.warnings())
        .singleElement()
        .asString()
        .contains("otlp_http.headers is 'my key=...'", "Used instead: the other headers")
        .doesNotContain("secret");
  }

  @Test
  void whatTheSchemaHasNoKeysForStandsInTheNodeOfGlint() {
    final Path pending = folder.resolve("pending");
    otlp(
        "",
        "",
        "otlp: {max_request_size: 70000, max_pending_series: 7, resend_unanswered: true,"
            + " pending_file: \"%s\"}".formatted(pending));
    assertThat(readers())
        .contains(
            "maxRequestSize=70000",
            "maxPendingSeries=7",
            "resendUnanswered=true",
            "pendingFile=" + pending);
  }

  @Test
  void whatIsMalformedThereIsToldAndItsDefaultUsed() {
    otlp("", "", "otlp: {max_request_size: 0, resend_unanswered: perhaps, sise: 3}");
    assertThat(readers()).contains("maxRequestSize=20000000", "resendUnanswered=false");
    assertThat(configured.log.warnings())
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).contains("glint.otlp.max_request_size", "'0'"))
        .anySatisfy(line -> assertThat(line).contains("glint.otlp.resend_unanswered", "perhaps"))
        .anySatisfy(line -> assertThat(line).contains("glint.otlp", "'sise'"));
  }

  @Test
  void twoReadersOfOneKindHaveTheirOwnSettings() {
    configured.make(
        """
        meter_provider:
          readers:
            - periodic: {interval: 3600000, exporter: {otlp_http: {endpoint: "http://localhost:2/v1/metrics", timeout: 200}}}
            - periodic: {interval: 3600000, exporter: {otlp_http: {endpoint: "http://localhost:21/v1/metrics", timeout: 2100}}}
        """);
    assertThat(readers())
        .contains("endpoint=http://localhost:2/v1/metrics, timeout=PT0.2S")
        .contains("endpoint=http://localhost:21/v1/metrics, timeout=PT2.1S");
  }

  // ------------------------------------------------------------------ marking

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exemplar_span_marking: true | exemplar",
        "exemplar_span_marking: true, exemplar_span_marking_key: keep | keep",
        "exemplar_span_marking: false | ",
        "'' |"
      })
  void theSpansOfExemplarsAreMarkedIfTheFileSaysSo(String setting, String key) {
    configured.make(
        "tracer_provider: {processors: [{simple: {exporter: {console: }}}]}\n"
            + configured.meterProvider()
            + GLINT_NODE.formatted(setting));
    final OpenTelemetry global = GlobalOpenTelemetry.get();
    final Span span = global.getTracer("application").spanBuilder("request").startSpan();
    try (Scope scope = span.makeCurrent()) {
      configured.meter().histogramBuilder("duration").build().record(7);
    }
    if (key == null) {
      assertThat(span.toString()).doesNotContain("exemplar", "keep");
    } else {
      assertThat(span.toString()).contains(key + "=true");
    }
  }

  // ------------------------------------------------------------------ Prometheus

  private String scraped(int port, String exporter, String glint) throws Exception {
    configured.make(
        """
        resource: {attributes: [{name: service.name, value: shop}, {name: zone.id, value: b}]}
        meter_provider:
          exemplar_filter: always_on
          readers:
            - pull: {exporter: {prometheus/development: {host: localhost, port: %d, %s}}}
        """
                .formatted(port, exporter)
            + GLINT_NODE.formatted(glint));
    configured.meter().histogramBuilder("request.duration").setUnit("s").build().record(0.1);
    return body(port, "/metrics");
  }

  private static String body(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header(
                    "Accept", "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8")
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void theEndpointIsGlintsOnThePortOfTheStockOneAndGivesItBack() throws Exception {
    final int port = FreePort.find();
    final String page = scraped(port, "", "");
    assertThat(page).contains("request_duration_seconds_bucket{").contains("} 0.1 ");
    assertThat(readers()).contains("OpenMetricsServer{");
    configured.end();
    try (ServerSocket free = new ServerSocket(port)) {
      assertThat(free.isBound()).isTrue();
    }
  }

  @Test
  void theStockEndpointIsThereOnRequest() throws Exception {
    assertThat(scraped(FreePort.find(), "", "exporters: stock"))
        .contains("request_duration_seconds_bucket{");
    assertThat(readers()).contains("PrometheusHttpServer{").doesNotContain("OpenMetricsServer{");
  }

  @ParameterizedTest
  @CsvSource({
    "'', request_duration_seconds_count",
    "translation_strategy: , request_duration_seconds_count",
    "translation_strategy: underscore_escaping_with_suffixes, request_duration_seconds_count",
    "translation_strategy: underscore_escaping_without_suffixes/development, request_duration_count",
    "translation_strategy: no_utf8_escaping_with_suffixes/development, request.duration_seconds_count",
    "translation_strategy: no_translation/development, request.duration_count"
  })
  void theTranslationStrategyIsThatOfTheFile(String setting, String name) throws Exception {
    assertThat(scraped(FreePort.find(), setting, "").lines())
        .anyMatch(line -> line.startsWith(name + "{") || line.startsWith("{\"" + name + "\","));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resource_constant_labels: {included: [service.*]} | true | false",
        "resource_constant_labels: {included: ['*'], excluded: [zone.?d]} | true | false",
        "resource_constant_labels: {excluded: [service*, telemetry*]} | false | true",
        "'' | false | false"
      })
  void labelsOfTheResourceAreThoseOfTheFile(String setting, boolean service, boolean zone)
      throws Exception {
    final String line =
        scraped(FreePort.find(), setting, "")
            .lines()
            .filter(sample -> sample.startsWith("request_duration_seconds_count"))
            .findFirst()
            .orElseThrow();
    assertThat(line.contains("service_name=\"shop\"")).as(line).isEqualTo(service);
    assertThat(line.contains("zone_id=\"b\"")).as(line).isEqualTo(zone);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLivePageIsThatOfTheNodeOfGlint(boolean isThere) throws Exception {
    final int port = FreePort.find();
    scraped(
        port,
        "",
        "prometheus: {live_page: %s, trace_url_template: \"http://traces/{traceId}\"}"
            .formatted(isThere));
    assertThat(body(port, "/-/live/data.json").contains("http://traces/{traceId}"))
        .isEqualTo(isThere);
  }
}
