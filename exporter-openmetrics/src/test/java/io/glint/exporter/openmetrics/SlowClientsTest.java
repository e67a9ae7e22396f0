package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each limit of {@link HttpLimits} by itself, with all others far away, and the executor of the
 * application.
 */
@Timeout(60)
@Tag("long")
class SlowClientsTest {

  private static final int FAR = 3_600_000;
  private static final String REQUEST = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static final MetricData LARGE = Metrics.large();

  private final LogCapture log = new LogCapture(OpenMetricsServer.class);
  private final OpenMetricsServerBuilder builder =
      OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
  private final List<Socket> sockets = new ArrayList<>();
  private OpenMetricsServer server;

  @AfterEach
  void stop() throws IOException {
    for (final Socket socket : sockets) {
      socket.close();
    }
    server.close();
    log.close();
  }

  private void start(MetricData metric) {
    server = builder.build();
    server.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            return List.of(metric);
          }
        });
  }

  private Socket connect() throws IOException {
    final Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
    socket.setSoTimeout(20_000);
    return socket;
  }

  private Socket send(String request) throws IOException {
    final Socket socket = connect();
    socket.getOutputStream().write(request.getBytes(US_ASCII));
    return socket;
  }

  /** Reads to the end, which a reset is, too. */
  private static long readAll(Socket socket) throws IOException {
    final byte[] bytes = new byte[64 * 1024];
    long all = 0;
    try {
      final InputStream in = socket.getInputStream();
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        all += count;
      }
    } catch (SocketException e) {
      // Closed with something unread.
    }
    return all;
  }

  /** How many bytes the head and the body of an answer have. */
  private long answerLength() throws Exception {
    final Socket socket = send(REQUEST.replace("Host", "Connection: close\r\nHost"));
    return readAll(socket);
  }

  @Test
  void whoTakesNothingOfAnAnswerIsCutOff() throws Exception {
    builder.limits = new HttpLimits(64, FAR, FAR, 300, FAR, FAR);
    start(LARGE);
    final Socket stalled = send(REQUEST);
    assertThat(stalled.getInputStream().read()).isEqualTo('H');
    awaitNoAnswer();
    assertThat(readAll(stalled)).isLessThan(answerLength() - 1);
  }

  @Test
  void whoTakesNothingIsCutOffSoonerWhereAnotherScrapeNeedsItsPlace() throws Exception {
    builder.limits = new HttpLimits(64, FAR, FAR, FAR, 100, FAR);
    builder.setMaxConcurrentScrapes(1);
    start(LARGE);
    final Socket stalled = send(REQUEST);
    assertThat(stalled.getInputStream().read()).isEqualTo('H');
    assertThat(new ScrapeClient(server).get("/metrics").status()).isEqualTo(200);
    awaitNoAnswer();
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void whoTakesALittleNowAndThenIsCutOffWhenTheTimeForAllOfItIsOver() throws Exception {
    builder.limits = new HttpLimits(64, FAR, FAR, FAR, FAR, 1500);
    start(LARGE);
    final Socket slow = send(REQUEST);
    final InputStream in = slow.getInputStream();
    assertThat(in.read()).isEqualTo('H');
    final long start = System.nanoTime();
    try {
      while (answers() > 0) {
        in.readNBytes(1000);
        Thread.sleep(20);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(20);
      }
    } catch (SocketException e) {
      // Cut off.
    }
    awaitNoAnswer();
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1300));
  }

  @Test
  void whoGoesOnToReadIsNotTakenForOneThatTakesNothing() throws Exception {
    // So long that no machine, however busy, keeps this thread from reading for all of it.
    builder.limits = new HttpLimits(64, FAR, FAR, 5000, FAR, FAR);
    start(LARGE);
    final Socket steady = send(REQUEST.replace("Host", "Connection: close\r\nHost"));
    final InputStream in = steady.getInputStream();
    long all = 0;
    // Longer than the limit by far, but never that long without a byte.
    for (int i = 0; i < 16; i++) {
      all += in.readNBytes(500_000).length;
      Thread.sleep(700);
    }
    all += readAll(steady);
    assertThat(all).isEqualTo(answerLength());
  }

  @Test
  void whoSendsARequestByteByByteIsCutOff() throws Exception {
    builder.limits = new HttpLimits(64, FAR, 1500, FAR, FAR, FAR);
    start(Metrics.gauge("a", 1));
    final Socket slow = connect();
    slow.setSoTimeout(50);
    final long start = System.nanoTime();
    boolean isOpen = true;
    for (int i = 0; isOpen; i++) {
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(20);
      try {
        slow.getOutputStream().write(i < 10 ? "GET / HTTP".charAt(i) : '1');
        isOpen = slow.getInputStream().read() >= 0;
      } catch (SocketTimeoutException e) {
        // Still open.
      } catch (SocketException e) {
        isOpen = false;
      }
    }
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1300));
  }

  @Test
  void whoSaysNothingAfterAnAnswerIsCutOff() throws Exception {
    builder.limits = new HttpLimits(64, 300, FAR, FAR, FAR, FAR);
    start(Metrics.gauge("a", 1));
    final Socket idle = send(REQUEST);
    assertThat(idle.getInputStream().read()).isEqualTo('H');
    // Without an end of its own, as nothing has asked for one.
    assertThat(readAll(idle)).isPositive();
    assertThat(new ScrapeClient(server).get("/metrics").status()).isEqualTo(200);
  }

  @Test
  void whoSendsOnAndOnAfterARefusalIsCutOff() throws Exception {
    builder.limits = new HttpLimits(64, FAR, FAR, FAR, FAR, FAR);
    start(Metrics.gauge("a", 1));
    final Socket endless = send("GET / HTTP/3\r\n");
    final byte[] more = "x".repeat(4096).getBytes(US_ASCII);
    final long start = System.nanoTime();
    boolean isOpen = true;
    while (isOpen) {
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(20);
      try {
        endless.getOutputStream().write(more);
        Thread.sleep(5);
      } catch (SocketException e) {
        isOpen = false;
      }
    }
    // One that keeps silent then is not waited for either.
    final Socket silent = send("GET / HTTP/3\r\n");
    assertThat(readAll(silent)).isPositive();
    awaitNoConnection();
  }

  /** How many threads are writing an answer. */
  private long answers() {
    return threadsIn("writeTo");
  }

  private long threadsIn(String method) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(
            entry ->
                entry.getKey().getName().startsWith("glint-openmetrics-" + server.getPort() + '-'))
        .filter(
            entry ->
                List.of(entry.getValue()).stream()
                    .anyMatch(frame -> frame.getMethodName().equals(method)))
        .count();
  }

  private void awaitNoAnswer() {
    Await.until(() -> answers() == 0);
  }

  private void awaitNoConnection() {
    Await.until(() -> threadsIn("serve") == 0);
  }

  @Test
  void connectionsRunByTheExecutorOfTheApplicationWhichIsNotShutDown() throws Exception {
    final List<String> threads = new CopyOnWriteArrayList<>();
    final ExecutorService executor =
        Executors.newCachedThreadPool(
            task -> {
              final Thread thread = new Thread(task, "of the application");
              thread.setDaemon(true);
              return thread;
            });
    try {
      builder
          .setExecutor(executor)
          .setAuthenticator("Any", request -> threads.add(Thread.currentThread().getName()));
      start(Metrics.gauge("a", 1));
      assertThat(new ScrapeClient(server).get("/metrics").text()).contains("a 1.0");
      assertThat(threads).containsExactly("of the application");
      assertThat(server.shutdown().isSuccess()).isTrue();
      assertThat(executor.isShutdown()).isFalse();
      assertThat(executor.submit(() -> 5).get()).isEqualTo(5);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void anExecutorThatRefusesIsToldOfAndLaterConnectionsAreServed() throws Exception {
    final ExecutorService executor = Executors.newCachedThreadPool();
    final AtomicInteger refused = new AtomicInteger();
    try {
      builder.setExecutor(
          task -> {
            if (refused.incrementAndGet() <= 100) {
              throw new RejectedExecutionException("secret");
            }
            executor.execute(task);
          });
      start(Metrics.gauge("a", 1));
      // More than there may be connections: one that was refused takes no place.
      for (int i = 0; i < 100; i++) {
        assertThat(readAll(connect())).isZero();
      }
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("setExecutor", "64")
          .doesNotContain("secret");
      assertThat(new ScrapeClient(server).get("/metrics").status()).isEqualTo(200);
      assertThat(server.shutdown().isSuccess()).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void whereAllConnectionsAreBeingAnsweredAnotherOneIsClosed() throws Exception {
    final CountDownLatch began = new CountDownLatch(2);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    builder.limits = new HttpLimits(2, FAR, FAR, FAR, FAR, FAR);
    builder.setAuthenticator(
        "Any",
        request -> {
          began.countDown();
          Await.open(mayEnd);
          return true;
        });
    start(Metrics.gauge("a", 1));
    final List<Socket> answered = List.of(send(REQUEST), send(REQUEST));
    Await.open(began);
    assertThat(readAll(connect())).isZero();
    assertThat(log.messages()).singleElement().asString().contains("All 2 connections");
    mayEnd.countDown();
    for (final Socket socket : answered) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
    }
  }
}
