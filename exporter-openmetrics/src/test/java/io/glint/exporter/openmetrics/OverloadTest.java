package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.LogCapture;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that fell silent, and collections that do not end. */
@Timeout(60)
@Tag("long")
class OverloadTest {

  private static final MetricData LARGE = Metrics.large();

  private final LogCapture log = new LogCapture(OpenMetricsServer.class);
  private final OpenMetricsServer server = newServer();
  private final ScrapeClient client = new ScrapeClient(server);
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (final Socket socket : sockets) {
      socket.close();
    }
    server.close();
    log.close();
  }

  private static OpenMetricsServer newServer() {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
    builder.maxCollectionWaitSeconds = 1;
    return builder.build();
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

  private Socket halfOpen() throws IOException {
    final Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    sockets.add(socket);
    socket.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void fewClientsThatFellSilentDoNotHoldUpOthers() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    for (int i = 0; i < 8; i++) {
      halfOpen();
    }
    assertThat(client.scrape().status()).isEqualTo(200);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void oneMoreClientTakesThePlaceOfTheOneThatWasSilentForLongest() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    final Socket first = halfOpen();
    Thread.sleep(500);
    for (int i = 1; i < HttpLimits.CONNECTIONS; i++) {
      halfOpen();
    }
    assertThat(log.messages()).isEmpty();
    assertThat(client.scrape().status()).isEqualTo(200);
    final long start = System.nanoTime();
    assertClosed(first);
    assertThat(System.nanoTime() - start)
        .isLessThan(TimeUnit.SECONDS.toNanos(HttpLimits.READING_SECONDS / 2));
    final Socket last = halfOpen();
    last.getOutputStream()
        .write("ics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    last.setSoTimeout(20_000);
    assertThat(last.getInputStream().read()).isEqualTo('H');
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("64 connections", Integer.toString(server.getPort()));
  }

  @Test
  void aThousandConnectionsThatSendNothingOrLittleHarmNoScrape() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    final AtomicBoolean goesOn = new AtomicBoolean(true);
    // Each sends a byte now and then, and comes back when it was cut off.
    final Thread slow =
        new Thread(
            () -> {
              final List<Socket> all = new ArrayList<>();
              while (goesOn.get()) {
                for (int i = 0; i < 1000 && goesOn.get(); i++) {
                  try {
                    if (i == all.size()) {
                      all.add(connect());
                    }
                    all.get(i).getOutputStream().write('G');
                  } catch (IOException e) {
                    all.set(i, connect());
                  }
                }
              }
              all.forEach(OverloadTest::closeQuietly);
            });
    slow.start();
    try {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(50);
        assertThat(scrapeOnce()).isEqualTo(200);
        assertThat(connectionThreads()).isLessThan(3 * HttpLimits.CONNECTIONS);
      }
    } finally {
      goesOn.set(false);
      slow.join();
    }
  }

  private Socket connect() {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  /**
   * On a connection of its own: one that was kept may be closed by now, which a scraper finds out
   * by itself.
   */
  private int scrapeOnce() throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      final byte[] status = socket.getInputStream().readNBytes(12);
      return Integer.parseInt(new String(status, 9, 3, StandardCharsets.US_ASCII));
    }
  }

  private long connectionThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("glint-openmetrics-" + server.getPort()))
        .count();
  }

  @Test
  void aThousandConnectionsThatNeverReadHoldOthersUpForSecondsAtMost() throws Exception {
    register(() -> List.of(LARGE));
    for (int i = 0; i < 1000; i++) {
      neverReads(server.getPort());
    }
    final long start = System.nanoTime();
    while (scrapeOnce() != 200) {
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(10);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(scrapeOnce()).isEqualTo(200);
    }
  }

  @Test
  void scrapesThatReadAreNotEndedWhereNoMoreMayRun() throws Exception {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).setMaxConcurrentScrapes(1);
    builder.limits = new HttpLimits(64, 60_000, 60_000, 60_000, 60_000, 60_000);
    try (OpenMetricsServer narrow = builder.build()) {
      narrow.register(
          new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
              return List.of(LARGE);
            }
          });
      final Socket reading = neverReads(narrow.getPort());
      assertThat(reading.getInputStream().read()).isEqualTo('H');
      final ScrapeClient.Answer refused = new ScrapeClient(narrow).get("/metrics");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(log.messages()).anyMatch(text -> text.contains("1 scrapes are running"));
      reading.getInputStream().skipNBytes(1_000_000);
    }
  }

  private Socket neverReads(int port) throws IOException {
    final Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void clientsThatAreTooSlowAreCutOffOneByOne() throws Exception {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
    builder.limits = new HttpLimits(64, 1500, 500, 500, 100, 1000);
    try (OpenMetricsServer impatient = builder.build()) {
      impatient.register(
          new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
              return List.of(LARGE);
            }
          });
      final Socket half = new Socket(InetAddress.getLoopbackAddress(), impatient.getPort());
      sockets.add(half);
      half.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
      assertClosed(half);
      neverReads(impatient.getPort());
      final Socket silent = new Socket(InetAddress.getLoopbackAddress(), impatient.getPort());
      sockets.add(silent);
      final long start = System.nanoTime();
      assertClosed(silent);
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1000));
      while (running(impatient) > 0) {
        Thread.sleep(10);
      }
    }
  }

  /** How many answers are out. */
  private static int running(OpenMetricsServer server) {
    return (int)
        Thread.getAllStackTraces().entrySet().stream()
            .filter(
                entry ->
                    entry.getKey().getName().startsWith("glint-openmetrics-" + server.getPort()))
            .filter(
                entry ->
                    List.of(entry.getValue()).stream()
                        .anyMatch(frame -> frame.getMethodName().equals("writeTo")))
            .count();
  }

  @Test
  void requestsWithBrokenBytesAreAnsweredOrRefusedAndOthersGoOn() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    final Random random = new Random(1818);
    final String sent =
        String.join(
            "\r\n",
            "GET /metrics?name[]=a%20b&name[]=c HTTP/1.1",
            "Host: h",
            "Connection: close",
            "Accept: application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1",
            "Accept-Encoding: gzip;q=1.0, identity; q=0.5",
            "",
            "");
    for (int i = 0; i < 2000; i++) {
      final byte[] broken = sent.getBytes(StandardCharsets.ISO_8859_1);
      for (int changes = random.nextInt(6); changes >= 0; changes--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try (Socket socket = connect()) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(broken);
        socket.shutdownOutput();
        final byte[] answer = socket.getInputStream().readNBytes(12);
        if (answer.length > 0) {
          assertThat(new String(answer, StandardCharsets.US_ASCII))
              .matches("HTTP/1\\.1 (200|400|404|405|414|431|505)");
        }
      } catch (SocketException e) {
        // Closed with our bytes unread.
      }
    }
    assertThat(scrapeOnce()).isEqualTo(200);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void endlessRequestsAreAnsweredAndClosed() throws Exception {
    register(() -> List.of(Metrics.gauge("a", 1)));
    assertThat(statusOfEndless("GET /")).isEqualTo("414");
    assertThat(statusOfEndless("GET / HTTP/1.1\r\nHost: x\r\nX: ")).isEqualTo("431");
    assertThat(statusOfEndless("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"))
        .isEqualTo("405");
  }

  private String statusOfEndless(String beginning) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
      final byte[] more = "a".repeat(90_000).getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(more);
      final String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).contains("\r\nConnection: close\r\n");
      return answer.substring(9, 12);
    }
  }

  private static void assertClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    assertThat(readOrReset(socket)).isEqualTo(-1);
  }

  private static int readOrReset(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException e) {
      // Closed with our bytes unread.
      return -1;
    }
  }

  @Test
  void scrapeDoesNotWaitForeverForTheCollectionOfAnother() throws Exception {
    final CountDownLatch collecting = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    register(
        () -> {
          collecting.countDown();
          await(release);
          return List.of(Metrics.gauge("a", 1));
        });
    final ExecutorService scraper = Executors.newSingleThreadExecutor();
    final Future<ScrapeClient.Answer> slow = scraper.submit(client::scrape);
    collecting.await();
    // One that gives up meanwhile; that it cannot be told is not a failure of the collection.
    final Socket departed = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    departed
        .getOutputStream()
        .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    departed.setSoLinger(true, 0);
    Thread.sleep(100);
    departed.close();
    for (int i = 0; i < 2; i++) {
      final ScrapeClient.Answer answer = client.scrape();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text())
          .isEqualTo("a collection has been running for more than 1 s; look for a slow callback\n");
    }
    assertThat(log.messages()).singleElement().asString().contains("slow callback");
    release.countDown();
    assertThat(slow.get().status()).isEqualTo(200);
    assertThat(client.scrape().status()).isEqualTo(200);
    scraper.shutdownNow();
  }

  @Test
  void manyCollectionsInARowAreToldApartFromOneThatIsStuck() throws Exception {
    register(
        () -> {
          sleep(300);
          return List.of();
        });
    final ExecutorService scrapers = Executors.newFixedThreadPool(12);
    final List<Future<ScrapeClient.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      // Each asks for something else, or those that wait would share one collection.
      final String path = "/metrics?name%5B%5D=" + i;
      answers.add(scrapers.submit(() -> client.get(path)));
    }
    final List<String> refusals = new ArrayList<>();
    for (final Future<ScrapeClient.Answer> answer : answers) {
      if (answer.get().status() == 503) {
        refusals.add(answer.get().text());
      }
    }
    scrapers.shutdownNow();
    assertThat(refusals)
        .isNotEmpty()
        .allMatch(text -> text.startsWith("other scrapes have been waiting to collect for more"));
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      final boolean unused = latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
