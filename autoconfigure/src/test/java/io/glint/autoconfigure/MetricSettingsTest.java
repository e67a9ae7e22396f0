package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each setting: what is accepted, the default, and what becomes of a malformed value. */
@Timeout(60)
class MetricSettingsTest {
  private final LogCapture log = new LogCapture(GlintAutoConfiguration.class);

  @AfterEach
  void close() {
    log.close();
  }

  private static DefaultConfigProperties config(String... keysAndValues) {
    final Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return DefaultConfigProperties.createFromMap(settings);
  }

  private static MetricSettings settings(String... keysAndValues) {
    return new MetricSettings(config(keysAndValues));
  }

  private static String exporters(String... keysAndValues) {
    return MetricSettings.overrides(config(keysAndValues)).get("otel.metrics.exporter");
  }

  private void assertRefused(String key, String value) {
    assertThat(log.warnings())
        .as(key + "=" + value)
        .singleElement()
        .asString()
        .contains(key, Settings.variable(key), value.substring(value.indexOf(',') + 1))
        .contains("which is not accepted. It must be ", "Used instead: ");
  }

  // ------------------------------------------------------------------ exporters

  @ParameterizedTest
  @CsvSource({
    "otlp, glint_otlp",
    "prometheus, glint_prometheus",
    "'otlp,prometheus', 'glint_otlp,glint_prometheus'",
    "' otlp , prometheus ,', 'glint_otlp,glint_prometheus'",
    "'', glint_otlp",
    "console, console",
    "none, none"
  })
  void exportersAreGlintsForOtlpAndPrometheus(String setting, String expected) {
    assertThat(
            exporters(
                "otel.metrics.exporter", setting, "otel.exporter.otlp.protocol", "http/protobuf"))
        .isEqualTo(expected);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theStockExportersAreThereOnRequest() {
    assertThat(exporters("otel.metrics.exporter", "otlp,console", "glint.exporters", "stock"))
        .isEqualTo("otlp,console");
  }

  @Test
  void anUnknownExporterIsLeftOutAndTheKnownOnesAreNamed() {
    assertThat(
            exporters(
                "otel.metrics.exporter",
                "oltp,prometheus",
                "otel.exporter.otlp.protocol",
                "http/protobuf"))
        .isEqualTo("glint_prometheus");
    assertRefused("otel.metrics.exporter", "oltp");
    assertThat(log.warnings().get(0)).contains("otlp", "prometheus", "console", "none");
  }

  @Test
  void noneWinsOverOthers() {
    assertThat(exporters("otel.metrics.exporter", "otlp,none")).isEqualTo("none");
    assertRefused("otel.metrics.exporter", "otlp,none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "grpc", "GRPC"})
  void overGrpcGlintSendsIfItCan(String protocol) {
    final MetricSettings settings =
        new MetricSettings(config("otel.exporter.otlp.protocol", protocol), () -> null);
    assertThat(settings.overrides()).containsEntry("otel.metrics.exporter", "glint_otlp");
    assertThat(settings.otlpProtocolOfGlint()).isEqualTo("grpc");
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "grpc", "GRPC"})
  void overGrpcTheStockExporterSendsIfGlintCannotAndThatIsSaid(String protocol) {
    final MetricSettings settings =
        new MetricSettings(
            config("otel.exporter.otlp.protocol", protocol), () -> "There is no sender.");
    assertThat(settings.overrides()).containsEntry("otel.metrics.exporter", "otlp");
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("grpc", "There is no sender.", "http/protobuf", "4318");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void glintCanSendOverGrpcFromTheVersionOnThatHasSenders() {
    assertThat(Grpc.problem() == null).isEqualTo(hasSenders());
    if (!hasSenders()) {
      assertThat(Grpc.problem()).contains("1.59.0 or newer", "http/protobuf");
    }
  }

  private static boolean hasSenders() {
    try {
      Class.forName("io.opentelemetry.sdk.common.export.GrpcSenderProvider");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', http://localhost:4317",
    "collector:4317, '', https://collector:4317",
    "collector:4317, true, http://collector:4317",
    "collector:4317, false, https://collector:4317",
    "https://collector:4317, true, https://collector:4317",
    "http://collector:4317/, '', http://collector:4317"
  })
  void theSchemeOfAGrpcEndpointDecidesOnTlsAndOtherwiseInsecure(
      String endpoint, String insecure, String expected) {
    Assumptions.assumeTrue(hasSenders());
    for (final String metrics : List.of("", "metrics.")) {
      try (MetricExporter exporter =
          new OtlpProvider()
              .createExporter(
                  config(
                      "otel.exporter.otlp." + metrics + "endpoint",
                      endpoint,
                      "otel.exporter.otlp." + metrics + "insecure",
                      insecure))) {
        assertThat(exporter.toString()).contains("protocol=grpc, endpoint=" + expected + ",");
      }
    }
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true, false, http", "false, true, https"})
  void insecureOfMetricsWins(String ofMetrics, String ofAll, String scheme) {
    Assumptions.assumeTrue(hasSenders());
    try (MetricExporter exporter =
        new OtlpProvider()
            .createExporter(
                config(
                    "otel.exporter.otlp.endpoint",
                    "collector:4317",
                    "otel.exporter.otlp.metrics.insecure",
                    ofMetrics,
                    "otel.exporter.otlp.insecure",
                    ofAll))) {
      assertThat(exporter.toString()).contains("endpoint=" + scheme + "://collector:4317,");
    }
  }

  @Test
  void jsonIsSentByGlint() {
    assertThat(exporters("otel.exporter.otlp.metrics.protocol", "http/json"))
        .isEqualTo("glint_otlp");
    try (MetricExporter exporter =
        new OtlpProvider().createExporter(config("otel.exporter.otlp.protocol", "http/json"))) {
      assertThat(exporter.toString()).contains("protocol=http/json");
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theProtocolOfMetricsWinsOverThatOfAllSignals() {
    assertThat(
            exporters(
                "otel.exporter.otlp.protocol",
                "grpc",
                "otel.exporter.otlp.metrics.protocol",
                "http/protobuf"))
        .isEqualTo("glint_otlp");
  }

  @Test
  void anUnknownProtocolIsRefused() {
    assertThat(exporters("otel.exporter.otlp.metrics.protocol", "http/xml"))
        .isEqualTo("glint_otlp");
    assertRefused("otel.exporter.otlp.metrics.protocol", "http/xml");
  }

  // ------------------------------------------------------------------ words

  @ParameterizedTest
  @CsvSource({"trace_based", "always_on", "always_off", "ALWAYS_ON", "''"})
  void theExemplarFilterIsOneOfThree(String value) {
    final String expected = value.isEmpty() ? "trace_based" : value.toLowerCase(Locale.ROOT);
    assertThat(settings("otel.metrics.exemplar.filter", value).exemplarFilter())
        .hasToString(expected);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void anUnknownExemplarFilterIsRefused() {
    assertThat(settings("otel.metrics.exemplar.filter", "sometimes").exemplarFilter())
        .isSameAs(CustomExemplarFilter.traceBased());
    assertRefused("otel.metrics.exemplar.filter", "sometimes");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', false, ",
    "false, keep, false, keep",
    "true, '', true, ",
    "TRUE, sampling.keep, true, sampling.keep",
    "'', keep, false, keep"
  })
  void spansAreMarkedOnRequest(String isOn, String key, boolean marks, String expected) {
    final MetricSettings settings =
        settings("glint.exemplar.span.marking", isOn, "glint.exemplar.span.marking.key", key);
    assertThat(settings.marksSpans()).isEqualTo(marks);
    assertThat(settings.spanMarkKey()).isEqualTo(expected);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void whetherSpansAreMarkedIsTrueOrFalse() {
    assertThat(settings("glint.exemplar.span.marking", "exemplar").marksSpans()).isFalse();
    assertRefused("glint.exemplar.span.marking", "exemplar");
  }

  @ParameterizedTest
  @CsvSource({
    "'', CUMULATIVE, CUMULATIVE, CUMULATIVE",
    "cumulative, CUMULATIVE, CUMULATIVE, CUMULATIVE",
    "delta, DELTA, DELTA, CUMULATIVE",
    "DELTA, DELTA, DELTA, CUMULATIVE",
    "lowmemory, DELTA, CUMULATIVE, CUMULATIVE"
  })
  void theTemporalityPreferenceIsOneOfThree(
      String value,
      AggregationTemporality counter,
      AggregationTemporality observedCounter,
      AggregationTemporality upDownCounter) {
    final var selector =
        settings("otel.exporter.otlp.metrics.temporality.preference", value).temporality();
    assertThat(selector.getAggregationTemporality(InstrumentType.COUNTER)).isEqualTo(counter);
    assertThat(selector.getAggregationTemporality(InstrumentType.OBSERVABLE_COUNTER))
        .isEqualTo(observedCounter);
    assertThat(selector.getAggregationTemporality(InstrumentType.UP_DOWN_COUNTER))
        .isEqualTo(upDownCounter);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void anUnknownTemporalityIsRefused() {
    assertThat(
            settings("otel.exporter.otlp.metrics.temporality.preference", "detla")
                .temporality()
                .getAggregationTemporality(InstrumentType.COUNTER))
        .isEqualTo(AggregationTemporality.CUMULATIVE);
    assertRefused("otel.exporter.otlp.metrics.temporality.preference", "detla");
  }

  @ParameterizedTest
  @CsvSource({
    "'', Default",
    "explicit_bucket_histogram, Default",
    "BASE2_EXPONENTIAL_BUCKET_HISTOGRAM, Base2Exponential"
  })
  void theHistogramAggregationIsOneOfTwo(String value, String aggregation) {
    for (final boolean isOtlp : new boolean[] {true, false}) {
      final MetricSettings settings =
          settings(
              isOtlp
                  ? "otel.exporter.otlp.metrics.default.histogram.aggregation"
                  : "otel.java.experimental.exporter.prometheus.metrics.default.histogram.aggregation",
              value);
      assertThat(
              (isOtlp ? settings.otlpAggregation() : settings.prometheusAggregation())
                  .getDefaultAggregation(InstrumentType.HISTOGRAM)
                  .toString())
          .startsWith(aggregation);
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void anUnknownHistogramAggregationIsRefused() {
    settings("otel.exporter.otlp.metrics.default.histogram.aggregation", "hdr").otlpAggregation();
    assertRefused("otel.exporter.otlp.metrics.default.histogram.aggregation", "hdr");
  }

  @ParameterizedTest
  @CsvSource({"true, true", "TRUE, true", "false, false", "'', false"})
  void aSwitchIsTrueOrFalse(String value, boolean expected) {
    assertThat(
            settings("otel.java.exporter.otlp.retry.disabled", value)
                .settings()
                .isTrue("otel.java.exporter.otlp.retry.disabled"))
        .isEqualTo(expected);
    assertThat(log.warnings()).isEmpty();
    assertThat(
            settings("otel.java.exporter.otlp.retry.disabled", "yes")
                .settings()
                .isTrue("otel.java.exporter.otlp.retry.disabled"))
        .isFalse();
    assertRefused("otel.java.exporter.otlp.retry.disabled", "yes");
  }

  // ------------------------------------------------------------------ numbers and times

  @ParameterizedTest
  @CsvSource({"'', 60000", "5000, 5000", "5s, 5000", "2m, 120000", "1, 1"})
  void theIntervalIsATime(String value, long millis) {
    assertThat(settings("otel.metric.export.interval", value).interval().toMillis())
        .isEqualTo(millis);
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-5", "abc", "10x", "99999999999999999999"})
  void aMalformedIntervalIsRefused(String value) {
    assertThat(settings("otel.metric.export.interval", value).interval())
        .isEqualTo(Duration.ofMinutes(1));
    assertRefused("otel.metric.export.interval", value);
  }

  @ParameterizedTest
  @CsvSource({"'', 30000", "100, 100", "0, 0"})
  void theExportTimeoutIsATimeOrNone(String value, long millis) {
    assertThat(settings("otel.metric.export.timeout", value).timeout().toMillis())
        .isEqualTo(millis);
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "soon"})
  void aMalformedExportTimeoutIsRefused(String value) {
    assertThat(settings("otel.metric.export.timeout", value).timeout())
        .isEqualTo(Duration.ofSeconds(30));
    assertRefused("otel.metric.export.timeout", value);
  }

  @ParameterizedTest
  @CsvSource({"'', '', 10000", "7000, '', 7000", "7000, 300, 300", "'', 0, 0"})
  void theOtlpTimeoutOfMetricsWins(String all, String metrics, long millis) {
    assertThat(
            settings(
                    "otel.exporter.otlp.timeout",
                    all,
                    "otel.exporter.otlp.metrics.timeout",
                    metrics)
                .otlpTimeout()
                .toMillis())
        .isEqualTo(millis);
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', 2000", "5, 5"})
  void theCardinalityLimitIsANumber(String value, int limit) {
    assertThat(settings("otel.java.metrics.cardinality.limit", value).cardinalityLimit())
        .isEqualTo(limit);
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "1.5"})
  void aMalformedCardinalityLimitIsRefused(String value) {
    assertThat(settings("otel.java.metrics.cardinality.limit", value).cardinalityLimit())
        .isEqualTo(2000);
    assertRefused("otel.java.metrics.cardinality.limit", value);
  }

  @Test
  void thePrometheusAddressHasDefaults() {
    assertThat(settings().prometheusHost()).isEqualTo("localhost");
    assertThat(settings().prometheusPort()).isEqualTo(9464);
    assertThat(settings("otel.exporter.prometheus.port", "0").prometheusPort()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "65536", "http"})
  void aMalformedPortIsRefused(String value) {
    assertThat(settings("otel.exporter.prometheus.port", value).prometheusPort()).isEqualTo(9464);
    assertRefused("otel.exporter.prometheus.port", value);
  }

  // ------------------------------------------------------------------ all of it

  @Test
  void everyEmptyValueIsAsIfUnset() {
    final Map<String, String> settings = new HashMap<>();
    for (final String key :
        List.of(
            "otel.metrics.exporter",
            "otel.metrics.exemplar.filter",
            "otel.java.metrics.cardinality.limit",
            "otel.metric.export.interval",
            "otel.metric.export.timeout",
            "otel.metric.export.max.batch.size",
            "otel.exporter.otlp.endpoint",
            "otel.exporter.otlp.metrics.endpoint",
            "otel.exporter.otlp.metrics.protocol",
            "otel.exporter.otlp.headers",
            "otel.exporter.otlp.metrics.headers",
            "otel.exporter.otlp.compression",
            "otel.exporter.otlp.metrics.compression",
            "otel.exporter.otlp.timeout",
            "otel.exporter.otlp.metrics.timeout",
            "otel.exporter.otlp.certificate",
            "otel.exporter.otlp.metrics.certificate",
            "otel.exporter.otlp.metrics.client.key",
            "otel.exporter.otlp.metrics.client.certificate",
            "otel.exporter.otlp.metrics.temporality.preference",
            "otel.exporter.otlp.metrics.default.histogram.aggregation",
            "otel.java.exporter.otlp.retry.disabled",
            "otel.java.exporter.memory_mode",
            "otel.exporter.prometheus.host",
            "otel.exporter.prometheus.port",
            "glint.exemplar.span.marking",
            "glint.exemplar.span.marking.key",
            "glint.exporters",
            "glint.prometheus.live.page",
            "glint.prometheus.trace.url.template",
            "glint.otlp.max.request.size",
            "glint.otlp.max.pending.series",
            "glint.otlp.resend.unanswered",
            "glint.otlp.pending.file")) {
      settings.put(key, "");
    }
    settings.put("otel.exporter.otlp.protocol", "http/protobuf");
    settings.put("otel.traces.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    final OpenTelemetry openTelemetry =
        GlintAutoConfiguration.build(
            AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> settings));
    assertThat(log.warnings()).isEmpty();
    assertThat(openTelemetry.getMeterProvider().toString())
        .contains("http://localhost:4318/v1/metrics", "interval=PT1M", "exportTimeout=PT30S");
  }

  @ParameterizedTest
  @CsvSource({
    "otel.metrics.exporter, 'otlp,nonsense'",
    "otel.metrics.exemplar.filter, nonsense",
    "otel.java.metrics.cardinality.limit, nonsense",
    "otel.java.metrics.cardinality.limit, 0",
    "otel.metric.export.interval, nonsense",
    "otel.metric.export.interval, 0",
    "otel.metric.export.timeout, nonsense",
    "otel.metric.export.max.batch.size, nonsense",
    "otel.exporter.otlp.metrics.temporality.preference, nonsense",
    "otel.exporter.otlp.metrics.default.histogram.aggregation, nonsense",
    "otel.exporter.otlp.metrics.compression, nonsense",
    "otel.exporter.otlp.metrics.endpoint, nonsense",
    "otel.exporter.otlp.metrics.protocol, nonsense",
    "otel.exporter.otlp.metrics.timeout, nonsense",
    "otel.exporter.otlp.metrics.headers, nonsense",
    "otel.exporter.otlp.metrics.certificate, /no/such/file",
    "otel.exporter.otlp.metrics.client.key, /no/such/file",
    "otel.java.exporter.memory_mode, nonsense",
    "otel.java.exporter.otlp.retry.disabled, nonsense",
    "glint.exemplar.span.marking, nonsense",
    "glint.exporters, nonsense",
    "glint.otlp.max.request.size, 0",
    "glint.otlp.max.pending.series, -1",
    "glint.otlp.resend.unanswered, nonsense",
    "glint.otlp.pending.file, 'no\0path'"
  })
  void aMalformedSettingOfMetricsIsToldOnceAndTakesNothingDown(String key, String value) {
    final Map<String, String> settings = new HashMap<>();
    settings.put("otel.exporter.otlp.protocol", "http/protobuf");
    settings.put("otel.exporter.otlp.endpoint", "http://127.0.0.1:1");
    settings.put("otel.traces.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    settings.put(key, value);
    final OpenTelemetry openTelemetry =
        GlintAutoConfiguration.build(
            AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> settings));
    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    // The log has no values of headers, which may be secrets, and no control characters.
    assertRefused(key, key.endsWith("headers") ? "..." : value.replace('\0', ' '));
  }

  @Test
  void aPortInUseCostsTheEndpointOnly() throws Exception {
    final HttpServer occupant =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("localhost"), 0), 0);
    try {
      final MetricReader reader =
          new PrometheusProvider()
              .createMetricReader(
                  config(
                      "otel.exporter.prometheus.port",
                      String.valueOf(occupant.getAddress().getPort())));
      assertThat(reader).isNotInstanceOf(OpenMetricsServer.class);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains(
              "localhost:" + occupant.getAddress().getPort(), "otel.exporter.prometheus.port");
    } finally {
      occupant.stop(0);
    }
  }

  @Test
  void theOtlpExporterSendsHeadersAndCompressionToTheEndpointOfMetrics() throws Exception {
    try (OtlpServer receiver = new OtlpServer()) {
      final Map<String, String> settings = new HashMap<>();
      settings.put("otel.exporter.otlp.protocol", "http/protobuf");
      settings.put("otel.exporter.otlp.endpoint", "http://127.0.0.1:1");
      settings.put("otel.exporter.otlp.metrics.endpoint", receiver.url("") + "/own/path");
      settings.put("otel.exporter.otlp.headers", "all=1");
      settings.put("otel.exporter.otlp.metrics.headers", "api-key=a%20b+c,tenant=blue");
      settings.put("otel.exporter.otlp.compression", "gzip");
      settings.put("otel.traces.exporter", "none");
      settings.put("otel.logs.exporter", "none");
      final GlintOpenTelemetry openTelemetry =
          (GlintOpenTelemetry)
              GlintAutoConfiguration.build(
                  AutoConfiguredOpenTelemetrySdk.builder()
                      .disableShutdownHook()
                      .addPropertiesSupplier(() -> settings));
      openTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
      openTelemetry.close();

      assertThat(receiver.received)
          .extracting(OtlpServer.Received::uri)
          .containsExactly("/own/path");
      assertThat(receiver.received.get(0).headers())
          .containsEntry("Api-key", List.of("a b+c"))
          .containsEntry("Tenant", List.of("blue"))
          .containsEntry("Content-encoding", List.of("gzip"))
          .doesNotContainKey("All");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, 4000000",
    "http/protobuf, 20000000",
  })
  void settingsOfGlintsOwnHaveTheDefaultsOfTheBuilder(String protocol, int maxRequestSize) {
    Assumptions.assumeTrue(!protocol.equals("grpc") || hasSenders());
    try (var exporter =
        new OtlpProvider().createExporter(config("otel.exporter.otlp.protocol", protocol))) {
      assertThat(exporter.toString())
          .contains(
              "maxRequestSize=" + maxRequestSize + ",",
              "maxPendingSeries=100000,",
              "resendUnanswered=false",
              "pendingFile=null");
    }
  }

  @Test
  void settingsOfGlintsOwnAreThoseOfTheExporter(@TempDir Path folder) {
    final Path file = folder.resolve("pending");
    try (var exporter =
        new OtlpProvider()
            .createExporter(
                config(
                    "otel.exporter.otlp.protocol",
                    "http/protobuf",
                    "glint.otlp.max.request.size",
                    "1000000",
                    "glint.otlp.max.pending.series",
                    "0",
                    "glint.otlp.resend.unanswered",
                    "TRUE",
                    "glint.otlp.pending.file",
                    file.toString()))) {
      assertThat(exporter.toString())
          .contains(
              "maxRequestSize=1000000,",
              "maxPendingSeries=0,",
              "resendUnanswered=true",
              "pendingFile=" + file);
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theExportersNamesAreThoseOfTheService() {
    try (var exporter =
        new OtlpProvider().createExporter(config("otel.exporter.otlp.protocol", "http/protobuf"))) {
      assertThat(exporter).isInstanceOf(OtlpMetricExporter.class);
      assertThat(exporter.toString()).contains("http://localhost:4318/v1/metrics");
    }
  }
}
