package io.glint.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The shop with a real web server, with the Spring Boot of the module that runs this. */
@Tag("long")
@Timeout(120)
class ShopTest {
  @TempDir private Path directory;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final LogCapture log = new LogCapture();
  private ConfigurableApplicationContext context;

  @AfterEach
  void close() {
    if (context != null) {
      context.close();
    }
    log.close();
  }

  /** Keeps the spans, in the place of a collector. */
  @Configuration(proxyBeanMethods = false)
  static class Traces {
    @Bean
    KeptSpans keptSpans() {
      return new KeptSpans(new CopyOnWriteArrayList<>());
    }
  }

  record KeptSpans(List<SpanData> spans) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> exported) {
      spans.addAll(exported);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private void start(String... arguments) {
    final SpringApplication application = new SpringApplication(Shop.class, Traces.class);
    final List<String> all =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--server.tomcat.basedir=" + directory,
                "--server.address=127.0.0.1",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--logging.level.io.glint=info",
                // Of Spring Boot 4; see docs/spring-boot.md.
                "--management.otlp.metrics.export.enabled=false"));
    all.addAll(List.of(arguments));
    context = application.run(all.toArray(String[]::new));
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + context.getEnvironment().getProperty("local.server.port")
                        + path))
            .timeout(Duration.ofSeconds(30));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  private void checkOut() throws Exception {
    final HttpResponse<String> response =
        get("/checkout", "traceparent", "00-" + TRACE_ID + "-00f067aa0ba902b7-01");
    assertThat(response.body()).isEqualTo("paid");
  }

  private String scrape() throws Exception {
    final HttpResponse<String> response =
        get("/actuator/openmetrics", "Accept", "application/openmetrics-text;version=1.0.0");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    return response.body();
  }

  @Test
  void anExemplarAtTheActuatorHasTheTraceOfTheRequest() throws Exception {
    start();
    checkOut();
    final String page = scrape();
    assertThat(page.lines())
        .filteredOn(line -> line.startsWith("checkout_duration_seconds_bucket"))
        .anyMatch(line -> line.contains("# {") && line.contains("trace_id=\"" + TRACE_ID + "\""));
    assertThat(page).endsWith("# EOF\n");
    assertThat(log.messages())
        .singleElement()
        .asString()
        .startsWith("Metrics are recorded by Glint");

    context.close();
    assertThat(context.isActive()).isFalse();
    noThreadOfGlintIsLeft();
  }

  /** Actuator's cache would answer in the format that another scraper has asked for. */
  @Test
  void eachScrapeHasItsFormatAlsoWithActuatorsCache() throws Exception {
    start("--management.endpoint.openmetrics.cache.time-to-live=100s");
    assertThat(get("/actuator/openmetrics", "Accept", "text/plain").body())
        .doesNotContain("# EOF", "checkout_duration");
    checkOut();
    assertThat(scrape()).contains("checkout_duration_seconds_bucket").endsWith("# EOF\n");
  }

  @Test
  void whatAsksForTheStockSdkGetsItAndTracesAreOfIt() throws Exception {
    start();
    final OpenTelemetrySdk stock = context.getBean(OpenTelemetrySdk.class);
    final GlintOpenTelemetry glint = context.getBean(GlintOpenTelemetry.class);
    assertThat(glint.getTracerProvider()).isSameAs(stock.getTracerProvider());
    assertThat(glint.getPropagators()).isSameAs(stock.getPropagators());
  }

  @Test
  void theLastExportIsMadeWhenTheContextCloses() throws Exception {
    try (OtlpServer receiver = new OtlpServer()) {
      start("--otel.exporter.otlp.endpoint=" + receiver.url(""));
      checkOut();
      final KeptSpans traces = context.getBean(KeptSpans.class);
      assertThat(receiver.requests()).isEmpty();
      context.close();

      final HistogramDataPoint point =
          receiver.metrics().get("checkout.duration").getHistogram().getDataPoints(0);
      assertThat(point.getCount()).isEqualTo(1);
      final Set<String> exemplars =
          point.getExemplarsList().stream()
              .map(exemplar -> HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()))
              .collect(Collectors.toSet());
      assertThat(exemplars).containsExactly(TRACE_ID);
      assertThat(traces.spans()).extracting(SpanData::getTraceId).contains(TRACE_ID);
      assertThat(receiver.requests().get(0).getResourceMetrics(0).getResource().getAttributesList())
          .filteredOn(attribute -> attribute.getKey().equals("service.name"))
          .extracting(KeyValue::getValue)
          .extracting(value -> value.getStringValue())
          .containsExactly("shop");
      assertThat(receiver.metrics())
          .as("what Micrometer observes, and Spring Boot ends first")
          .containsKey("jvm.memory.used");
      assertThat(log.warnings()).isEmpty();
    }
    noThreadOfGlintIsLeft();
  }

  /** That of callbacks ends when it has been idle for a second. */
  private static void noThreadOfGlintIsLeft() {
    Await.until(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("glint")));
  }

  @Test
  void switchedOffTheApplicationIsAsBefore() {
    start("--glint.enabled=false");
    assertThat(context.getBeansOfType(GlintOpenTelemetry.class)).isEmpty();
    assertThat(context.getBeansOfType(OpenTelemetrySdk.class)).hasSize(1);
  }

  @Test
  void whatSpringBootRecordsReachesGlintAndActuatorsMetricsStay() throws Exception {
    start("--management.endpoints.web.exposure.include=openmetrics,metrics");
    checkOut();
    // It is recorded when the answer is out.
    List<String> requests = requestsOfCheckout();
    for (int i = 0; i < 600 && requests.isEmpty(); i++) {
      Thread.sleep(100);
      requests = requestsOfCheckout();
    }
    assertThat(requests)
        .as("an exemplar of the same trace")
        .anyMatch(line -> line.contains("trace_id=\"" + TRACE_ID + "\""));
    assertThat(scrape()).contains("\njvm_memory_used_bytes{");
    assertThat(get("/actuator/metrics/http.server.requests?tag=uri:/checkout").body())
        .contains("\"statistic\":\"COUNT\",\"value\":1.0");
    assertThat(log.warnings()).isEmpty();
  }

  private List<String> requestsOfCheckout() throws Exception {
    return scrape()
        .lines()
        .filter(line -> line.startsWith("http_server_requests_seconds_bucket{"))
        .filter(line -> line.contains("uri=\"/checkout\""))
        .toList();
  }
}
