package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.FreePort;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("long")
class OpenMetricsServerLifeCycleTest {

  /** Held here so that its level is not lost to the garbage collector. */
  private static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());

  private final OpenMetricsServer server = newServer();
  private final ScrapeClient client = new ScrapeClient(server);

  @AfterEach
  void stop() {
    server.close();
    LOGGER.setLevel(null);
  }

  private static OpenMetricsServer newServer() {
    return OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
  }

  private static CollectionRegistration returning(Supplier<Collection<MetricData>> metrics) {
    return new CollectionRegistration() {
      @Override
      public Collection<MetricData> collectAllMetrics() {
        return metrics.get();
      }
    };
  }

  @Test
  void scrapeBeforeRegistrationSaysWhatIsMissing() throws Exception {
    final ScrapeClient.Answer answer = client.scrape();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text()).contains("registerMetricReader");
    assertThat(client.send("HEAD", "/metrics").status()).isEqualTo(503);
  }

  @Test
  void scrapeAfterShutdownFindsNobody() {
    server.register(returning(List::of));
    assertThat(server.shutdown().isSuccess()).isTrue();
    assertThatThrownBy(client::scrape).isInstanceOf(ConnectException.class);
  }

  @Test
  void secondRegistrationFails() {
    server.register(returning(List::of));
    assertThatThrownBy(() -> server.register(returning(List::of)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("already registered", Integer.toString(server.getPort()));
  }

  @Test
  void secondProviderCannotBeBuiltWithTheSameServer() {
    try (SdkMeterProvider provider =
        SdkMeterProvider.builder().registerMetricReader(server).build()) {
      assertThat(provider).isNotNull();
      assertThatThrownBy(() -> SdkMeterProvider.builder().registerMetricReader(server).build())
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void registrationAfterShutdownFails() {
    server.shutdown();
    assertThatThrownBy(() -> server.register(returning(List::of)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shut down");
  }

  @Test
  void portInUseIsExplained() {
    assertThatThrownBy(
            () ->
                OpenMetricsServer.builder().setHost("127.0.0.1").setPort(server.getPort()).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("127.0.0.1:" + server.getPort(), "setPort", "0 for any free port")
        .hasCauseInstanceOf(BindException.class);
  }

  @Test
  void portIsFreeAgainAfterShutdown() {
    final OpenMetricsServerBuilder again =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(FreePort.find());
    again.build().close();
    again.build().close();
  }

  @Test
  void unknownHostIsExplained() {
    assertThatThrownBy(() -> OpenMetricsServer.builder().setHost("no such host").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'no such host'", "setHost");
  }

  @Test
  void settingsOutOfRangeAreRefusedAtOnce() {
    final OpenMetricsServerBuilder builder = OpenMetricsServer.builder();
    assertThatThrownBy(() -> builder.setPort(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> builder.setPort(65536)).hasMessageContaining("65536");
    assertThatThrownBy(() -> builder.setHost(" ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.setHost(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder.setDefaultAggregationSelector(null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void defaultHostIsNotReachableFromOutside() {
    try (OpenMetricsServer local = OpenMetricsServer.builder().setPort(0).build()) {
      assertThat(local.getAddress().getAddress().isLoopbackAddress()).isTrue();
      assertThat(local.getPort()).isPositive();
    }
  }

  @Test
  void hostAndPortAreThoseThatAreSet() throws Exception {
    final int port = FreePort.find();
    // All of 127.0.0.0/8 is this machine, on Linux.
    final String host = System.getProperty("os.name").equals("Linux") ? "127.0.0.2" : "127.0.0.1";
    try (OpenMetricsServer set = OpenMetricsServer.builder().setHost(host).setPort(port).build()) {
      assertThat(set.getPort()).isEqualTo(port);
      assertThat(set.getAddress().getAddress().getHostAddress()).isEqualTo(host);
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), 20_000);
        assertThat(socket.isConnected()).isTrue();
      }
    }
  }

  @Test
  void failedCollectionIsAnErrorAndTheNextOneWorks() throws Exception {
    LOGGER.setLevel(Level.OFF);
    final AtomicInteger scrapes = new AtomicInteger();
    server.register(
        returning(
            () -> {
              switch (scrapes.incrementAndGet()) {
                case 1 -> throw new IllegalArgumentException("secret");
                case 2 -> throw new NoClassDefFoundError("secret");
                default -> {
                  return List.of(Metrics.gauge("ok", 1));
                }
              }
            }));
    final ScrapeClient.Answer first = client.scrape();
    assertThat(first.status()).isEqualTo(500);
    assertThat(first.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(first.text())
        .contains("IllegalArgumentException", "under the logger")
        .doesNotContain("secret", "# ");
    assertThat(client.get("/metrics", "Accept-Encoding", "gzip").status()).isEqualTo(500);
    assertThat(client.scrape().parsed().familyNames()).containsExactly("ok");
  }

  @Test
  void metricThatCannotBeReadIsAnErrorAndLeavesNothingBehind() throws Exception {
    LOGGER.setLevel(Level.OFF);
    final AtomicInteger scrapes = new AtomicInteger();
    final Metrics.Metric broken =
        Metrics.metric("z.broken", MetricDataType.HISTOGRAM, Metrics.gauge("x", 1).data());
    server.register(
        returning(
            () ->
                scrapes.incrementAndGet() == 1
                    ? List.of(Metrics.counter("a", 1), broken)
                    : List.of(Metrics.gauge("a", 2))));
    assertThat(client.scrape().status()).isEqualTo(500);
    assertThat(client.scrape().text()).isEqualTo("# TYPE a gauge\na 2.0\n# EOF\n");
  }

  @Test
  void headHasTheHeadersOfGetAndDoesNotCollect() throws Exception {
    final AtomicInteger collections = new AtomicInteger();
    server.register(
        returning(
            () -> {
              collections.incrementAndGet();
              return List.of();
            }));
    final ScrapeClient.Answer answer =
        client.send("HEAD", "/metrics", "Accept", NegotiationTest.PROMETHEUS_2_45);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("application/openmetrics-text");
    assertThat(answer.bytes()).isEmpty();
    assertThat(client.send("HEAD", "/").header("Content-Length")).isNotEqualTo("0");
    assertThat(client.send("HEAD", "/nowhere").status()).isEqualTo(404);
    assertThat(collections).hasValue(0);
  }

  @Test
  void concurrentScrapesAreCompleteAndCollectOneAtATime() throws Exception {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final MetricData[] metrics = new MetricData[50];
    for (int i = 0; i < metrics.length; i++) {
      metrics[i] = Metrics.counter("metric" + i, i);
    }
    server.register(
        returning(
            () -> {
              if (inside.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
              }
              sleep(1);
              inside.decrementAndGet();
              return List.of(metrics);
            }));
    final String openMetrics = client.scrape().text();
    final String text = client.get("/metrics").text();
    final ExecutorService scrapers = Executors.newFixedThreadPool(8);
    final List<Future<Boolean>> equal = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      final boolean wantsText = i % 3 == 0;
      equal.add(
          scrapers.submit(
              () ->
                  wantsText
                      ? client.get("/metrics", "Accept-Encoding", "gzip").unzipped().equals(text)
                      : client.scrape().text().equals(openMetrics)));
    }
    for (final Future<Boolean> one : equal) {
      assertThat(one.get()).isTrue();
    }
    scrapers.shutdownNow();
    assertThat(overlaps).hasValue(0);
  }

  @Test
  void clientThatDoesNotReadDoesNotHoldUpOthers() throws Exception {
    final List<LongPointData> points = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      points.add(Metrics.point(Attributes.builder().put("series", "x".repeat(100) + i).build(), i));
    }
    final Metrics.Metric large = Metrics.longGauge("large", points.toArray(new LongPointData[0]));
    final AtomicInteger scrapes = new AtomicInteger();
    server.register(
        returning(
            () ->
                scrapes.incrementAndGet() == 1 ? List.of(large) : List.of(Metrics.gauge("a", 1))));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      final OutputStream request = socket.getOutputStream();
      request.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      request.flush();
      // The first byte shows that the large body is on its way.
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(client.scrape().parsed().familyNames()).containsExactly("a");
    }
  }

  @Test
  void shutdownLeavesNoThread() throws Exception {
    final Set<Thread> before = serverThreads();
    final OpenMetricsServer another = newServer();
    another.register(returning(List::of));
    final ScrapeClient anotherClient = new ScrapeClient(another);
    anotherClient.scrape();
    anotherClient.get("/metrics");
    final Set<Thread> started = serverThreads();
    started.removeAll(before);
    assertThat(started).isNotEmpty().allMatch(Thread::isDaemon);
    assertThat(started)
        .anyMatch(t -> t.getName().startsWith("glint-openmetrics-" + another.getPort() + "-"));
    assertThat(another.shutdown().isSuccess()).isTrue();
    for (final Thread thread : started) {
      thread.join(5000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void shutdownAgainIsTheSame() {
    final CompletableResultCode first = server.shutdown();
    assertThat(server.shutdown()).isSameAs(first);
    assertThat(first.isSuccess()).isTrue();
    server.close();
  }

  @Test
  void shutdownIsQuickWhileClientsKeepIdleConnections() throws Exception {
    server.register(returning(List::of));
    client.scrape();
    final long start = System.nanoTime();
    server.shutdown();
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(900);
  }

  @Test
  void runningScrapeIsAnsweredDuringShutdown() throws Exception {
    final CountDownLatch collecting = new CountDownLatch(1);
    server.register(
        returning(
            () -> {
              collecting.countDown();
              sleep(200);
              return List.of(Metrics.gauge("a", 1));
            }));
    final ExecutorService scraper = Executors.newSingleThreadExecutor();
    final Future<ScrapeClient.Answer> answer = scraper.submit(client::scrape);
    collecting.await();
    assertThat(server.shutdown().isSuccess()).isTrue();
    assertThat(answer.get().parsed().familyNames()).containsExactly("a");
    scraper.shutdownNow();
  }

  @Test
  void shutdownIsBoundedWhileACallbackHangs() throws Exception {
    final CountDownLatch collecting = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    server.register(
        returning(
            () -> {
              collecting.countDown();
              awaitDespiteInterrupts(release);
              return List.of();
            }));
    final ExecutorService scraper = Executors.newSingleThreadExecutor();
    final Future<ScrapeClient.Answer> answer = scraper.submit(client::scrape);
    collecting.await();
    final long start = System.nanoTime();
    final CompletableResultCode result = server.shutdown();
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isLessThan(5000);
    assertThat(result.isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
    assertThat(result.getFailureThrowable()).hasMessageContaining("callback");
    release.countDown();
    assertThatThrownBy(answer::get).isNotInstanceOf(HttpTimeoutException.class);
    scraper.shutdownNow();
  }

  private static Set<Thread> serverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread.getName().startsWith("glint-openmetrics")
                    || thread.getName().equals("HTTP-Dispatcher")
                    || thread.getName().equals("idle-timeout-task"))
        .collect(Collectors.toSet());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitDespiteInterrupts(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // That is the point: a callback that does not listen.
      }
    }
  }
}
