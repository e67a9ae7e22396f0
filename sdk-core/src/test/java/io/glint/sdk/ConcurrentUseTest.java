package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everything that users and readers may call, called at the same time. */
@Timeout(120)
class ConcurrentUseTest {
  private final ExecutorService pool = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  private static void await(List<? extends Future<?>> tasks) throws Exception {
    for (final Future<?> task : tasks) {
      task.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void metersAndInstrumentsAreMadeAndCallbacksComeAndGoDuringCollections() throws Exception {
    final int threads = 3;
    final int rounds = 1_000;
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final AtomicBoolean done = new AtomicBoolean();
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(delta).build()) {
      final CyclicBarrier start = new CyclicBarrier(threads);
      final List<Future<Void>> users = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        final int thread = t;
        users.add(
            pool.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  for (int i = 0; i < rounds; i++) {
                    final Meter meter = provider.get("meter" + i % 2);
                    meter.counterBuilder("shared" + i).build().add(1);
                    meter.counterBuilder("own" + thread + "." + i).build().add(1);
                    meter.gaugeBuilder("gauge" + i).buildWithCallback(m -> m.record(1)).close();
                  }
                  return null;
                }));
      }
      final Future<Long> collector =
          pool.submit(
              () -> {
                long total = 0;
                boolean last = false;
                while (!last) {
                  last = done.get();
                  for (final MetricData metric : delta.collectAllMetrics()) {
                    total +=
                        metric.getLongSumData().getPoints().stream()
                            .mapToLong(point -> point.getValue())
                            .sum();
                  }
                }
                return total;
              });
      await(users);
      done.set(true);
      assertThat(collector.get(60, TimeUnit.SECONDS)).isEqualTo(2L * threads * rounds);
      assertThat(delta.collectAllMetrics()).as("callbacks that are left").isEmpty();
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void collectionsFlushesAndShutdownsMayMeet() throws Exception {
    for (int i = 0; i < 20; i++) {
      final InMemoryMetricReader pulled = InMemoryMetricReader.create();
      final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
      final GlintMeterProvider provider =
          GlintMeterProvider.builder()
              .registerMetricReader(pulled)
              .registerMetricReader(PeriodicMetricReader.create(exporter))
              .build();
      final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
      final List<Callable<Object>> calls =
          List.of(
              () -> pulled.collectAllMetrics(),
              () -> provider.forceFlush().join(30, TimeUnit.SECONDS).isDone(),
              () -> provider.shutdown().join(30, TimeUnit.SECONDS).isDone(),
              () -> provider.shutdown().join(30, TimeUnit.SECONDS).isDone(),
              () -> {
                provider.get("other").counterBuilder("counter").build().add(1);
                counter.add(1);
                return true;
              });
      final CyclicBarrier start = new CyclicBarrier(calls.size());
      final List<Future<Object>> results = new ArrayList<>();
      for (final Callable<Object> call : calls) {
        results.add(
            pool.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  return call.call();
                }));
      }
      await(results);
      assertThat(results.subList(1, 5)).allMatch(result -> resultOf(result).equals(true));
      final CompletableResultCode shutdown = provider.shutdown();
      assertThat(shutdown.isDone()).isTrue();
    }
  }

  private static Object resultOf(Future<Object> task) {
    try {
      return task.get(1, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void recordingAfterShutdownThrowsNothingOnAnyThread() throws Exception {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
    final List<Future<?>> recorders = new ArrayList<>();
    final CyclicBarrier start = new CyclicBarrier(4);
    for (int t = 0; t < 4; t++) {
      final boolean shutsDown = t == 0;
      recorders.add(
          pool.submit(
              () -> {
                start.await(30, TimeUnit.SECONDS);
                if (shutsDown) {
                  provider.close();
                }
                for (int i = 0; i < 100_000; i++) {
                  counter.add(1);
                }
                return null;
              }));
    }
    await(recorders);
    assertThat(counter.isEnabled()).isFalse();
  }

  @Test
  void whatIsToldToBeFirstOfNameAndAdviceIsWhatIsUsed() throws Exception {
    final int instruments = 40;
    for (int trial = 0; trial < 15; trial++) {
      final InMemoryMetricReader reader = InMemoryMetricReader.create();
      try (LogCapture log = new LogCapture();
          GlintMeterProvider provider =
              GlintMeterProvider.builder().registerMetricReader(reader).build()) {
        final Meter meter = provider.get("meter");
        final AtomicInteger arrived = new AtomicInteger();
        await(
            List.of(
                pool.submit(() -> make(meter, "latency.", 1, instruments, arrived)),
                pool.submit(() -> make(meter, "Latency.", 2, instruments, arrived))));
        final Collection<MetricData> metrics = reader.collectAllMetrics();
        assertThat(metrics).hasSize(instruments);
        for (final MetricData metric : metrics) {
          final double boundary =
              metric.getHistogramData().getPoints().iterator().next().getBoundaries().get(0);
          final String name = "Instrument '" + metric.getName() + "'";
          assertThat(log.messages())
              .anyMatch(
                  message ->
                      message.startsWith(name) && message.contains("keeps the first spelling"))
              .anyMatch(
                  message ->
                      message.regionMatches(/* ignoreCase= */ true, 0, name, 0, name.length())
                          && message.endsWith("advised first: [" + boundary + "]"));
        }
      }
    }
  }

  /** Makes each instrument at the moment the other thread does. */
  private static void make(
      Meter meter, String name, double boundary, int instruments, AtomicInteger arrived) {
    for (int i = 0; i < instruments; i++) {
      arrived.incrementAndGet();
      while (arrived.get() < 2 * (i + 1)) {
        Thread.onSpinWait();
      }
      meter
          .histogramBuilder(name + i)
          .setExplicitBucketBoundariesAdvice(List.of(boundary))
          .build()
          .record(1);
    }
  }
}
