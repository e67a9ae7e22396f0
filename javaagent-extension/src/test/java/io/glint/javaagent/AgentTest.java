package io.glint.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.glint.testing.OtlpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A service under the real Java agent, with the extension as users get it: five orders, a scrape, a
 * flush, two orders, and the end.
 */
@Timeout(300)
@Tag("long")
class AgentTest {
  private static final String VERSION = System.getProperty("glint.agent.version");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) .*");
  private static final Pattern TRACE_ID = Pattern.compile("trace_id=\"(\\w+)\"");

  private static final OtlpServer METRICS = new OtlpServer();
  private static final OtlpServer TRACES = new OtlpServer();

  private static List<String> linesOfGlint;
  private static String scraped;
  private static long ordersFlushed;
  private static int exitValue;
  private static Map<String, String> spans;

  @BeforeAll
  static void run() throws Exception {
    final Map<String, String> properties = new HashMap<>();
    properties.put("otel.service.name", "shop");
    properties.put("otel.metrics.exporter", "otlp,prometheus");
    properties.put("otel.exporter.otlp.protocol", "http/protobuf");
    properties.put("otel.exporter.otlp.metrics.endpoint", METRICS.url("/v1/metrics"));
    properties.put("otel.exporter.otlp.traces.endpoint", TRACES.url("/v1/traces"));
    properties.put("otel.metric.export.interval", "1h");
    properties.put("shop.bound", String.valueOf(hasBoundInstruments()));
    try (AgentProcess service = new AgentProcess(VERSION, AgentProcess.EXTENSION, properties)) {
      for (int i = 0; i < 5; i++) {
        service.ask("/order");
      }
      scraped = service.scrape();
      service.ask("/flush");
      ordersFlushed = orders();
      service.ask("/order");
      service.ask("/order");
      exitValue = service.end();
      linesOfGlint = service.linesOfGlint();
    }
    spans = exportedSpans();
  }

  @AfterAll
  static void close() {
    METRICS.close();
    TRACES.close();
  }

  /** The bridges of older agents do not have them. */
  private static boolean hasBoundInstruments() {
    final String[] parts = VERSION.split("\\.", 3);
    return Integer.parseInt(parts[0]) > 2 || Integer.parseInt(parts[1]) >= 31;
  }

  private static Metric metric(String name) {
    final Metric metric = METRICS.metrics().get(name);
    assertThat(metric).as(name).isNotNull();
    return metric;
  }

  /** Names of the spans that were exported, by the ids of their traces. */
  private static Map<String, String> exportedSpans() throws Exception {
    final Map<String, String> spans = new HashMap<>();
    for (final OtlpServer.Received request : TRACES.received) {
      for (final ResourceSpans resource :
          ExportTraceServiceRequest.parseFrom(request.body()).getResourceSpansList()) {
        for (final ScopeSpans scope : resource.getScopeSpansList()) {
          scope.getSpansList().forEach(span -> spans.put(hex(span.getTraceId()), span.getName()));
        }
      }
    }
    return spans;
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static long orders() {
    return metric("shop.orders").getSum().getDataPoints(0).getAsInt();
  }

  @Test
  void oneLineSaysThatGlintIsActiveItsVersionAndWhatItTookOver() {
    assertThat(linesOfGlint)
        .as("and no other line of Glint, as of metrics that the stock SDK records")
        .singleElement()
        .asString()
        .matches(
            ".* INFO .*Metrics are recorded by Glint \\d+\\.\\d+\\S*, in place of the stock SDK,"
                + " for GlintPeriodicMetricReader, OpenMetricsServer\\.");
  }

  @Test
  void metricsOfTheAgentAndOfTheApplicationAreThere() {
    assertThat(
            scraped.lines().map(TYPE::matcher).filter(Matcher::matches).map(type -> type.group(1)))
        .contains(
            "http_server_request_duration_seconds",
            "jvm_memory_used_bytes",
            "jvm_class_count",
            "db_client_connections_usage",
            "db_client_connections_use_time_milliseconds",
            "shop_orders",
            "shop_rows");
    assertThat(metric("jvm.memory.used").getSum().getDataPointsCount()).isPositive();
    assertThat(metric("db.client.connections.max").getSum().getDataPoints(0).getAsInt())
        .isEqualTo(2);
  }

  @Test
  void attributesAreTheFewThatTheAgentAdvises() {
    assertThat(
            metric("http.server.request.duration")
                .getHistogram()
                .getDataPoints(0)
                .getAttributesList())
        .extracting(attribute -> attribute.getKey())
        .contains("http.request.method", "http.response.status_code")
        .doesNotContain("client.address", "url.path", "user_agent.original");
  }

  @Test
  void exemplarsLeadToTracesThatWereExported() {
    final List<Exemplar> exemplars = new ArrayList<>();
    for (final String name : List.of("http.server.request.duration", "shop.rows")) {
      final Metric metric = metric(name);
      metric
          .getHistogram()
          .getDataPointsList()
          .forEach(
              point -> {
                assertThat(point.getExemplarsList()).as(name).isNotEmpty();
                exemplars.addAll(point.getExemplarsList());
              });
    }
    metric("shop.orders")
        .getSum()
        .getDataPointsList()
        .forEach(point -> exemplars.addAll(point.getExemplarsList()));
    assertThat(exemplars)
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(exemplar -> assertThat(traceId(exemplar)).isIn(spans.keySet()));
  }

  @Test
  void scrapedExemplarsLeadToTracesThatWereExported() {
    final Set<String> ids = new HashSet<>();
    final Matcher matcher = TRACE_ID.matcher(scraped);
    while (matcher.find()) {
      ids.add(matcher.group(1));
    }
    assertThat(ids).isNotEmpty().isSubsetOf(spans.keySet());
    assertThat(scraped)
        .containsPattern("http_server_request_duration_seconds_bucket\\{.*# \\{.*trace_id=")
        .containsPattern("shop_orders_total\\{.*# \\{.*trace_id=");
  }

  private static String traceId(Exemplar exemplar) {
    return hex(exemplar.getTraceId());
  }

  @Test
  void aFlushByTheAgentExports() {
    assertThat(ordersFlushed).isEqualTo(5);
  }

  @Test
  void theLastIntervalIsExportedAtTheEndOfTheProcess() {
    assertThat(exitValue).isZero();
    assertThat(orders()).isEqualTo(7);
  }

  @Test
  void boundInstrumentsOfTheApplicationRecord() {
    if (hasBoundInstruments()) {
      final NumberDataPoint point = metric("shop.bound").getSum().getDataPointsList().get(0);
      assertThat(point.getAsInt()).isEqualTo(7);
      assertThat(point.getAttributes(0).getValue().getStringValue()).isEqualTo("corner");
      assertThat(traceId(point.getExemplars(0))).isIn(spans.keySet());
    }
  }

  @Test
  void exportsAndScrapesOfGlintAreNotTraced() {
    assertThat(spans.values())
        .isNotEmpty()
        .noneMatch(name -> name.equals("POST") || name.contains("metrics"));
    assertThat(metric("http.server.request.duration").getHistogram().getDataPointsList())
        .as("orders and the flush")
        .singleElement()
        .satisfies(point -> assertThat(point.getCount()).isEqualTo(8));
  }
}
