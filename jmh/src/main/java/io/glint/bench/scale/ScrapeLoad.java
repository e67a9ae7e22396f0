package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.Statistics;
import io.glint.bench.tool.Providers;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What scrapes that come at once take, and what they do to a thread that records meanwhile: the
 * time until each scraper has its body, the peak of the heap, and the quantiles of single recording
 * calls, with scrapes and without. Histograms of five buckets, each series with one exemplar;
 * OpenMetrics over loopback without compression.
 *
 * <p>Arguments: {@code STOCK} or {@code GLINT}, number of series, scrapers at once. One SDK in a
 * JVM, for the heap is shared. A million series of Glint need {@code -Xmx10g}.
 */
public final class ScrapeLoad {
  private static final byte[] REQUEST =
      String.join(
              "\r\n",
              "GET /metrics HTTP/1.1",
              "Host: localhost",
              "Connection: close",
              "Accept: application/openmetrics-text; version=1.0.0",
              "",
              "")
          .getBytes(StandardCharsets.US_ASCII);

  private static final int ROUNDS = 5;
  private static final int SPARE_SERIES = 100;

  /** Recording calls that are remembered of a round. */
  private static final int MAX_CALLS = 5_000_000;

  private final int port;
  private final MeterProvider provider;
  private final DoubleHistogram histogram;
  private final Attributes[] attributes;
  private final AtomicBoolean isOver = new AtomicBoolean();

  private ScrapeLoad(Sdk sdk, int series) throws IOException {
    final MetricReader reader;
    if (sdk == Sdk.GLINT) {
      final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
      reader = server;
      port = server.getPort();
    } else {
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      reader = PrometheusHttpServer.builder().setHost("localhost").setPort(port).build();
    }
    provider = Providers.create(sdk, reader, ExemplarFilter.traceBased(), series + SPARE_SERIES);
    histogram =
        provider
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
    ((Closeable) load.provider).close();
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
      long bytes = 0;
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write(REQUEST);
        final InputStream answer = socket.getInputStream();
        final byte[] buffer = new byte[1 << 17];
        for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
          bytes += n;
        }
      }
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
