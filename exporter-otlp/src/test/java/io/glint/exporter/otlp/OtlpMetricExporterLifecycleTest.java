package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.impl.InstrumentationUtil;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.DelegatingMetricData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flush, shutdown, threads and context. */
@Timeout(30)
@Tag("long")
class OtlpMetricExporterLifecycleTest {
  private static final List<MetricData> METRICS =
      List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1)));

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch mayAnswer = new CountDownLatch(1);

  @AfterEach
  void close() {
    mayAnswer.countDown();
    server.close();
    log.close();
  }

  @Test
  void flushCompletesWithTheExportsUnderWay() throws InterruptedException {
    holdAnswer(200);
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(exporter.flush().isSuccess()).as("nothing under way").isTrue();
      final CompletableResultCode export = exporter.export(METRICS);
      final CompletableResultCode flush = exporter.flush();
      arrived.await();
      assertThat(flush.isDone()).isFalse();

      mayAnswer.countDown();
      assertThat(flush.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(export.isDone()).isTrue();
    }
  }

  @Test
  void flushFailsWhenAnExportUnderWayFails() {
    holdAnswer(500);
    try (OtlpMetricExporter exporter = builder().build()) {
      exporter.export(METRICS);
      final CompletableResultCode flush = exporter.flush();
      mayAnswer.countDown();
      flush.join(10, TimeUnit.SECONDS);

      assertThat(flush.isDone()).isTrue();
      assertThat(flush.isSuccess()).isFalse();
    }
  }

  @Test
  void whatAnExportHasTakenAlongWhenTheShutdownBeginsIsDeliveredOnce() throws Exception {
    final AtomicBoolean isHeld = new AtomicBoolean();
    final CountDownLatch hasTakenAlong = new CountDownLatch(1);
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    // It is asked for when the request is there, and before that is sent.
    final Supplier<MeterProvider> held =
        () -> {
          if (isHeld.get()) {
            hasTakenAlong.countDown();
            awaitUninterrupted(mayGoOn);
          }
          return null;
        };
    final OtlpMetricExporter exporter =
        builder().setRetryPolicy(null).setMeterProvider(held).build();
    server.answer(503);
    exporter.export(List.of(TestMetrics.doubleSum())).join(10, TimeUnit.SECONDS);
    assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);

    isHeld.set(true);
    final AtomicReference<CompletableResultCode> export = new AtomicReference<>();
    final Thread thread = new Thread(() -> export.set(exporter.export(METRICS)));
    thread.start();
    hasTakenAlong.await();
    final CompletableResultCode shutdown = exporter.shutdown();
    assertThat(shutdown.isDone()).isFalse();
    mayGoOn.countDown();
    thread.join();
    assertThat(shutdown.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(export.get().isSuccess()).isTrue();
    assertThat(server.received).hasSize(2);
    assertThat(server.received.get(1).request().getResourceMetrics(0).getScopeMetrics(0))
        .satisfies(scope -> assertThat(scope.getMetricsCount()).isEqualTo(2));
    assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An application that starts would wait for it. */
  @Test
  void theClientOfTheJdkIsNotMadeForPlainHttp() {
    final Set<Thread> before = clients();
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(before).containsAll(clients());
    }
  }

  /** What goes through a proxy needs it. */
  @Test
  void theClientOfTheJdkIsMadeForTheFirstRequestThatNeedsIt() {
    final Set<Thread> before = clients();
    try (OtlpMetricExporter exporter = throughProxy().build()) {
      assertThat(before).containsAll(clients());
      assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(clients()).anyMatch(client -> !before.contains(client));
    }
  }

  private OtlpMetricExporterBuilder throughProxy() {
    return builder()
        .setProxyOptions(
            ProxyOptions.create(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), URI.create(server.url("/")).getPort())));
  }

  /** Each client of the JDK has a thread that selects. */
  private static Set<Thread> clients() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("SelectorManager"))
        .collect(Collectors.toSet());
  }

  @Test
  void anExporterThatHasExportedNothingEndsAndExportsNothingAnyMore() {
    final OtlpMetricExporter exporter = builder().build();
    assertThat(exporter.shutdown().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isFalse();
    assertThat(server.received).isEmpty();
  }

  @Test
  void shutdownLetsAnExportUnderWayFinish() throws InterruptedException {
    holdAnswer(200);
    final OtlpMetricExporter exporter = builder().build();
    final CompletableResultCode export = exporter.export(METRICS);
    arrived.await();
    final CompletableResultCode shutdown = exporter.shutdown();
    assertThat(shutdown.isDone()).isFalse();

    mayAnswer.countDown();
    assertThat(shutdown.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(export.isSuccess()).isTrue();
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void shutdownCancelsAnExportThatDoesNotEnd() throws IOException {
    try (BlackHole blackHole = new BlackHole()) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(blackHole.url())
              .setTimeout(Duration.ZERO)
              .setShutdownGrace(Duration.ofMillis(100))
              .build();
      final CompletableResultCode export = exporter.export(METRICS);

      final CompletableResultCode shutdown = exporter.shutdown().join(10, TimeUnit.SECONDS);
      assertThat(shutdown.isSuccess()).isFalse();
      assertThat(shutdown.getFailureThrowable()).hasMessageContaining("were cancelled");
      export.join(10, TimeUnit.SECONDS);
      assertThat(export.isSuccess()).isFalse();
      assertThat(log.warnings()).singleElement().asString().contains("was shut down");
    }
  }

  @Test
  void shutdownEndsTheWaitForTheNextAttempt() throws InterruptedException {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "3600");
          OtlpServer.reply(exchange, 503, new byte[0]);
          arrived.countDown();
        });
    final OtlpMetricExporter exporter =
        builder()
            .setRetryPolicy(RetryPolicy.getDefault())
            .setTimeout(Duration.ZERO)
            .setShutdownGrace(Duration.ofMillis(100))
            .build();
    final CompletableResultCode export = exporter.export(METRICS);
    arrived.await();

    assertThat(exporter.shutdown().join(10, TimeUnit.SECONDS).isDone()).isTrue();
    assertThat(export.join(10, TimeUnit.SECONDS).isDone()).isTrue();
    assertThat(export.isSuccess()).isFalse();
    assertThat(server.received).hasSize(1);
  }

  @Test
  void shutdownIsIdempotent() {
    final OtlpMetricExporter exporter = builder().build();
    final CompletableResultCode first = exporter.shutdown();

    assertThat(first.isSuccess()).isTrue();
    assertThat(exporter.shutdown()).isSameAs(first);
    exporter.close();
    assertThat(exporter.flush().isSuccess()).isTrue();
  }

  @Test
  void exportAfterShutdownFailsWithAMessage() {
    final OtlpMetricExporter exporter = builder().build();
    exporter.shutdown();

    final CompletableResultCode export = exporter.export(METRICS);
    assertThat(export.isDone()).isTrue();
    assertThat(export.isSuccess()).isFalse();
    assertThat(export.getFailureThrowable()).hasMessageContaining("was shut down");
    assertThat(server.received).isEmpty();
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("1 metric point ", "dropped: there is no later export");
  }

  @Test
  void threadsAreDaemonsWithANameAndGoneAfterShutdown() throws InterruptedException {
    // Those of exporters of other tests, in which points wait.
    final Set<Thread> others = threadsNamed("glint-otlp-exporter-");
    final OtlpMetricExporter exporter = builder().build();
    assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    final Set<Thread> own = threadsNamed("glint-otlp-exporter-");
    own.removeAll(others);
    assertThat(own).isNotEmpty().allMatch(Thread::isDaemon);

    exporter.shutdown();
    for (final Thread thread : own) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void theThreadThatSendsWhatWaitsIsGoneAfterShutdown() throws InterruptedException {
    final Set<Thread> others = threadsNamed("glint-otlp-exporter-");
    final OtlpMetricExporter exporter = builder().setShutdownGrace(Duration.ofMillis(100)).build();
    server.answer(503);
    exporter.export(List.of(TestMetrics.doubleSum())).join(10, TimeUnit.SECONDS);
    final Set<Thread> own = threadsNamed("glint-otlp-exporter-");
    own.removeAll(others);
    assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
    exporter.shutdown();
    for (final Thread thread : own) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
  }

  @Test
  void threadOfTheHttpClientIsGoneAfterShutdown() throws InterruptedException {
    final Set<Thread> before = threadsNamed("HttpClient-");
    final OtlpMetricExporter exporter = throughProxy().build();
    assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    final Set<Thread> started = threadsNamed("HttpClient-");
    started.removeAll(before);
    assertThat(started).isNotEmpty();

    exporter.shutdown();
    for (final Thread thread : started) {
      // Before Java 21 it looks every three seconds whether its client was collected.
      for (int i = 0; i < 200 && thread.isAlive(); i++) {
        System.gc();
        thread.join(50);
      }
      assertThat(thread.isAlive()).as(thread.getName()).isFalse();
    }
    assertThat(exporter.shutdown().isSuccess()).isTrue();
  }

  @Test
  void requestsAreMadeOutsideTheCallersContextAndUntraced() {
    final AtomicReference<Context> seen = new AtomicReference<>();
    final OtlpMetricExporterBuilder builder =
        builder()
            .setHeaders(
                () -> {
                  seen.set(Context.current());
                  return Map.of();
                });
    // The wrapper does on the calling thread what an agent does to tasks given to a pool.
    final Context traced = Context.root().with(Span.wrap(TestMetrics.SPAN));
    traced.wrap(() -> Untraced.run(() -> seen.set(Context.current()))).run();
    assertUntraced(seen.getAndSet(null));

    try (OtlpMetricExporter exporter = builder.build()) {
      final Supplier<CompletableResultCode> export = () -> exporter.export(METRICS);
      traced.wrapSupplier(export).get().join(10, TimeUnit.SECONDS);
      assertUntraced(seen.get());
    }
  }

  @Test
  void exportsWithoutAThreadForThemDoNotStayUnderWay() {
    final AtomicBoolean hasThreads = new AtomicBoolean();
    final OtlpMetricExporter exporter =
        builder().setThreadFactory(task -> threadUnless(!hasThreads.get(), task)).build();
    for (int i = 0; i <= OtlpMetricExporter.MAX_IN_FLIGHT; i++) {
      assertThatThrownBy(() -> exporter.export(METRICS)).isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(log.warnings().get(0)).contains("unable to create native thread", "limits");
    hasThreads.set(true);
    assertThat(exporter.export(METRICS).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(server.received).hasSize(1);
    assertThat(exporter.shutdown().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
  }

  @Test
  void pointsThatWaitAreSentByThemselvesAlthoughThereWasOnceNoThreadForThat() throws Exception {
    final AtomicBoolean hasThreads = new AtomicBoolean();
    try (OtlpMetricExporter exporter =
        builder()
            .setThreadFactory(task -> threadUnless(!hasThreads.get(), task))
            .setIdleResend(Duration.ofMillis(50))
            .build()) {
      final List<MetricData> delta = List.of(TestMetrics.doubleSum());
      assertThatThrownBy(() -> exporter.export(delta)).isInstanceOf(OutOfMemoryError.class);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
      // It is due meanwhile, and there is no thread.
      Thread.sleep(200);
      hasThreads.set(true);
      server.answer(503);
      exporter.export(METRICS).join(10, TimeUnit.SECONDS);
      for (int i = 0; i < 100 && server.received.size() < 2; i++) {
        Thread.sleep(20);
      }
      assertThat(server.received).hasSize(2);
    }
  }

  @Test
  void shutdownWithoutAThreadForItCompletesItsResultAndSaysWhatIsLost() {
    final OtlpMetricExporter exporter =
        builder().setThreadFactory(task -> threadUnless(true, task)).build();
    final List<MetricData> delta = List.of(TestMetrics.doubleSum());
    assertThatThrownBy(() -> exporter.export(delta)).isInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(exporter::shutdown).isInstanceOf(OutOfMemoryError.class);
    assertThat(exporter.shutdown().isDone()).isTrue();
    assertThat(exporter.shutdown().isSuccess()).isFalse();
    assertThat(log.warnings()).last().asString().contains("2 metric points", "They are lost");
    assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(2);
  }

  @Test
  void deltaPointsThatCannotBeEncodedForWantOfMemoryAreCounted() {
    final MetricData tooMuch =
        new DelegatingMetricData(TestMetrics.doubleSum()) {
          @Override
          public String getDescription() {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThatThrownBy(() -> exporter.export(List.of(tooMuch)))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(2);
    }
  }

  private static Thread threadUnless(boolean isNone, Runnable task) {
    if (isNone) {
      throw new OutOfMemoryError("unable to create native thread");
    }
    final Thread thread = new Thread(task, "test-exporter");
    thread.setDaemon(true);
    return thread;
  }

  private static void assertUntraced(Context context) {
    assertThat(Span.fromContext(context).getSpanContext().isValid()).isFalse();
    assertThat(InstrumentationUtil.shouldSuppressInstrumentation(context)).isTrue();
  }

  private void holdAnswer(int status) {
    server.answer(
        exchange -> {
          arrived.countDown();
          try {
            mayAnswer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          OtlpServer.reply(exchange, status, new byte[0]);
        });
  }

  private OtlpMetricExporterBuilder builder() {
    return OtlpMetricExporter.builder().setEndpoint(server.url("/")).setRetryPolicy(null);
  }

  private static Set<Thread> threadsNamed(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .collect(Collectors.toSet());
  }
}
