package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

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

  private static final int DIGITS = 3;

  private final Endpoint endpoint;
  private final DoubleHistogram histogram;
  private final Attributes[] attributes;
  private final AtomicBoolean isOver = new AtomicBoolean();

  /** Whether calls count: not before the scrapes begin. */
  private final AtomicBoolean isMeasuring = new AtomicBoolean();

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
    final Histogram calls = round.calls;
    System.out.printf(
        "%s, %d series, %s: scrapes %s ms, %d B; peak of the heap %d MB; recording p50 %.0f ns,"
            + " p99 %.0f ns, p99.9 %.0f ns, p99.99 %.0f ns, of %d calls%n",
        sdk,
        attributes.length,
        what,
        round.millis,
        round.bytes,
        round.heapBytes >> 20,
        (double) calls.getValueAtPercentile(50),
        (double) calls.getValueAtPercentile(99),
        (double) calls.getValueAtPercentile(99.9),
        (double) calls.getValueAtPercentile(99.99),
        calls.getTotalCount());
  }

  /** What one round has shown. */
  private static final class Round {
    final List<Long> millis = new ArrayList<>();
    final Histogram calls = new Histogram(DIGITS);
    long bytes;
    long heapBytes;
  }

  /** Scrapes at once, or a second without any, while one thread records. */
  private Round measured(int scrapers) throws Exception {
    final Round round = new Round();
    System.gc();
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    isOver.set(false);
    isMeasuring.set(false);
    final Thread recorder = new Thread(() -> record(round.calls), "recorder");
    recorder.start();
    final CountDownLatch begin = new CountDownLatch(1);
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < scrapers; i++) {
      final Thread scraper = new Thread(() -> scrape(begin, round), "scraper-" + i);
      scraper.start();
      threads.add(scraper);
    }
    Thread.sleep(1000);
    isMeasuring.set(true);
    begin.countDown();
    if (scrapers == 0) {
      Thread.sleep(1000);
    }
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

  /** Takes the nanoseconds of each call while it counts, with those of looking at the clock. */
  private void record(Histogram calls) {
    for (int i = 0; !isOver.get(); i = i + 1 < attributes.length ? i + 1 : 0) {
      final boolean counts = isMeasuring.get();
      final long start = System.nanoTime();
      histogram.record(0.5, attributes[i]);
      final long nanos = System.nanoTime() - start;
      if (counts) {
        calls.recordValue(nanos);
      }
    }
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
