package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.ScrapeExemplarsTest.counterOf;
import static io.glint.exporter.openmetrics.ScrapeExemplarsTest.gaugeOf;
import static io.glint.exporter.openmetrics.ScrapeExemplarsTest.histogramOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.Await;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's account of exemplars, scraped over HTTP. */
@Timeout(120)
@Tag("long")
class ExemplarOutcomesOfScrapesTest {
  private static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());

  private final OpenMetricsServer server =
      OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
  private final ScrapeClient client = new ScrapeClient(server);

  @BeforeEach
  void silence() {
    LOGGER.setFilter(entry -> false);
  }

  @AfterEach
  void stop() {
    server.close();
    LOGGER.setFilter(null);
  }

  @Test
  void twoScrapersThatAskForDifferentFormatsAreBothCounted() throws Exception {
    register(
        () ->
            List.of(
                histogramOf("h", exemplar(0.5, NOW, 1), exemplar(0.6, NOW, 2)),
                counterOf("c", exemplar(1, NOW, 1)),
                gaugeOf("g", exemplar(1, NOW, 1))));
    assertThat(client.get("/metrics").text()).doesNotContain(" # ");
    awaitOutcomes("h", Map.of(Outcome.NOT_REQUESTED, 2L));
    awaitOutcomes("g", Map.of(Outcome.NOT_REPRESENTABLE, 1L));

    assertThat(client.scrape().text()).contains(" # {");
    awaitOutcomes(
        "h",
        Map.of(Outcome.NOT_REQUESTED, 2L, Outcome.EXPORTED, 1L, Outcome.NOT_REPRESENTABLE, 1L));
    awaitOutcomes("c", Map.of(Outcome.NOT_REQUESTED, 1L, Outcome.EXPORTED, 1L));
    awaitOutcomes("g", Map.of(Outcome.NOT_REPRESENTABLE, 2L));
  }

  /** What a user reads who looks for an attribute that the scraper did not get. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/openmetrics-text;version=1.0.0",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
        "application/openmetrics-text;version=2.0.0",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
      })
  void whatWasCutIsInTheReport(String accept) throws Exception {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).setOpenMetrics2Enabled(true);
    try (OpenMetricsServer endpoint = builder.build();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(endpoint)
                .registerView(
                    InstrumentSelector.builder().setName("*").build(),
                    GlintView.builder().setAttributeFilter(Set.of()).build())
                .build()) {
      final LongCounter orders = provider.get("shop").counterBuilder("orders").build();
      final Context context = Context.root().with(Span.wrap(Metrics.span(1)));
      orders.add(1, attributes("x".repeat(100)), context);
      final ScrapeClient scraper = new ScrapeClient(endpoint);

      String body = scraper.get("/metrics", "Accept", accept).text();
      assertThat(body).contains(Metrics.span(1).getTraceId(), "brief", "y").doesNotContain("xx");
      awaitReport(provider, "exported: 1 (without all attributes: 1)", "128 characters");

      orders.add(1, attributes("fits"), context);
      body = scraper.get("/metrics", "Accept", accept).text();
      assertThat(body).contains(Metrics.span(1).getTraceId(), "brief", "long", "fits");
      awaitReport(provider, "exported: 2 (without all attributes: 1)", "128 characters");
    }
  }

  private static Attributes attributes(String ofLong) {
    return Attributes.builder().put("long.one", ofLong).put("z.brief", "y").build();
  }

  /** The account is entered after the last byte of the answer, which the scraper may see first. */
  private static void awaitReport(GlintMeterProvider provider, String... expected)
      throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!provider.explainExemplars().toString().contains(expected[0])
        && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    assertThat(provider.explainExemplars().toString()).contains(expected);
  }

  @Test
  void compressedAnswersAreCountedToo() throws Exception {
    register(() -> List.of(counterOf("c", exemplar(1, NOW, 1))));
    client.get("/metrics", "Accept", "application/openmetrics-text", "Accept-Encoding", "gzip");
    awaitOutcomes("c", Map.of(Outcome.EXPORTED, 1L));
  }

  @Test
  void whatIsNoScrapeCountsNothing() throws Exception {
    register(() -> List.of(counterOf("c", exemplar(1, NOW, 1))));
    client.send("HEAD", "/metrics", "Accept", "application/openmetrics-text");
    client.send("POST", "/metrics");
    client.get("/");
    client.get("/nowhere");
    client.get("/-/healthy");
    client.get("/metrics?name%5B%5D=other", "Accept", "application/openmetrics-text");
    client.scrape();
    awaitOutcomes("c", Map.of(Outcome.EXPORTED, 1L));
  }

  @Test
  void aScrapeWhoseRenderingFailsCountsNothing() throws Exception {
    // Families are written in the order of their names: "c" before this one.
    final MetricData broken = gaugeOf("z", exemplar(1, NOW, 1)).described(null);
    final List<MetricData> metrics =
        new ArrayList<>(List.of(counterOf("c", exemplar(1, NOW, 1)), broken));
    register(() -> List.copyOf(metrics));
    assertThat(client.scrape().status()).isEqualTo(500);
    metrics.remove(broken);
    assertThat(client.scrape().status()).isEqualTo(200);
    awaitOutcomes("c", Map.of(Outcome.EXPORTED, 1L));
    assertThat(outcomes("z")).isEmpty();
  }

  /** Short enough for the server's buffer, and too long for it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 1 << 20})
  void anAnswerThatTheScraperBreaksOffIsAFailedExport(int length) throws Exception {
    final String help = "x".repeat(length);
    final CountDownLatch collecting = new CountDownLatch(1);
    final CountDownLatch gone = new CountDownLatch(1);
    register(
        () -> {
          collecting.countDown();
          Await.open(gone);
          return List.of(
              histogramOf("h", exemplar(0.5, NOW, 1), exemplar(0.6, NOW, 1)).described(help));
        });
    try (Socket departed = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      departed
          .getOutputStream()
          .write(
              "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      Await.open(collecting);
      departed.setSoLinger(true, 0);
    }
    gone.countDown();
    awaitOutcomes("h", Map.of(Outcome.EXPORT_FAILED, 1L, Outcome.NOT_REPRESENTABLE, 1L));
  }

  @Test
  void scrapesAndReadersAtOnceLoseNothing() throws Exception {
    register(() -> List.of(histogramOf("h", exemplar(0.5, NOW, 1), exemplar(0.6, NOW, 1))));
    final ExecutorService scrapers = Executors.newFixedThreadPool(4);
    final List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      final String accept = i % 2 == 0 ? "application/openmetrics-text" : "text/plain";
      done.add(
          scrapers.submit(
              () -> {
                for (int scrape = 0; scrape < 100; scrape++) {
                  assertThat(client.get("/metrics", "Accept", accept).status()).isEqualTo(200);
                }
                return null;
              }));
    }
    long last = 0;
    while (!done.stream().allMatch(Future::isDone)) {
      final long now = outcomes("h").getOrDefault(Outcome.EXPORTED, 0L);
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
      Thread.sleep(1);
    }
    for (final Future<?> scraper : done) {
      scraper.get();
    }
    scrapers.shutdown();
    awaitOutcomes(
        "h",
        Map.of(
            Outcome.EXPORTED, 200L, Outcome.NOT_REPRESENTABLE, 200L, Outcome.NOT_REQUESTED, 400L));
  }

  @Test
  void tenThousandScrapesDoNotGrowMemory() throws Exception {
    final List<MetricData> metrics = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      metrics.add(histogramOf("h" + i, exemplar(0.5, NOW, 1)));
    }
    register(() -> metrics);
    scrape(1_000);
    final long before = usedHeap();
    scrape(10_000);
    awaitOutcomes("h19", Map.of(Outcome.EXPORTED, 11_000L));
    // Less than one forgotten tally for each scrape.
    assertThat(usedHeap() - before).isLessThan(10_000 * 100);
  }

  private void scrape(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertThat(client.scrape().status()).isEqualTo(200);
    }
  }

  /** The least of several readings, as a collection leaves what became garbage meanwhile. */
  private static long usedHeap() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }

  private Map<Outcome, Long> outcomes(String metric) {
    return ScrapeExemplarsTest.outcomes(server.exemplarOutcomes(), metric);
  }

  /** The account is entered after the last byte of the answer, which the scraper may see first. */
  private void awaitOutcomes(String metric, Map<Outcome, Long> expected)
      throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!outcomes(metric).equals(expected) && System.nanoTime() < deadline) {
      Thread.sleep(2);
    }
    assertThat(outcomes(metric)).isEqualTo(expected);
  }

  private void register(Supplier<Collection<MetricData>> metrics) {
    server.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            return metrics.get();
          }
        });
  }
}
