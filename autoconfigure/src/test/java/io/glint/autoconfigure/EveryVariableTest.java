package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.LogCapture;
import io.glint.testing.TestIdentity;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A table of every environment variable: its default, values that are accepted, and values that are
 * not. What the values of a variable do to metrics that are exported is tested elsewhere.
 */
@Tag("long")
@Timeout(60)
class EveryVariableTest {
  /** No value at all. */
  private static final String UNSET = "(unset)";

  /** How a row says that the value is malformed. */
  private static final String MALFORMED = "malformed";

  /**
   * These are read by the stock auto-configuration, whose resource and decision Glint uses. {@link
   * TakeoverTest} has them.
   */
  private static final Set<String> OF_STOCK = Set.of("OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME");

  private static final List<String> ROWS =
      """
      # variable | value | what it makes, or malformed and what is used instead
      OTEL_RESOURCE_ATTRIBUTES | (unset) | resource={}.
      OTEL_RESOURCE_ATTRIBUTES | team=blue,site=a%20b | resource={site=a%20b, team=blue}.
      OTEL_RESOURCE_ATTRIBUTES | team | malformed resource={}.
      OTEL_RESOURCE_ATTRIBUTES | team=blue,=a | malformed resource={}.
      OTEL_METRICS_EXPORTER | (unset) | exporters=glint_otlp.
      OTEL_METRICS_EXPORTER | otlp | exporters=glint_otlp.
      OTEL_METRICS_EXPORTER | prometheus,console | exporters=glint_prometheus,console.
      OTEL_METRICS_EXPORTER | none | exporters=none.
      OTEL_METRICS_EXPORTER | prometheus,oltp | malformed exporters=glint_prometheus.
      OTEL_METRICS_EXPORTER | OTLP,Console | exporters=glint_otlp,console.
      OTEL_METRICS_EXPORTER | None | exporters=none.
      OTEL_METRICS_EXPORTER | otlp,OTLP | exporters=glint_otlp.
      OTEL_METRICS_EXPORTER | , | exporters=glint_otlp.
      GLINT_EXPORTERS | (unset) | exporters=glint_otlp.
      GLINT_EXPORTERS | Glint | exporters=glint_otlp.
      GLINT_EXPORTERS | stock | exporters=otlp.
      GLINT_EXPORTERS | both | malformed exporters=glint_otlp.
      OTEL_METRICS_EXEMPLAR_FILTER | (unset) | filter=trace_based.
      OTEL_METRICS_EXEMPLAR_FILTER | trace_based | filter=trace_based.
      OTEL_METRICS_EXEMPLAR_FILTER | ALWAYS_ON | filter=always_on.
      OTEL_METRICS_EXEMPLAR_FILTER | always_off | filter=always_off.
      OTEL_METRICS_EXEMPLAR_FILTER | with_sampled_trace | malformed filter=trace_based.
      GLINT_EXEMPLAR_SPAN_MARKING | (unset) | marksSpans=false.
      GLINT_EXEMPLAR_SPAN_MARKING | true | marksSpans=true.
      GLINT_EXEMPLAR_SPAN_MARKING | FALSE | marksSpans=false.
      GLINT_EXEMPLAR_SPAN_MARKING | yes | malformed marksSpans=false.
      GLINT_EXEMPLAR_SPAN_MARKING_KEY | (unset) | spanMark=null.
      GLINT_EXEMPLAR_SPAN_MARKING_KEY | sampling.keep | spanMark=sampling.keep.
      OTEL_JAVA_METRICS_CARDINALITY_LIMIT | (unset) | limit=2000.
      OTEL_JAVA_METRICS_CARDINALITY_LIMIT | 1 | limit=1.
      OTEL_JAVA_METRICS_CARDINALITY_LIMIT | 0 | malformed limit=2000.
      OTEL_JAVA_METRICS_CARDINALITY_LIMIT | 99999999999 | malformed limit=2000.
      OTEL_METRIC_EXPORT_INTERVAL | (unset) | interval=PT1M.
      OTEL_METRIC_EXPORT_INTERVAL | 5000 | interval=PT5S.
      OTEL_METRIC_EXPORT_INTERVAL | 2m | interval=PT2M.
      OTEL_METRIC_EXPORT_INTERVAL | 0 | malformed interval=PT1M.
      OTEL_METRIC_EXPORT_INTERVAL | -5 | malformed interval=PT1M.
      OTEL_METRIC_EXPORT_INTERVAL | often | malformed interval=PT1M.
      OTEL_METRIC_EXPORT_TIMEOUT | (unset) | timeout=PT30S.
      OTEL_METRIC_EXPORT_TIMEOUT | 700 | timeout=PT0.7S.
      OTEL_METRIC_EXPORT_TIMEOUT | 0 | timeout=PT0S.
      OTEL_METRIC_EXPORT_TIMEOUT | -1 | malformed timeout=PT30S.
      OTEL_METRIC_EXPORT_TIMEOUT | 1 week | malformed timeout=PT30S.
      OTEL_METRIC_EXPORT_MAX_BATCH_SIZE | (unset) | batch=2147483647.
      OTEL_METRIC_EXPORT_MAX_BATCH_SIZE | 500 | batch=500.
      OTEL_METRIC_EXPORT_MAX_BATCH_SIZE | 0 | malformed batch=2147483647.
      OTEL_METRIC_EXPORT_MAX_BATCH_SIZE | 1.5 | malformed batch=2147483647.
      OTEL_EXPORTER_OTLP_PROTOCOL | http/json | protocol=http/json,
      OTEL_EXPORTER_OTLP_PROTOCOL | HTTP/Protobuf | protocol=http/protobuf,
      OTEL_EXPORTER_OTLP_PROTOCOL | http | malformed protocol=http/protobuf,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL | (unset) | protocol=http/protobuf,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL | http/json | protocol=http/json,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL | thrift | malformed protocol=http/protobuf,
      OTEL_EXPORTER_OTLP_ENDPOINT | (unset) | endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | https://collector/base | endpoint=https://collector/base/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | htp://collector | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | HTTP://collector | endpoint=http://collector/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http:// | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http://a collector | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http://collector:0 | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http://collector:99999 | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http://collector?a | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | http://me:secret@collector?a | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_ENDPOINT | collector | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT | (unset) | endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT | http://collector/own | endpoint=http://collector/own,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT | http:// | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT | collector | malformed endpoint=http://localhost:4318/v1/metrics,
      OTEL_EXPORTER_OTLP_HEADERS | (unset) | headers=[],
      OTEL_EXPORTER_OTLP_HEADERS | tenant=blue,key=a%20b | headers=[key, tenant],
      OTEL_EXPORTER_OTLP_HEADERS | tenant | malformed headers=[],
      OTEL_EXPORTER_OTLP_HEADERS | tenant=%zz | malformed headers=[],
      OTEL_EXPORTER_OTLP_HEADERS | tenant=blue,my key=secret | malformed headers=[tenant],
      OTEL_EXPORTER_OTLP_HEADERS | tenant=blue,key=secret%0Abegin | malformed headers=[tenant],
      OTEL_EXPORTER_OTLP_METRICS_HEADERS | (unset) | headers=[],
      OTEL_EXPORTER_OTLP_METRICS_HEADERS | tenant=blue | headers=[tenant],
      OTEL_EXPORTER_OTLP_METRICS_HEADERS | =blue | malformed headers=[],
      OTEL_EXPORTER_OTLP_COMPRESSION | (unset) | compression=NONE,
      OTEL_EXPORTER_OTLP_COMPRESSION | GZIP | compression=GZIP,
      OTEL_EXPORTER_OTLP_COMPRESSION | none | compression=NONE,
      OTEL_EXPORTER_OTLP_COMPRESSION | zip | malformed compression=NONE,
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION | (unset) | compression=NONE,
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION | gzip | compression=GZIP,
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION | zip | malformed compression=NONE,
      OTEL_EXPORTER_OTLP_TIMEOUT | (unset) | timeout=PT10S,
      OTEL_EXPORTER_OTLP_TIMEOUT | 7000 | timeout=PT7S,
      OTEL_EXPORTER_OTLP_TIMEOUT | 0 | timeout=PT0S,
      OTEL_EXPORTER_OTLP_TIMEOUT | -1 | malformed timeout=PT10S,
      OTEL_EXPORTER_OTLP_TIMEOUT | soon | malformed timeout=PT10S,
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT | (unset) | timeout=PT10S,
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT | 300 | timeout=PT0.3S,
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT | soon | malformed timeout=PT10S,
      OTEL_EXPORTER_OTLP_CERTIFICATE | (unset) | protocol=
      OTEL_EXPORTER_OTLP_CERTIFICATE | (certificate) | protocol=
      OTEL_EXPORTER_OTLP_CERTIFICATE | /no/such/file | malformed protocol=
      OTEL_EXPORTER_OTLP_CERTIFICATE | (broken) | malformed protocol=
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE | (unset) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE | (certificate) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE | (text) | malformed protocol=
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE | (broken) | malformed protocol=
      OTEL_EXPORTER_OTLP_CLIENT_KEY | (unset) | protocol=
      OTEL_EXPORTER_OTLP_CLIENT_KEY | (key) | protocol=
      OTEL_EXPORTER_OTLP_CLIENT_KEY | /no/such/file | malformed protocol=
      OTEL_EXPORTER_OTLP_CLIENT_KEY | (broken) | malformed protocol=
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE | (unset) | protocol=
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE | (certificate) | protocol=
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE | (alone) | malformed protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY | (unset) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY | (key) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY | (alone) | malformed protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE | (unset) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE | (certificate) | protocol=
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE | /no/such/file | malformed protocol=
      OTEL_EXPORTER_OTLP_INSECURE | (unset) | url=https://collector:4317.
      OTEL_EXPORTER_OTLP_INSECURE | True | url=http://collector:4317.
      OTEL_EXPORTER_OTLP_INSECURE | false | url=https://collector:4317.
      OTEL_EXPORTER_OTLP_INSECURE | yes | malformed url=https://collector:4317.
      OTEL_EXPORTER_OTLP_METRICS_INSECURE | (unset) | url=https://collector:4317.
      OTEL_EXPORTER_OTLP_METRICS_INSECURE | true | url=http://collector:4317.
      OTEL_EXPORTER_OTLP_METRICS_INSECURE | 1 | malformed url=https://collector:4317.
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE | (unset) | COUNTER=CUMULATIVE, UP_DOWN_COUNTER=CUMULATIVE, HISTOGRAM=CUMULATIVE
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE | Delta | COUNTER=DELTA, UP_DOWN_COUNTER=CUMULATIVE, HISTOGRAM=DELTA, OBSERVABLE_COUNTER=DELTA
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE | lowmemory | COUNTER=DELTA, UP_DOWN_COUNTER=CUMULATIVE, HISTOGRAM=DELTA, OBSERVABLE_COUNTER=CUMULATIVE
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE | low_memory | malformed COUNTER=CUMULATIVE, UP_DOWN_COUNTER=CUMULATIVE
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | (unset) | histogramAggregation=Default
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | explicit_bucket_histogram | histogramAggregation=Default
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | BASE2_exponential_bucket_histogram | histogramAggregation=Base2
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | hdr | malformed histogramAggregation=Default
      OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED | (unset) | retryPolicy=RetryPolicy{
      OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED | TRUE | retryPolicy=null,
      OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED | false | retryPolicy=RetryPolicy{
      OTEL_JAVA_EXPORTER_OTLP_RETRY_DISABLED | yes | malformed retryPolicy=RetryPolicy{
      GLINT_OTLP_MAX_REQUEST_SIZE | (unset) | maxRequestSize=20000000,
      GLINT_OTLP_MAX_REQUEST_SIZE | 1000 | maxRequestSize=1000,
      GLINT_OTLP_MAX_REQUEST_SIZE | 0 | malformed maxRequestSize=20000000,
      GLINT_OTLP_MAX_PENDING_SERIES | (unset) | maxPendingSeries=100000,
      GLINT_OTLP_MAX_PENDING_SERIES | 0 | maxPendingSeries=0,
      GLINT_OTLP_MAX_PENDING_SERIES | -1 | malformed maxPendingSeries=100000,
      GLINT_OTLP_RESEND_UNANSWERED | (unset) | resendUnanswered=false,
      GLINT_OTLP_RESEND_UNANSWERED | true | resendUnanswered=true,
      GLINT_OTLP_RESEND_UNANSWERED | 1 | malformed resendUnanswered=false,
      GLINT_OTLP_PENDING_FILE | (unset) | pendingFile=null}
      GLINT_OTLP_PENDING_FILE | /var/pending | pendingFile=/var/pending}
      GLINT_OTLP_PENDING_FILE | (nul) | malformed pendingFile=null}
      OTEL_EXPORTER_PROMETHEUS_HOST | (unset) | host=localhost.
      OTEL_EXPORTER_PROMETHEUS_HOST | 0.0.0.0 | host=0.0.0.0.
      OTEL_EXPORTER_PROMETHEUS_PORT | (unset) | port=9464.
      OTEL_EXPORTER_PROMETHEUS_PORT | 0 | port=0.
      OTEL_EXPORTER_PROMETHEUS_PORT | 65536 | malformed port=9464.
      OTEL_EXPORTER_PROMETHEUS_PORT | http | malformed port=9464.
      GLINT_PROMETHEUS_LIVE_PAGE | (unset) | livePage=null.
      GLINT_PROMETHEUS_LIVE_PAGE | True | livePage=true.
      GLINT_PROMETHEUS_LIVE_PAGE | false | livePage=false.
      GLINT_PROMETHEUS_LIVE_PAGE | yes | malformed livePage=null.
      GLINT_PROMETHEUS_TRACE_URL_TEMPLATE | (unset) | traceUrl=null.
      GLINT_PROMETHEUS_TRACE_URL_TEMPLATE | https://traces/{traceId}?span={spanId} | traceUrl=https://traces/{traceId}?span={spanId}.
      GLINT_PROMETHEUS_TRACE_URL_TEMPLATE | /traces/{traceId} | traceUrl=/traces/{traceId}.
      GLINT_PROMETHEUS_TRACE_URL_TEMPLATE | https://traces/ | malformed traceUrl=null.
      GLINT_PROMETHEUS_TRACE_URL_TEMPLATE | javascript:{traceId} | malformed traceUrl=null.
      OTEL_JAVA_EXPERIMENTAL_EXPORTER_PROMETHEUS_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | (unset) | prometheusHistogram=Default
      OTEL_JAVA_EXPERIMENTAL_EXPORTER_PROMETHEUS_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | base2_exponential_bucket_histogram | prometheusHistogram=Base2
      OTEL_JAVA_EXPERIMENTAL_EXPORTER_PROMETHEUS_METRICS_DEFAULT_HISTOGRAM_AGGREGATION | hdr | malformed prometheusHistogram=Default
      OTEL_JAVA_EXPORTER_MEMORY_MODE | (unset) | memoryMode=null.
      OTEL_JAVA_EXPORTER_MEMORY_MODE | reusable_data | memoryMode=null.
      OTEL_JAVA_EXPORTER_MEMORY_MODE | immutable_data | memoryMode=immutable_data.
      OTEL_JAVA_EXPORTER_MEMORY_MODE | none | malformed memoryMode=null.
      OTEL_EXPERIMENTAL_SDK_TELEMETRY_VERSION | (unset) | telemetryVersion=null.
      OTEL_EXPERIMENTAL_SDK_TELEMETRY_VERSION | latest | telemetryVersion=latest.
      OTEL_EXPERIMENTAL_SDK_TELEMETRY_VERSION | newest | malformed telemetryVersion=null.
      """
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();

