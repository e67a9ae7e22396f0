package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server under the stock SDK's meter provider, scraped over HTTP. */
class OpenMetricsServerTest {

  private static final Attributes ROUTE =
      Attributes.of(AttributeKey.stringKey("http.route"), "/pay \"now\"\n");

  private final OpenMetricsServer server =
      OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
  private final ScrapeClient client = new ScrapeClient(server);
  private SdkMeterProvider meters;
  private Meter meter;

  @BeforeEach
  void start() {
    meters =
        SdkMeterProvider.builder()
            .setResource(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop")))
            .registerView(
                InstrumentSelector.builder().setName("filtered").build(),
                View.builder().setAttributeFilter(Set.of("kept")).build())
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerMetricReader(server)
            .build();
    meter = meters.meterBuilder("shop.lib").setInstrumentationVersion("1.0").build();
  }

  @AfterEach
  void stop() {
    meters.close();
  }

  @Test
  void everyInstrumentKindIsExposedAsOpenMetrics() throws Exception {
    recordOnEveryKind();
    final Exposition exposition = client.scrape().parsed();
    assertThat(exposition.familyNames())
        .containsExactly(
            "target",
            "async_counter",
            "async_gauge",
            "async_updown",
            "counter_bytes",
            "exact_counter",
            "exponential",
            "gauge_ratio",
            "latency_seconds",
            "updown");
    assertThat(exposition.family("target").samples.get(0).labels())
        .containsExactly(Map.entry("service_name", "shop"));
    assertThat(exposition.family("counter_bytes").type).isEqualTo("counter");
    assertThat(exposition.family("counter_bytes").unit).isEqualTo("bytes");
    assertThat(exposition.family("counter_bytes").samples.get(0).labels())
        .containsEntry("http_route", "/pay \"now\"\n")
        .containsEntry("otel_scope_name", "shop.lib")
        .containsEntry("otel_scope_version", "1.0");
    assertThat(exposition.family("exact_counter").samples.get(0).value())
        .isEqualTo("9007199254740993");
    assertThat(exposition.family("latency_seconds").type).isEqualTo("histogram");
    assertThat(exposition.family("exponential").type).isEqualTo("histogram");
    assertThat(exposition.family("async_updown").type).isEqualTo("gauge");
  }

  @Test
  void everyInstrumentKindIsExposedAsPrometheusText() throws Exception {
    recordOnEveryKind();
    final String text = client.get("/metrics").text();
    assertThat(text)
        .startsWith("# HELP target_info Target metadata\n# TYPE target_info gauge\n")
        .contains(
            "# TYPE counter_bytes_total counter\n",
            "# TYPE latency_seconds histogram\n",
            "latency_seconds_bucket{otel_scope_name=\"shop.lib\",otel_scope_version=\"1.0\","
                + "le=\"0.005\"} 0\n",
            "latency_seconds_count{")
        .doesNotContain("# EOF", "# UNIT", "_created", " # ")
        .endsWith("\n");
  }

  @Test
  void exemplarsOfSampledSpansAreInOpenMetrics() throws Exception {
    final LongCounter counter = meter.counterBuilder("filtered").build();
    final DoubleHistogram histogram =
        meter
            .histogramBuilder("latency")
            .setExplicitBucketBoundariesAdvice(List.of(0.1, 1.0))
            .build();
    final Span span = Span.wrap(Metrics.span(1));
    Context.current()
        .with(span)
        .wrap(
            () -> {
              counter.add(
                  1,
                  Attributes.builder()
                      .put("kept", "k")
                      .put("dropped", "d")
                      .put("span_id", "x")
                      .build());
              histogram.record(0.5);
            })
        .run();
    final Exposition exposition = client.scrape().parsed();
    final var total = exposition.family("filtered").samples.get(0);
    assertThat(total.exemplar().labels())
        .containsExactly(
            Map.entry("trace_id", span.getSpanContext().getTraceId()),
            Map.entry("span_id", span.getSpanContext().getSpanId()),
            Map.entry("dropped", "d"));
    assertThat(total.exemplar().timestamp()).isNotNull();
    final var buckets = exposition.family("latency").samples;
    assertThat(buckets.get(0).exemplar()).isNull();
    assertThat(buckets.get(1).exemplar().value()).isEqualTo("0.5");
    assertThat(buckets.get(2).exemplar()).isNull();
  }

  @Test
  void idleSeriesStayFromScrapeToScrape() throws Exception {
    meter.counterBuilder("c").build().add(3);
    final String first = client.scrape().text();
    assertThat(client.scrape().text()).isEqualTo(first);
    assertThat(first).contains("c_total{");
  }

  @Test
  void emptyProviderGivesACompleteExposition() throws Exception {
    assertThat(client.scrape().text()).isEqualTo("# EOF\n");
    assertThat(client.get("/metrics").text()).isEmpty();
    assertThat(client.get("/metrics").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {NegotiationTest.PROMETHEUS_2_30, NegotiationTest.PROMETHEUS_2_45})
  void prometheus2GetsOpenMetrics(String accept) throws Exception {
    final ScrapeClient.Answer answer = client.get("/metrics", "Accept", accept);
    assertThat(answer.header("Content-Type"))
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(answer.text()).endsWith("# EOF\n");
  }

  @Test
  void prometheus3GetsOpenMetricsWithTheEscapingSchemeNamed() throws Exception {
    final ScrapeClient.Answer answer =
        client.get("/metrics", "Accept", NegotiationTest.PROMETHEUS_3);
    assertThat(answer.header("Content-Type"))
        .isEqualTo(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    assertThat(answer.text()).endsWith("# EOF\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {NegotiationTest.PROMETHEUS_2_PROTOBUF, NegotiationTest.PROMETHEUS_3_PROTOBUF})
  void prometheusThatWantsNativeHistogramsGetsProtobuf(String accept) throws Exception {
    meters.get("scope").counterBuilder("requests").build().add(3);
    final ScrapeClient.Answer answer = client.get("/metrics", "Accept", accept);
    assertThat(answer.header("Content-Type"))
        .startsWith(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                + " encoding=delimited");
    assertThat(
            MetricFamilies.family(MetricFamilies.parse(answer.bytes()), "requests_total")
                .getMetric(0)
                .getCounter()
                .getValue())
        .isEqualTo(3);
    assertThat(
            MetricFamilies.parse(
                client.get("/metrics?name%5B%5D=requests_total", "Accept", accept).bytes()))
        .hasSize(1);
  }

  @Test
  void settingsOfTheBuilderReachTheScraper() throws Exception {
    try (OpenMetricsServer other =
        OpenMetricsServer.builder()
            .setPort(0)
            .setOpenMetrics2Enabled(true)
            .setTranslationStrategy(TranslationStrategy.NO_TRANSLATION)
            .setResourceLabels("service.name"::equals)
            .build()) {
      try (SdkMeterProvider stock =
          SdkMeterProvider.builder()
              .setResource(
                  Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop")))
              .registerMetricReader(other)
              .build()) {
        stock.get("").counterBuilder("a.b").build().add(1);
        final ScrapeClient.Answer answer =
            new ScrapeClient(other)
                .get(
                    "/metrics",
                    "Accept",
                    "application/openmetrics-text;version=2.0.0;escaping=allow-utf-8");
        assertThat(answer.header("Content-Type"))
            .isEqualTo(
                "application/openmetrics-text; version=2.0.0; charset=utf-8;"
                    + " escaping=allow-utf-8");
        assertThat(answer.text())
            .contains("\n{\"a.b\",otel_scope_name=\"unknown\",\"service.name\"=\"shop\"} 1 st@");
      }
    }
  }

  @Test
  void browserGetsPrometheusText() throws Exception {
    final ScrapeClient.Answer answer = client.get("/metrics", "Accept", NegotiationTest.CHROME);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.header("Vary")).isEqualTo("Accept, Accept-Encoding");
  }

  @Test
  void bodyIsCompressedWhereAllowed() throws Exception {
    recordOnEveryKind();
    final ScrapeClient.Answer plain = client.get("/metrics");
    final ScrapeClient.Answer zipped = client.get("/metrics", "Accept-Encoding", "gzip");
    assertThat(plain.header("Content-Encoding")).isNull();
    assertThat(plain.header("Content-Length")).isEqualTo(Integer.toString(plain.bytes().length));
    assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(zipped.header("Transfer-Encoding")).isNull();
    assertThat(zipped.header("Content-Length")).isEqualTo(Integer.toString(zipped.bytes().length));
    assertThat(zipped.unzipped()).isEqualTo(plain.text());
  }

  @Test
  void emptyBodyCanBeCompressed() throws Exception {
    assertThat(client.get("/metrics", "Accept-Encoding", "gzip").unzipped()).isEmpty();
  }

  @Test
  void onlyTheMetricsThatAreNamedAreSent() throws Exception {
    recordOnEveryKind();
    final String names = "?name[]=latency_seconds_sum&x=y&name[]=counter_bytes_total&name[]=nobody";
    final String query = names.replace("[", "%5B").replace("]", "%5D");
    final String accept = "application/openmetrics-text;version=1.0.0";
    final Exposition some = client.get("/metrics" + query, "Accept", accept).parsed();
    final Exposition all = client.scrape().parsed();
    assertThat(some.familyNames()).containsExactly("counter_bytes", "latency_seconds");
    assertThat(some.family("latency_seconds").samples)
        .isEqualTo(all.family("latency_seconds").samples);
    assertThat(client.get("/metrics" + query).text())
        .contains("# TYPE counter_bytes_total counter\n", "latency_seconds_bucket{")
        .doesNotContain("target_info", "updown");
  }

  @Test
  void aNameThatNoMetricHasGivesAnEmptyExposition() throws Exception {
    recordOnEveryKind();
    final String path = "/metrics?name%5B%5D=nobody";
    final String accept = "application/openmetrics-text;version=1.0.0";
    assertThat(client.get(path, "Accept", accept).text()).isEqualTo("# EOF\n");
    assertThat(client.get(path).status()).isEqualTo(200);
    assertThat(client.get(path).text()).isEmpty();
    assertThat(client.get(path, "Accept-Encoding", "gzip").unzipped()).isEmpty();
  }

  @Test
  void anOverlongQueryIsRefused() throws Exception {
    recordOnEveryKind();
    final String path = "/metrics?" + "name%5B%5D=a&".repeat(1500);
    assertThat(client.get(path).status()).isEqualTo(400);
    assertThat(client.get(path).text()).contains("1024 parameters");
    assertThat(client.get("/metrics").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/metrics/", "/metrics/any", "/metrics?"})
  void metricsAreWhereTheStockExporterHasThem(String path) throws Exception {
    recordOnEveryKind();
    assertThat(client.get(path).text()).isEqualTo(client.get("/metrics").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/-/healthy", "/-/healthy/"})
  void theServerIsHealthyAsLongAsItAnswers(String path) throws Exception {
    for (final String method : List.of("GET", "HEAD")) {
      final ScrapeClient.Answer answer = client.send(method, path);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.text()).isEqualTo(method.equals("GET") ? "Exporter is healthy.\n" : "");
    }
    try (OpenMetricsServer unregistered =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build()) {
      assertThat(new ScrapeClient(unregistered).get(path).status()).isEqualTo(200);
    }
  }

  @Test
  void whenACountBeganIsToldIfAsked() throws Exception {
    recordOnEveryKind();
    assertThat(client.scrape().text()).doesNotContain("_created");
    try (OpenMetricsServer asked =
            OpenMetricsServer.builder()
                .setHost("127.0.0.1")
                .setPort(0)
                .setCreatedSamplesEnabled(true)
                .build();
        SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(asked).build()) {
      provider.get("").counterBuilder("c").build().add(1);
      assertThat(new ScrapeClient(asked).scrape().text()).contains("\nc_created{");
    }
  }

  @ParameterizedTest
  @CsvSource({"/metric", "/metricsx", "/-/ready", "/-/healthyx", "/-", "/favicon.ico"})
  void otherPathsAreNotFound(String path) throws Exception {
    final ScrapeClient.Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("/metrics").doesNotContain("favicon");
  }

  @ParameterizedTest
  @CsvSource({"POST, /metrics", "PUT, /metrics", "DELETE, /metrics", "OPTIONS, /", "TRACE, /"})
  void otherMethodsAreNotAllowed(String method, String path) throws Exception {
    final ScrapeClient.Answer answer = client.send(method, path);
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void indexPageSaysWhereTheMetricsAre() throws Exception {
    final ScrapeClient.Answer answer = client.get("/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.text()).contains("/metrics");
  }

  @Test
  void readerSettingsAreCumulativeAndReusable() {
    for (final var type : InstrumentType.values()) {
      assertThat(server.getAggregationTemporality(type).name()).isEqualTo("CUMULATIVE");
      assertThat(server.getDefaultAggregation(type)).isEqualTo(Aggregation.defaultAggregation());
    }
    assertThat(server.getMemoryMode().name()).isEqualTo("REUSABLE_DATA");
    assertThat(server.forceFlush().isSuccess()).isTrue();
    assertThat(server)
        .hasToString("OpenMetricsServer{http://127.0.0.1:" + server.getPort() + "/metrics}");
  }

  private void recordOnEveryKind() {
    meter.counterBuilder("counter").setUnit("By").setDescription("Bytes").build().add(5, ROUTE);
    meter.counterBuilder("exact.counter").build().add((1L << 53) + 1);
    meter.upDownCounterBuilder("updown").build().add(-3, ROUTE);
    meter.gaugeBuilder("gauge_ratio").setUnit("1").build().set(0.25);
    meter.counterBuilder("async.counter").buildWithCallback(m -> m.record(7));
    meter.upDownCounterBuilder("async.updown").buildWithCallback(m -> m.record(-7));
    meter.gaugeBuilder("async.gauge").buildWithCallback(m -> m.record(Double.MIN_VALUE));
    final DoubleHistogram latency =
        meter
            .histogramBuilder("latency")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(List.of(0.005, 0.1, 1.0))
            .build();
    latency.record(0.05);
    latency.record(5);
    meter.histogramBuilder("exponential").build().record(1);
  }
}
