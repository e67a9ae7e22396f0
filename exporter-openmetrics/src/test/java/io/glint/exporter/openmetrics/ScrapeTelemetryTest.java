package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.glint.exporter.openmetrics.ScrapeClient.Answer;
import io.glint.testing.Await;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server records about itself. */
@Timeout(60)
class ScrapeTelemetryTest {
  private static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());
  private static final String INFLIGHT = "otel.sdk.exporter.metric_data_point.inflight";
  private static final String EXPORTED = "otel.sdk.exporter.metric_data_point.exported";
  private static final String DURATION = "otel.sdk.exporter.operation.duration";
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final String NONE = "none";

  /** Where the telemetry goes: not to the provider that is scraped, but for one test. */
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  private final SdkMeterProvider told =
      SdkMeterProvider.builder().registerMetricReader(reader).build();
  private final AtomicReference<SdkMeterProvider> target = new AtomicReference<>(told);
  private final OpenMetricsServer server = newServer();
  private final ScrapeClient client = new ScrapeClient(server);
  private final SdkMeterProvider scraped =
      SdkMeterProvider.builder()
          .registerView(
              InstrumentSelector.builder().setName("exponential").build(),
              View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
          .registerMetricReader(server)
          .build();

  private OpenMetricsServer newServer() {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).setMeterProvider(target::get);
    builder.maxCollectionWaitSeconds = 1;
    return builder.build();
  }

  @BeforeEach
  void silence() {
    LOGGER.setFilter(entry -> false);
  }

  @AfterEach
  void stop() {
    scraped.close();
    told.close();
    LOGGER.setFilter(null);
  }

  private void record(int points) {
    for (int i = 0; i < points; i++) {
      scraped.get("shop").counterBuilder("c" + i).build().add(1);
    }
  }

  private MetricData metric(String name) {
    return reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Waits for the end of an operation, which comes after the answer. */
  private Collection<HistogramPointData> operations(long count) throws InterruptedException {
    while (true) {
      final MetricData metric = metric(DURATION);
      if (metric != null
          && metric.getHistogramData().getPoints().stream()
                  .mapToLong(HistogramPointData::getCount)
                  .sum()
              >= count) {
        return metric.getHistogramData().getPoints();
      }
      Thread.sleep(5);
    }
  }

  private long inflight() {
    return metric(INFLIGHT).getLongSumData().getPoints().iterator().next().getValue();
  }

  private static String errorType(Attributes attributes) {
    return attributes.get(ERROR) == null ? NONE : attributes.get(ERROR);
  }

  private Map<String, Long> exported() {
    return metric(EXPORTED).getLongSumData().getPoints().stream()
        .collect(Collectors.toMap(p -> errorType(p.getAttributes()), p -> p.getValue()));
  }

  private void assertOneOperation(String errorType, long status) throws InterruptedException {
    assertThat(operations(1))
        .singleElement()
        .satisfies(
            operation -> {
              assertThat(operation.getCount()).isEqualTo(1);
              assertThat(errorType(operation.getAttributes())).isEqualTo(errorType);
              assertThat(operation.getAttributes().get(STATUS)).isEqualTo(status);
            });
  }

  @Test
  void aScrapeIsCountedAndTimed() throws Exception {
    record(3);
    assertThat(client.scrape().status()).isEqualTo(200);
    assertOneOperation(NONE, 200);
    assertThat(exported()).containsOnly(Map.entry(NONE, 3L));
    assertThat(inflight()).isZero();
    final Attributes attributes =
        metric(EXPORTED).getData().getPoints().iterator().next().getAttributes();
    assertThat(attributes.asMap())
        .containsEntry(
            AttributeKey.stringKey("otel.component.type"), "prometheus_http_text_metric_exporter")
        .containsEntry(AttributeKey.stringKey("server.address"), "127.0.0.1")
        .containsEntry(AttributeKey.longKey("server.port"), (long) server.getPort());
    assertThat(attributes.get(AttributeKey.stringKey("otel.component.name")))
        .matches("prometheus_http_text_metric_exporter/\\d+");
    assertThat(metric(EXPORTED).getInstrumentationScopeInfo().getName())
        .isEqualTo("io.glint.exporter.openmetrics");
  }

  @Test
  void pointsThatTheFormatCannotCarryAreFailedOnes() throws Exception {
    record(2);
    scraped.get("shop").counterBuilder("payments").build().add(1);
    scraped.get("shop").gaugeBuilder("payments.total").build().set(1);
    assertThat(client.scrape().status()).isEqualTo(200);
    assertOneOperation("left_out", 200);
    assertThat(exported()).containsOnly(Map.entry(NONE, 3L), Map.entry("left_out", 1L));
  }

  @Test
  void pointsThatTheScraperDidNotAskForAreNeitherExportedNorFailed() throws Exception {
    record(3);
    assertThat(client.get("/metrics?name%5B%5D=c1").status()).isEqualTo(200);
    assertOneOperation(NONE, 200);
    assertThat(exported()).containsOnly(Map.entry(NONE, 1L));
    assertThat(inflight()).isZero();
  }

  @Test
  void onlyScrapesAreOperations() throws Exception {
    client.get("/");
    client.get("/nowhere");
    client.send("HEAD", "/metrics");
    client.send("POST", "/metrics");
    record(1);
    client.scrape();
    assertOneOperation(NONE, 200);
  }

  @Test
  void aScrapeThatWaitsInVainIsAFailedOperationWithoutPoints() throws Exception {
    final CountDownLatch isCollecting = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    record(1);
    scraped
        .get("shop")
        .gaugeBuilder("slow")
        .buildWithCallback(
            measurement -> {
              isCollecting.countDown();
              Await.open(goOn);
            });
    final ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      final Future<Answer> first = executor.submit(client::scrape);
      isCollecting.await();
      // Waits for the collection of the first for a second, in vain.
      assertThat(client.scrape().status()).isEqualTo(503);
      assertOneOperation("timeout", 503);
      goOn.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
      assertThat(operations(2)).hasSize(2);
      assertThat(exported()).containsOnly(Map.entry(NONE, 1L));
      assertThat(inflight()).isZero();
    } finally {
      goOn.countDown();
      executor.shutdownNow();
    }
  }

  @Test
  void aCollectionThatFailsIsNamedByItsException() throws Exception {
    final OpenMetricsServer failing = newServer();
    try (SdkMeterProvider other =
        SdkMeterProvider.builder()
            .registerMetricReader(failing)
            .registerMetricProducer(
                resource -> {
                  throw new UnsupportedOperationException("no");
                })
            .build()) {
      assertThat(other).isNotNull();
      assertThat(new ScrapeClient(failing).scrape().status()).isEqualTo(500);
    }
    assertOneOperation("java.lang.UnsupportedOperationException", 500);
    assertThat(metric(EXPORTED)).isNull();
  }

  @Test
  void scrapingItsOwnMetricsReachesAFixedPoint() throws Exception {
    target.set(scraped);
    record(1);
    int before = 0;
    for (int i = 0; i < 8; i++) {
      final int samples = client.scrape().text().split("\n", -1).length;
      if (i > 3) {
        assertThat(samples).isEqualTo(before);
      }
      before = samples;
    }
    assertThat(client.scrape().text())
        .contains("otel_sdk_exporter_operation_duration_seconds_count");
  }

  @Test
  void theProviderMayComeLaterAndASupplierThatThrowsHarmsNoScrape() throws Exception {
    target.set(null);
    record(1);
    assertThat(client.scrape().status()).isEqualTo(200);
    target.set(told);
    assertThat(client.scrape().status()).isEqualTo(200);
    assertOneOperation(NONE, 200);

    try (OpenMetricsServer broken =
            OpenMetricsServer.builder()
                .setHost("127.0.0.1")
                .setPort(0)
                .setMeterProvider(
                    () -> {
                      throw new IllegalStateException("too early");
                    })
                .build();
        SdkMeterProvider other = SdkMeterProvider.builder().registerMetricReader(broken).build()) {
      assertThat(other).isNotNull();
      assertThat(new ScrapeClient(broken).scrape().status()).isEqualTo(200);
    }
  }

  @Test
  void nothingIsRecordedUnlessAskedFor() throws Exception {
    try (OpenMetricsServer silent =
            OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
        SdkMeterProvider other = SdkMeterProvider.builder().registerMetricReader(silent).build()) {
      other.get("shop").counterBuilder("c").build().add(1);
      final ScrapeClient scraper = new ScrapeClient(silent);
      scraper.scrape();
      assertThat(scraper.scrape().text()).contains("c_total").doesNotContain("otel_sdk");
    }
    assertThatNullPointerException()
        .isThrownBy(() -> OpenMetricsServer.builder().setMeterProvider(null));
  }
}