  @TempDir private static Path folder;
  private static TestIdentity identity;
  private static Path text;
  private static Path broken;

  private final LogCapture log = new LogCapture(GlintAutoConfiguration.class);

  @BeforeAll
  static void makeFiles() throws IOException {
    identity = TestIdentity.of(folder, "client", "localhost");
    text = Files.writeString(folder.resolve("text.pem"), "no certificate");
    broken =
        Files.writeString(
            folder.resolve("broken.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  }

  @AfterEach
  void close() {
    log.close();
  }

  /** A line of the table. */
  private record Row(String variable, String value, boolean isMalformed, String expected) {
    static Row of(String line) {
      final String[] cells = line.split(" \\| ", 3);
      final boolean isMalformed = cells[2].startsWith(MALFORMED);
      return new Row(
          cells[0],
          cells[1],
          isMalformed,
          isMalformed ? cells[2].substring(MALFORMED.length() + 1) : cells[2]);
    }

    String key() {
      return variable
          .toLowerCase(Locale.ROOT)
          .replace('_', '.')
          .replace("memory.mode", "memory_mode");
    }

    /** The row, and what belongs to it. */
    Map<String, String> settings() {
      final Map<String, String> settings = new HashMap<>();
      settings.put("otel.exporter.otlp.protocol", "http/protobuf");
      switch (value) {
        case UNSET -> {}
        case "(certificate)", "(key)" -> {
          settings.put(
              key(), (value.equals("(key)") ? identity.key() : identity.certificate()).toString());
          if (key().endsWith("client.key")) {
            settings.put(key().replace(".key", ".certificate"), identity.certificate().toString());
          } else if (key().endsWith("client.certificate")) {
            settings.put(key().replace(".certificate", ".key"), identity.key().toString());
          }
        }
        case "(alone)" ->
            settings.put(
                key(),
                (key().endsWith("key") ? identity.key() : identity.certificate()).toString());
        case "(text)" -> settings.put(key(), text.toString());
        case "(broken)" -> settings.put(key(), broken.toString());
        case "(nul)" -> settings.put(key(), "no\0path");
        default -> settings.put(key(), value);
      }
      return settings;
    }
  }

  static List<String> rows() {
    return ROWS;
  }

  /** All that the settings make, as text. */
  private static String made(Map<String, String> settings) {
    final DefaultConfigProperties config = DefaultConfigProperties.createFromMap(settings);
    final DefaultConfigProperties effective =
        config.withOverrides(MetricSettings.overrides(config));
    final MetricSettings made = new MetricSettings(effective);
    final String url = OtlpProvider.url("collector:4317", made.settings(), /* isGrpc= */ true);
    try (MetricExporter otlp = new OtlpProvider().createExporter(effective)) {
      return Stream.of(
              "resource=" + new TreeMap<>(effective.getMap("otel.resource.attributes")),
              "exporters=" + effective.getString("otel.metrics.exporter"),
              "filter=" + made.exemplarFilter(),
              "marksSpans=" + made.marksSpans(),
              "spanMark=" + made.spanMarkKey(),
              "limit=" + made.cardinalityLimit(),
              "interval=" + made.interval(),
              "timeout=" + made.timeout(),
              "batch=" + made.maxBatchSize(),
              "url=" + url,
              "host=" + made.prometheusHost(),
              "port=" + made.prometheusPort(),
              "livePage=" + made.livePage(),
              "traceUrl=" + made.traceUrlTemplate(),
              "prometheusHistogram="
                  + made.prometheusAggregation().getDefaultAggregation(InstrumentType.HISTOGRAM),
              "memoryMode=" + emptyIsNull(effective.getString("otel.java.exporter.memory_mode")),
              "telemetryVersion=" + effective.getString("otel.experimental.sdk.telemetry.version"),
              otlp.toString())
          .collect(Collectors.joining(".\n"));
    }
  }

  private static String emptyIsNull(String value) {
    return value == null || value.isEmpty() ? null : value;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void eachVariableHasItsDefaultAndAcceptedValuesAndMalformedOnesAreTold(String line) {
    final Row row = Row.of(line);
    final Map<String, String> settings = row.settings();
    assertThat(made(settings)).contains(row.expected());
    if (!row.isMalformed()) {
      assertThat(log.warnings()).isEmpty();
      return;
    }
    final String value = settings.get(row.key());
    assertThat(log.warnings())
        .as("told once")
        .singleElement()
        .asString()
        .contains(row.key() + " (" + row.variable() + ") is '")
        .contains(shown(row, value) + "', which is not accepted. It must be ")
        .contains("Used instead: ")
        .doesNotContain("secret");
  }

  /** What the log has of a malformed value: no secrets, and nothing that could forge a line. */
  private static String shown(Row row, String value) {
    final String refused = value.substring(value.indexOf(',') + 1);
    return row.key().endsWith("headers")
        ? refused.substring(0, refused.indexOf('=') + 1) + "..."
        : refused.replace('\0', ' ').replace("me:secret@", "...@");
  }

  /** With the stock exporters of metrics too, which would refuse by an exception. */
  @ParameterizedTest
  @MethodSource("rows")
  void noMalformedValueEndsTracesOrLogsWhoeverExportsMetrics(String line) {
    final Row row = Row.of(line);
    if (!row.isMalformed() && !row.value().equals(UNSET)) {
      return;
    }
    for (final String exporters : List.of("glint", "stock")) {
      final Map<String, String> settings = row.settings();
      settings.putIfAbsent("otel.metrics.exporter", "otlp");
      // Nobody listens, and the last export is not to be tried again and again.
      settings.putIfAbsent("otel.java.exporter.otlp.retry.disabled", "true");
      settings.putIfAbsent("glint.exporters", exporters);
      settings.put("otel.traces.exporter", "otlp");
      settings.put("otel.logs.exporter", "otlp");
      if (row.value().equals(UNSET)) {
        settings.put(row.key(), "");
      }
      final OpenTelemetry openTelemetry =
          GlintAutoConfiguration.build(
              AutoConfiguredOpenTelemetrySdk.builder()
                  .disableShutdownHook()
                  .addPropertiesSupplier(() -> settings));
      try {
        assertThat(openTelemetry.getTracer("a").spanBuilder("b").startSpan().getSpanContext())
            .as("with exporters of " + exporters)
            .matches(span -> span.isSampled());
      } finally {
        if (openTelemetry instanceof GlintOpenTelemetry glint) {
          glint.close();
        }
      }
    }
  }

  /** So that none is forgotten. */
  @Test
  void theTableHasEachVariableOfTheDocument() throws IOException {
    final Set<String> documented = new TreeSet<>();
    final Pattern name = Pattern.compile("`(…|OTEL|GLINT)(_[A-Z0-9_]+)`");
    for (final String line : Files.readAllLines(Path.of("..", "docs", "autoconfigure.md"))) {
      if (line.startsWith("| `")) {
        final Matcher names = name.matcher(line.split("\\|", -1)[1]);
        while (names.find()) {
          documented.add(names.group(1).replace("…", "OTEL_EXPORTER_OTLP") + names.group(2));
        }
      }
    }
    documented.removeAll(OF_STOCK);
    final Map<String, List<Row>> rows =
        ROWS.stream().map(Row::of).collect(Collectors.groupingBy(Row::variable));
    assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(documented);
    final List<String> incomplete = new ArrayList<>();
    rows.forEach(
        (variable, ofVariable) -> {
          // A host and a key are any text. The default of the protocol depends on the class path,
          // as grpc does: MetricSettingsTest has both.
          final boolean isText =
              variable.equals("OTEL_EXPORTER_PROMETHEUS_HOST")
                  || variable.equals("GLINT_EXEMPLAR_SPAN_MARKING_KEY");
          final boolean isProtocol = variable.equals("OTEL_EXPORTER_OTLP_PROTOCOL");
          final boolean hasMalformed = isText || ofVariable.stream().anyMatch(Row::isMalformed);
          final boolean hasDefault =
              isProtocol || ofVariable.stream().anyMatch(row -> row.value().equals(UNSET));
          final boolean hasAccepted =
              ofVariable.stream().anyMatch(row -> !row.isMalformed() && !row.value().equals(UNSET));
          if (!hasMalformed || !hasDefault || !hasAccepted) {
            incomplete.add(variable);
          }
        });
    assertThat(incomplete).isEmpty();
  }

  /**
   * So that the document forgets none, either. Keys that are put together from parts are missed.
   */
  @Test
  void theTableHasEachKeyThatTheCodeReads() throws IOException {
    final Pattern literal = Pattern.compile("\"((?:otel|glint)\\.[a-z0-9_.-]*[a-z0-9])\"");
    final Set<String> read = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
      for (final Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        final Matcher keys = literal.matcher(Files.readString(source));
        while (keys.find()) {
          read.add(keys.group(1));
        }
      }
    }
    assertThat(read).hasSizeGreaterThan(25);
    // All others are ignored then: DeclarativeConfigurationTest.
    read.removeAll(Set.of("otel.config.file", "otel.experimental.config.file"));
    OF_STOCK.forEach(variable -> read.remove(variable.toLowerCase(Locale.ROOT).replace('_', '.')));
    assertThat(ROWS.stream().map(line -> Row.of(line).key())).containsAll(read);
  }
}
