package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Logger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scrapes through a server that the application has. */
@Timeout(60)
class OpenMetricsReaderTest {

  private static final Logger LOGGER = Logger.getLogger(OpenMetricsReader.class.getName());
  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";

  private final AtomicInteger collections = new AtomicInteger();
  private OpenMetricsReader reader = OpenMetricsReader.builder().build();

  @BeforeEach
  void silence() {
    LOGGER.setFilter(entry -> false);
  }

  @AfterEach
  void stop() {
    reader.close();
    LOGGER.setFilter(null);
  }

  private void register(Supplier<Collection<MetricData>> metrics) {
    reader.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            collections.incrementAndGet();
            return metrics.get();
          }
        });
  }

  @Test
  void itIsNamedAsTheServerIs() {
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      provider.get("shop").counterBuilder("orders").build().add(1);
      assertThat(provider.explainExemplars().toString())
          .contains("prometheus_http_text_metric_exporter/0");
    }
  }

  private static MetricData counterWithExemplar() {
    return Metrics.doubleCounter(
        "c", Metrics.point(Attributes.empty(), 3, Metrics.exemplar(1, Metrics.NOW, 1)));
  }

  private long exemplars(Outcome outcome) {
    return reader.exemplarOutcomes().get(Metrics.NO_SCOPE, "c", outcome);
  }

  /** Headers as a server may give them: null for none. */
  private OpenMetricsResponse get(String query, String... headers) {
    return reader.scrape("GET", query, map(headers)::get);
  }

  private static Map<String, List<String>> map(String... headers) {
    return headers.length == 0 ? Map.of() : Map.of(headers[0], List.of(headers[1]));
  }

  private static byte[] bytes(OpenMetricsResponse response) throws IOException {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    response.writeTo(out);
    assertThat(out.size()).isEqualTo((int) response.contentLength());
    return out.toByteArray();
  }

  private static String text(OpenMetricsResponse response) throws IOException {
    return new String(bytes(response), StandardCharsets.UTF_8);
  }

  @Test
  void statusHeadersAndBodyAreWhatTheRequestAsksFor() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1), Metrics.gauge("b", 2)));
    try (OpenMetricsResponse response = get(null, "Accept", OPEN_METRICS)) {
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.headers())
          .containsEntry(
              "Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
          .containsEntry("Vary", "Accept, Accept-Encoding")
          .containsEntry("Content-Length", Long.toString(response.contentLength()))
          .hasSize(3);
      assertThat(text(response)).isEqualTo("# TYPE a gauge\na 1.0\n# TYPE b gauge\nb 2.0\n# EOF\n");
    }
    assertThat(text(get("name%5B%5D=b"))).isEqualTo("# TYPE b gauge\nb 2.0\n");
    final OpenMetricsResponse zipped = get("name[]=a", "Accept-Encoding", "gzip");
    assertThat(zipped.headers()).containsEntry("Content-Encoding", "gzip");
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(bytes(zipped)))) {
      assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("# TYPE a gauge\na 1.0\n");
    }
  }

  @Test
  void headHasTheHeadersOfGetAndDoesNotCollect() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    final OpenMetricsResponse response =
        reader.scrape("HEAD", null, map("Accept", OPEN_METRICS)::get);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().get("Content-Type")).startsWith("application/openmetrics-text");
    assertThat(bytes(response)).isEmpty();
    assertThat(collections).hasValue(0);
  }

  @Test
  void whatCannotBeAnsweredHasAStatusAndSaysWhy() throws Exception {
    assertThat(get(null).status()).isEqualTo(503);
    assertThat(text(get(null))).contains("registerMetricReader");
    register(() -> List.of(Metrics.gauge("a", 1)));
    final OpenMetricsResponse post = reader.scrape("POST", null, name -> null);
    assertThat(post.status()).isEqualTo(405);
    assertThat(post.headers()).containsEntry("Allow", "GET, HEAD");
    assertThat(get("name[]=%zz").status()).isEqualTo(400);
    assertThat(get("a".repeat(NameFilter.MAX_QUERY_CHARS + 1)).status()).isEqualTo(400);
    for (final String header : List.of("Accept", "Accept-Encoding")) {
      final OpenMetricsResponse tooLong =
          get(null, header, "a,".repeat(1 + Scrapes.MAX_HEADER_CHARS / 2));
      assertThat(tooLong.status()).isEqualTo(431);
      assertThat(text(tooLong)).contains("8192 characters");
    }
    assertThat(collections).hasValue(0);
    assertThat(reader.shutdown().isSuccess()).isTrue();
    assertThat(get(null).status()).isEqualTo(503);
    assertThat(text(get(null))).contains("shut down");
  }

  @Test
  void aCollectionThatFailsIsAnAnswerAndTheNextOneWorks() throws Exception {
    register(
        () -> {
          if (collections.get() == 1) {
            throw new IllegalArgumentException("secret");
          }
          return List.of(Metrics.gauge("ok", 1));
        });
    final OpenMetricsResponse response = get(null);
    assertThat(response.status()).isEqualTo(500);
    assertThat(text(response))
        .contains("IllegalArgumentException", OpenMetricsReader.class.getName())
        .doesNotContain("secret");
    assertThat(text(get(null))).contains("ok 1");
  }

  @Test
  void aResponseIsWrittenOnce() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    final OpenMetricsResponse response = get(null);
    bytes(response);
    assertThatThrownBy(() -> bytes(response))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written or closed");
    response.close();
    assertThat(text(get(null))).contains("a 1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exemplarsThatDidNotGoOutAreCountedAsSuch(boolean isWritten) throws Exception {
    register(() -> List.of(counterWithExemplar()));
    final OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };
    try (OpenMetricsResponse response = get(null, "Accept", OPEN_METRICS)) {
      if (isWritten) {
        assertThatThrownBy(() -> response.writeTo(broken)).hasMessage("gone");
      }
    }
    assertThat(exemplars(Outcome.EXPORT_FAILED)).isEqualTo(1);
    bytes(get(null, "Accept", OPEN_METRICS));
    assertThat(exemplars(Outcome.EXPORTED)).isEqualTo(1);
  }

  @Test
  void moreScrapesThanMayRunAtOnceAreRefusedUntilOneIsOver() throws Exception {
    reader = OpenMetricsReader.builder().setMaxConcurrentScrapes(2).build();
    register(() -> List.of(Metrics.gauge("a", 1)));
    final OpenMetricsResponse first = get(null);
    final OpenMetricsResponse second = get(null);
    try (OpenMetricsResponse third = get(null)) {
      assertThat(third.status()).isEqualTo(503);
      assertThat(third.headers()).containsEntry("Retry-After", "1");
      assertThat(text(third)).contains("2 scrapes", "setMaxConcurrentScrapes");
    }
    assertThat(collections).hasValue(2);
    first.close();
    first.close();
    try (OpenMetricsResponse third = get(null);
        OpenMetricsResponse fourth = get(null)) {
      assertThat(third.status()).isEqualTo(200);
      assertThat(fourth.status()).isEqualTo(503);
    }
    bytes(second);
    assertThatThrownBy(() -> OpenMetricsReader.builder().setMaxConcurrentScrapes(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxConcurrentScrapes");
  }

  @Test
  void scrapesThatWaitShareABodyAndWhatItIsCompressedTo() throws Exception {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final List<DoublePointData> points = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      points.add(Metrics.point(Attributes.builder().put("series", i).build(), i / 7.0));
    }
    final MetricData large = Metrics.gauge("large", points.toArray(new DoublePointData[0]));
    register(
        () -> {
          if (collections.get() == 1) {
            began.countDown();
            await(mayEnd);
          }
          return List.of(large);
        });
    final ExecutorService scrapers = Executors.newCachedThreadPool();
    final Future<OpenMetricsResponse> first = scrapers.submit(() -> get(null));
    await(began);
    final List<Future<OpenMetricsResponse>> waiting = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiting.add(scrapers.submit(() -> get(null, "Accept-Encoding", "gzip")));
    }
    while (reader.scrapes().waiting() < 6) {
      Thread.sleep(1);
    }
    mayEnd.countDown();
    byte[] expected = null;
    final List<TextBuffer> bodies = new ArrayList<>();
    for (final Future<OpenMetricsResponse> each : waiting) {
      final ScrapeResponse response = (ScrapeResponse) each.get();
      bodies.add(response.body());
      final byte[] bytes = bytes(response);
      expected = expected == null ? bytes : expected;
      assertThat(bytes).isEqualTo(expected);
    }
    assertThat(bodies).allMatch(body -> body == bodies.get(0));
    assertThat(collections).hasValue(2);
    first.get().close();
    scrapers.shutdownNow();
  }

  @Test
  void aSteadyScrapeAllocatesNoMoreForMoreSeries() throws Exception {
    assertThat(allocated(20_000)).isLessThan(allocated(20) + 4000);
  }

  private long allocated(int series) throws IOException {
    final List<DoublePointData> points = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      points.add(Metrics.point(Attributes.builder().put("series", i).build(), i / 7.0));
    }
    final List<MetricData> metrics =
        List.of(Metrics.gauge("level", points.toArray(new DoublePointData[0])));
    reader = OpenMetricsReader.builder().build();
    register(() -> metrics);
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 8; i++) {
      final String encoding = i % 2 == 0 ? "gzip" : "identity";
      final long before = threads.getThreadAllocatedBytes(thread);
      get(null, "Accept-Encoding", encoding).writeTo(OutputStream.nullOutputStream());
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    return least;
  }

  @Test
  void shutdownWaitsForACollectionButNotForEver() throws Exception {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    register(
        () -> {
          began.countDown();
          await(mayEnd);
          return List.of();
        });
    final ExecutorService scraper = Executors.newSingleThreadExecutor();
    final Future<OpenMetricsResponse> scrape = scraper.submit(() -> get(null));
    await(began);
    assertThat(reader.shutdown().getFailureThrowable()).hasMessageContaining("callback");
    mayEnd.countDown();
    assertThat(scrape.get().status()).isEqualTo(200);
    scraper.shutdownNow();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
