package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Flushes, the schedule, late completions and the shutdown, all at once. */
class PeriodicStressTest {
  private static final int THREADS = 6;

  @Test
  void inAStormOfFlushesExportsAndCollectionsNeverOverlap() throws Exception {
    final FakeExporter exporter = new FakeExporter();
    final FakeSource source = new FakeSource(exporter);
    source.metrics = n -> List.of(FakeSource.gauge("m", 5));
    final ScheduledExecutorService network = Executors.newScheduledThreadPool(2);
    final AtomicInteger number = new AtomicInteger();
    // Completes at once, or later by another thread, well, badly, or by an exception.
    exporter.onExport =
        () -> {
          final int n = number.incrementAndGet();
          if (n % 5 == 0) {
            return CompletableResultCode.ofSuccess();
          }
          if (n % 17 == 0) {
            throw new IllegalStateException("every now and then");
          }
          final CompletableResultCode result = new CompletableResultCode();
          final Runnable complete = n % 7 == 0 ? result::fail : result::succeed;
          if (n % 3 == 0) {
            network.execute(complete);
          } else {
            final var unused = network.schedule(complete, n % 11 * 100L, TimeUnit.MICROSECONDS);
          }
          return result;
        };
    final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try (LogCapture ignored = new LogCapture()) {
      final GlintPeriodicMetricReader reader =
          GlintPeriodicMetricReader.builder(exporter)
              .setInterval(Duration.ofMillis(1))
              .setExportTimeout(Duration.ofSeconds(20))
              .setMaxExportBatchSize(2)
              .build();
      reader.register(source);
      final List<Future<Integer>> done =
          together(
              pool,
              i -> {
                int completed = 0;
                for (int n = 0; n < 200; n++) {
                  final CompletableResultCode result = reader.forceFlush();
                  if (n % 4 != 0) {
                    completed += result.join(20, TimeUnit.SECONDS).isDone() ? 1 : 0;
                  }
                }
                return completed;
              });
      for (final Future<Integer> future : done) {
        assertThat(future.get(60, TimeUnit.SECONDS)).as("flushes that came back").isEqualTo(150);
      }
      assertThat(reader.shutdown().join(20, TimeUnit.SECONDS).isDone()).isTrue();
      assertThat(exporter.mostExportsInFlight).hasValue(1);
      assertThat(source.overlaps).hasValue(0);
      assertThat(exporter.count("shutdown")).isEqualTo(1);
      assertThat(exporter.calls).endsWith("shutdown");
      assertThat(exporter.count("export")).isEqualTo(3L * source.collections.get());
    } finally {
      pool.shutdownNow();
      network.shutdownNow();
    }
  }

  @RepeatedTest(50)
  void flushesAndShutdownsAtTheSameTimeAllComeBack() throws Exception {
    final FakeExporter exporter = new FakeExporter();
    final FakeSource source = new FakeSource(exporter);
    final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      final GlintPeriodicMetricReader reader =
          GlintPeriodicMetricReader.builder(exporter).setInterval(1, TimeUnit.MILLISECONDS).build();
      reader.register(source);
      final List<Future<CompletableResultCode>> results =
          together(pool, i -> i % 2 == 0 ? reader.forceFlush() : reader.shutdown());
      final CompletableResultCode shutdown = reader.shutdown();
      for (int i = 0; i < THREADS; i++) {
        final CompletableResultCode result = results.get(i).get(10, TimeUnit.SECONDS);
        assertThat(result.join(10, TimeUnit.SECONDS).isDone()).isTrue();
        if (i % 2 != 0) {
          assertThat(result).isSameAs(shutdown);
        }
      }
      assertThat(shutdown.isSuccess()).isTrue();
      assertThat(exporter.calls).endsWith("shutdown");
      assertThat(exporter.count("shutdown")).isEqualTo(1);
      assertThat(exporter.mostExportsInFlight).hasValue(1);
      assertThat(source.overlaps).hasValue(0);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void everyMeasurementIsExportedOnceUnderDeltaTemporality() throws Exception {
    final AtomicLong exported = new AtomicLong();
    final ScheduledExecutorService network = Executors.newScheduledThreadPool(1);
    final MetricExporter adding = new AddingExporter(exported, network);
    final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      final GlintMeterProvider provider =
          GlintMeterProvider.builder()
              .registerMetricReader(
                  GlintPeriodicMetricReader.builder(adding)
                      .setInterval(Duration.ofMillis(1))
                      .setMaxExportBatchSize(1)
                      .build())
              .build();
      final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
      final List<Future<Integer>> done =
          together(
              pool,
              i -> {
                for (int n = 0; n < 20_000; n++) {
                  counter.add(1);
                  if (n % 2_000 == 0) {
                    final var unused = provider.forceFlush();
                  }
                }
                return i;
              });
      for (final Future<Integer> future : done) {
        future.get(60, TimeUnit.SECONDS);
      }
      assertThat(provider.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exported).hasValue(THREADS * 20_000L);
    } finally {
      pool.shutdownNow();
      network.shutdownNow();
    }
  }

  /** Adds up what it is given, some time after it has returned. */
  private record AddingExporter(AtomicLong sum, ScheduledExecutorService network)
      implements MetricExporter {
    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      final CompletableResultCode result = new CompletableResultCode();
      final var unused =
          network.schedule(
              () -> {
                for (final MetricData metric : metrics) {
                  for (final LongPointData point : metric.getLongSumData().getPoints()) {
                    sum.addAndGet(point.getValue());
                  }
                }
                result.succeed();
              },
              ThreadLocalRandom.current().nextInt(2_000),
              TimeUnit.MICROSECONDS);
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return AggregationTemporality.DELTA;
    }
  }

  /** A task of one of several threads. */
  private interface Task<T> {
    T run(int thread) throws Exception;
  }

  private static <T> List<Future<T>> together(ExecutorService pool, Task<T> task) {
    final CyclicBarrier start = new CyclicBarrier(THREADS);
    final List<Callable<T>> tasks = new ArrayList<>();
    IntStream.range(0, THREADS)
        .forEach(
            i ->
                tasks.add(
                    () -> {
                      start.await(10, TimeUnit.SECONDS);
                      return task.run(i);
                    }));
    return tasks.stream().map(pool::submit).toList();
  }
}
