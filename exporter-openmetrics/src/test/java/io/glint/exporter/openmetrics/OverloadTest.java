package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that fell silent, and collections that do not end. */
@Timeout(60)
class OverloadTest {

  private static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());

  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final OpenMetricsServer server = newServer();
  private final ScrapeClient client = new ScrapeClient(server);
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void capture() {
    LOGGER.setFilter(
        entry -> {
          warnings.add(entry.getMessage());
          return false;
        });
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
    LOGGER.setFilter(null);
  }

  private static OpenMetricsServer newServer() {
    OpenMetricsServerBuilder builder = OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
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
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
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
    assertThat(warnings).isEmpty();
  }

  @Test
  void manyClientsThatFellSilentAreLoggedOnceAndTheirConnectionsClosed() throws Exception {
    register(List::of);
    for (int i = 0; i < 90; i++) {
      halfOpen();
    }
    Socket last = halfOpen();
    last.setSoTimeout(10_000);
    assertThat(readOrReset(last)).isEqualTo(-1);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("threads", "occupied", Integer.toString(server.getPort()));
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
    CountDownLatch collecting = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    register(
        () -> {
          collecting.countDown();
          await(release);
          return List.of(Metrics.gauge("a", 1));
        });
    ExecutorService scraper = Executors.newSingleThreadExecutor();
    Future<ScrapeClient.Answer> slow = scraper.submit(client::scrape);
    collecting.await();
    // One that gives up meanwhile; that it cannot be told is not a failure of the collection.
    Socket departed = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
    departed
        .getOutputStream()
        .write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    departed.setSoLinger(true, 0);
    Thread.sleep(100);
    departed.close();
    for (int i = 0; i < 2; i++) {
      ScrapeClient.Answer answer = client.scrape();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text())
          .isEqualTo("a collection has been running for more than 1 s; look for a slow callback\n");
    }
    assertThat(warnings).singleElement().asString().contains("slow callback");
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
    ExecutorService scrapers = Executors.newFixedThreadPool(12);
    List<Future<ScrapeClient.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      // Each asks for something else, or those that wait would share one collection.
      String path = "/metrics?name%5B%5D=" + i;
      answers.add(scrapers.submit(() -> client.get(path)));
    }
    List<String> refusals = new ArrayList<>();
    for (Future<ScrapeClient.Answer> answer : answers) {
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
      boolean unused = latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
