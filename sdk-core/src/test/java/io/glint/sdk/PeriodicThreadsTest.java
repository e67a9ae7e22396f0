package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.export.ReaderThreads;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reader's own threads: what they are, that they end, and that none is blocked for good. */
class PeriodicThreadsTest {
  private final FakeExporter exporter = new FakeExporter();
  private final FakeSource source = new FakeSource(exporter);
  private final Set<Thread> threadsOfOthers = new HashSet<>();

  @BeforeEach
  void rememberThreadsOfOthers() {
    threadsOfOthers.addAll(threads());
  }

  @Test
  void theThreadsAreNamedDaemonsWithTheClassLoaderOfTheExporter() throws Exception {
    final ClassLoader application = new URLClassLoader(new URL[0]);
    final AtomicReference<Thread> thread = new AtomicReference<>();
    final ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(application);
    try {
      final GlintPeriodicMetricReader reader =
          GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build();
      exporter.onExport =
          () -> {
            thread.set(Thread.currentThread());
            return CompletableResultCode.ofSuccess();
          };
      reader.register(source);
      assertThat(succeeds(reader.forceFlush())).isTrue();
      assertThat(thread.get().getName()).startsWith("glint-metric-reader-");
      assertThat(ownThreads())
          .contains(thread.get())
          .allMatch(Thread::isDaemon)
          .allMatch(t -> t.getContextClassLoader() == FakeExporter.class.getClassLoader());
      assertThat(succeeds(reader.shutdown())).isTrue();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    await("no thread after the shutdown", () -> ownThreads().isEmpty());
  }

  @Test
  void aReaderThatIsNotRegisteredHasNoThreadAndIsGarbage() {
    final WeakReference<Object> reader =
        new WeakReference<>(GlintPeriodicMetricReader.create(exporter));
    assertThat(ownThreads()).isEmpty();
    awaitCollected(reader);
  }

  @Test
  void aReaderThatWasShutDownIsGarbageAndHoldsNoProvider() {
    GlintPeriodicMetricReader reader = GlintPeriodicMetricReader.create(exporter);
    FakeSource provider = new FakeSource(exporter);
    reader.register(provider);
    assertThat(succeeds(reader.shutdown())).isTrue();
    final WeakReference<Object> readerReference = new WeakReference<>(reader);
    final WeakReference<Object> providerReference = new WeakReference<>(provider);
    provider = null;
    awaitCollected(providerReference);
    assertThat(reader).as("still held").isSameAs(readerReference.get());
    reader = null;
    awaitCollected(readerReference);
  }

  @Test
  void aReaderThatIsRegisteredExportsOnWhoeverHoldsIt() {
    final InMemoryMetricExporter inMemory = InMemoryMetricExporter.create();
    final WeakReference<GlintPeriodicMetricReader> reader = new WeakReference<>(started(inMemory));
    for (int i = 0; i < 5; i++) {
      System.gc();
      inMemory.reset();
      await("another export", () -> !inMemory.getFinishedMetricItems().isEmpty());
    }
    assertThat(succeeds(reader.get().shutdown())).isTrue();
  }

  /** Nobody keeps the provider, and nobody an instrument of it. */
  private static GlintPeriodicMetricReader started(InMemoryMetricExporter exporter) {
    final GlintPeriodicMetricReader reader =
        GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofMillis(20)).build();
    GlintMeterProvider.builder()
        .registerMetricReader(reader)
        .build()
        .get("meter")
        .gaugeBuilder("heap")
        .buildWithCallback(measurement -> measurement.record(1));
    return reader;
  }

  @Test
  void anExporterThatBlocksForEverHoldsUpNoFlushNoShutdownAndNoThread() {
    try (LogCapture ignored = new LogCapture()) {
      final CountDownLatch interrupted = new CountDownLatch(3);
      exporter.onExport = () -> block(interrupted);
      exporter.onFlush = () -> block(interrupted);
      exporter.onShutdown = () -> block(interrupted);
      final GlintPeriodicMetricReader reader =
          GlintPeriodicMetricReader.builder(exporter)
              .setInterval(Duration.ofHours(1))
              .setExportTimeout(Duration.ofMillis(50))
              .build();
      reader.register(source);
      final CompletableResultCode flush = reader.forceFlush().join(10, TimeUnit.SECONDS);
      assertThat(flush.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      final CompletableResultCode waiting = reader.forceFlush().join(10, TimeUnit.SECONDS);
      assertThat(waiting.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      final CompletableResultCode shutdown = reader.shutdown().join(10, TimeUnit.SECONDS);
      assertThat(shutdown.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      await("blocked calls are interrupted", () -> interrupted.getCount() == 0);
      await("no thread after the shutdown", () -> ownThreads().isEmpty());
      assertThat(exporter.mostExportsInFlight).hasValue(1);
      assertThat(exporter.calls).containsExactly("export m1", "flush", "shutdown");
    }
  }

  private static CompletableResultCode block(CountDownLatch interrupted) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
    return CompletableResultCode.ofFailure();
  }

  @Test
  void whileTheExporterIsBusyNoThreadWaitsForIt() {
    final CompletableResultCode slow = new CompletableResultCode();
    final AtomicReference<Thread> thread = new AtomicReference<>();
    exporter.onExport =
        () -> {
          thread.set(Thread.currentThread());
          return slow;
        };
    final GlintPeriodicMetricReader reader =
        GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build();
    reader.register(source);
    final CompletableResultCode flush = reader.forceFlush();
    await("an export", () -> thread.get() != null);
    await("the worker is idle", () -> isIdle(thread.get()));
    slow.succeed();
    assertThat(succeeds(flush)).isTrue();
    assertThat(succeeds(reader.shutdown())).isTrue();
  }

  private static boolean isIdle(Thread worker) {
    return List.of(worker.getStackTrace()).stream()
            .noneMatch(frame -> frame.getClassName().startsWith("io.glint"))
        && worker.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void itWorksWithTheStockSdk() {
    final GlintPeriodicMetricReader reader =
        GlintPeriodicMetricReader.builder(exporter)
            .setInterval(Duration.ofMillis(20))
            .setMaxExportBatchSize(2)
            .build();
    try (SdkMeterProvider provider =
        SdkMeterProvider.builder().registerMetricReader(reader).build()) {
      final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
      counter.add(5);
      await("an export by itself", () -> exporter.lastExported != null);
      counter.add(6);
      assertThat(succeeds(provider.forceFlush())).isTrue();
      assertThat(lastExported()).isEqualTo(11);
      counter.add(7);
    }
    assertThat(lastExported()).as("exported by the shutdown").isEqualTo(18);
    await("no thread after the shutdown", () -> ownThreads().isEmpty());
  }

  private long lastExported() {
    final MetricData metric = exporter.lastExported.iterator().next();
    return metric.getLongSumData().getPoints().iterator().next().getValue();
  }

  private static boolean succeeds(CompletableResultCode result) {
    return result.join(10, TimeUnit.SECONDS).isSuccess();
  }

  private Set<Thread> ownThreads() {
    final Set<Thread> own = threads();
    own.removeAll(threadsOfOthers);
    return own;
  }

  private static Set<Thread> threads() {
    final Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith(ReaderThreads.NAME));
    return threads;
  }

  private static void awaitCollected(WeakReference<?> reference) {
    await(
        "garbage",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
  }

  private static void await(String what, BooleanSupplier condition) {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as(what).isNegative();
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
