package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.Statistics;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What scrapes that come at once take, and what they do to a thread that records meanwhile: the
 * time until each scraper has its body, the peak of the heap, and the quantiles of single recording
 * calls, outside of spans, with scrapes and without. Histograms of five buckets, each series with
 * one exemplar; OpenMetrics over loopback without compression.
 *
 * <p>Arguments: {@code STOCK} or {@code GLINT}, number of series, scrapers at once. One SDK in a
 * JVM, for the heap is shared. A million series of Glint need {@code -Xmx10g}.
 */
public final class ScrapeLoad {
  private static final int ROUNDS = 5;

  /** Recording calls that are remembered of a round. */
  private static final int MAX_CALLS = 5_000_000;

  private final Endpoint endpoint;
  private final DoubleHistogram histogram;
  private final Attributes[] attributes;
  private final AtomicBoolean isOver = new AtomicBoolean();

  private ScrapeLoad(Sdk sdk, int series) throws IOException {
    endpoint = new Endpoint(sdk, series);
    histogram =
        endpoint
            .provider()
            .get("io.glint.bench")
            .histogramBuilder("http.server.request.duration")
            .setExplicitBucketBoundariesAdvice(List.of(0.01, 0.1, 1.0, 10.0))
            .build();
    attributes = SeriesAttributes.create(series);
  }

  /** Entry point. */
  public static void main(String[] args) throws Exception {
    final Sdk sdk = Sdk.valueOf(args[0]);
    final int series = Integer.parseInt(args[1]);
    final int scrapers = Integer.parseInt(args[2]);
    final ScrapeLoad load = new ScrapeLoad(sdk, series);
    load.run(sdk, scrapers);
    load.endpoint.close();
    System.exit(0);
  }

  @SuppressWarnings("try") // Opened for its effect.
  private void run(Sdk sdk, int scrapers) throws Exception {
    try (Scope scope = Spans.startSampled().makeCurrent()) {
      for (final Attributes each : attributes) {
        histogram.record(0.5, each);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      print(sdk, "no scrape", measured(0));
      print(sdk, scrapers + " scrapes at once", measured(scrapers));
    }
  }

  private void print(Sdk sdk, String what, Round round) {
    final double[] calls = round.calls;
    System.out.printf(
        "%s, %d series, %s: scrapes %s ms, %d B; peak of the heap %d MB; recording p50 %.0f ns,"
            + " p99 %.0f ns, p99.9 %.0f ns, p99.99 %.0f ns, of %d calls%n",
        sdk,
        attributes.length,
        what,
        round.millis,
        round.bytes,
        round.heapBytes >> 20,
        Statistics.quantile(calls, 0.5),
        Statistics.quantile(calls, 0.99),
        Statistics.quantile(calls, 0.999),
        Statistics.quantile(calls, 0.9999),
        calls.length);
  }

  /** What one round has shown. */
  private static final class Round {
    final List<Long> millis = new ArrayList<>();
    double[] calls;
    long bytes;
    long heapBytes;
  }

  /** Scrapes at once, or a second without any, while one thread records. */
  private Round measured(int scrapers) throws Exception {
    final Round round = new Round();
    System.gc();
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    isOver.set(false);
    final Thread recorder = new Thread(() -> round.calls = calls(), "recorder");
    recorder.start();
    final CountDownLatch begin = new CountDownLatch(1);
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < scrapers; i++) {
      final Thread scraper = new Thread(() -> scrape(begin, round), "scraper-" + i);
      scraper.start();
      threads.add(scraper);
    }
    Thread.sleep(1000);
    begin.countDown();
    for (final Thread each : threads) {
      each.join();
    }
    isOver.set(true);
    recorder.join();
    round.heapBytes = heap().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    return round;
  }

  private static List<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  /** Nanoseconds of each call until the round is over, with those of looking at the clock. */
  private double[] calls() {
    final double[] calls = new double[MAX_CALLS];
    int count = 0;
    for (int i = 0; count < MAX_CALLS && !isOver.get(); i = i + 1 < attributes.length ? i + 1 : 0) {
      final long start = System.nanoTime();
      histogram.record(0.5, attributes[i]);
      calls[count++] = System.nanoTime() - start;
    }
    return Arrays.copyOf(calls, count);
  }

  private void scrape(CountDownLatch begin, Round round) {
    try {
      begin.await();
      final long start = System.nanoTime();
      final long bytes = endpoint.scrape(new byte[1 << 17]);
      final long millis = (System.nanoTime() - start) / 1_000_000;
      synchronized (round) {
        round.millis.add(millis);
        round.bytes = bytes;
      }
    } catch (IOException e) {
      System.out.println("A scrape failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
