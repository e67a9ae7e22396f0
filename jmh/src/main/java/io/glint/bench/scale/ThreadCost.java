package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.RandomWalk;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * What recording costs with a number of threads, more than there are processors in the end: the
 * time of a processor for one record, idle or not, which stays the same if threads do not get in
 * each other's way. Numbers of threads ascend, so that one thread is alone with series in which no
 * others have met.
 */
final class ThreadCost {
  private static final int CALLS_BETWEEN_LOOKS = 32;

  private static volatile boolean isEnding;

  private ThreadCost() {}

  static void run(Sdk sdk, int series, List<Integer> threadCounts, long millis) throws Exception {
    try (Subject subject =
        new Subject(
            sdk, AggregationTemporality.CUMULATIVE, true, SeriesAttributes.create(series), null)) {
      subject.recordAll(1);
      long recorded = series;
      for (final int threads : threadCounts) {
        recorded += measure(subject, series, threads, millis).calls;
        final Measurement measurement = measure(subject, series, threads, millis);
        recorded += measurement.calls;
        ChildJvm.tell(key(series, threads) + ScaleFork.NANOS, measurement.nanos);
      }
      subject.checkAllArrived(recorded);
    }
  }

  static String key(int series, int threads) {
    return "threads/" + series + "/" + threads;
  }

  private record Measurement(double nanos, long calls) {}

  private static Measurement measure(Subject subject, int series, int threadCount, long millis)
      throws InterruptedException {
    isEnding = false;
    final long[] calls = new long[threadCount];
    final CountDownLatch start = new CountDownLatch(1);
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < threadCount; i++) {
      final int index = i;
      final RandomWalk walk = new RandomWalk(series, index);
      final Runnable recorder =
          Context.root()
              .with(Spans.startSampled())
              .wrap(
                  () -> {
                    calls[index] = recordUntilEnd(subject, walk, start);
                  });
      final Thread thread = new Thread(recorder, "recorder-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    final long began = System.nanoTime();
    start.countDown();
    Thread.sleep(millis);
    isEnding = true;
    for (final Thread thread : threads) {
      thread.join();
    }
    final long took = System.nanoTime() - began;
    long total = 0;
    for (final long each : calls) {
      total += each;
    }
    return new Measurement(
        processorNanos(took, threadCount, Runtime.getRuntime().availableProcessors(), total),
        total);
  }

  /** Time of a processor for one call. */
  static double processorNanos(long took, int threads, int processors, long calls) {
    return (double) took * Math.min(threads, processors) / calls;
  }

  private static long recordUntilEnd(Subject subject, RandomWalk walk, CountDownLatch start) {
    try {
      start.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
    long calls = 0;
    while (!isEnding) {
      for (int i = 0; i < CALLS_BETWEEN_LOOKS; i++) {
        subject.record(walk.next(), walk.value());
      }
      calls += CALLS_BETWEEN_LOOKS;
    }
    return calls;
  }
}
