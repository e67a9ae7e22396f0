package io.glint.bench.scale;

import com.sun.management.ThreadMXBean;
import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.Statistics;
import io.glint.bench.tool.Providers;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a cycle of collection, encoding and export of histograms with exemplars costs, Glint beside
 * the stock SDK with reusable data: over loopback, without compression, to a receiver that throws
 * away what it gets. Time is from the flush of the provider to its result; bytes are those that all
 * threads but the receiver's allocate.
 *
 * <p>Arguments: {@code GLINT} or {@code STOCK}, and numbers of series. Without any: Glint, with
 * 100, 10 000 and 1 000 000 series.
 */
public final class ExportCost {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Of the server of the JDK. */
  private static final String RECEIVER = "HTTP-Dispatcher";

  private static final int SPARE_SERIES = 100;
  private static final int WARMUPS = 10;
  private static final int CYCLES = 10;
  private static final double[] VALUES = {3, 62, 175.5, 8750};

  private ExportCost() {}

  /** Entry point. */
  public static void main(String[] args) throws Exception {
    final Sdk sdk = args.length == 0 ? Sdk.GLINT : Sdk.valueOf(args[0]);
    if (args.length < 2) {
      for (final int series : new int[] {100, 10_000, 1_000_000}) {
        measure(sdk, series);
      }
    }
    for (int i = 1; i < args.length; i++) {
      measure(sdk, Integer.parseInt(args[i]));
    }
    System.exit(0);
  }

  private static void measure(Sdk sdk, int series) throws Exception {
    try (NullReceiver receiver = new NullReceiver()) {
      final MeterProvider provider =
          Providers.create(
              sdk,
              reader(sdk, receiver.endpoint()),
              ExemplarFilter.traceBased(),
              series + SPARE_SERIES);
      final DoubleHistogram histogram =
          provider.get("io.glint.bench").histogramBuilder("http.server.request.duration").build();
      final Attributes[] attributes = SeriesAttributes.create(series);
      final double[] nanos = new double[CYCLES];
      final double[] bytes = new double[CYCLES];
      for (int cycle = 0; cycle < WARMUPS + CYCLES; cycle++) {
        record(histogram, attributes);
        final long allocatedBefore = allocated();
        final long start = System.nanoTime();
        flush(provider);
        final long end = System.nanoTime();
        if (cycle >= WARMUPS) {
          nanos[cycle - WARMUPS] = end - start;
          bytes[cycle - WARMUPS] = allocated() - allocatedBefore;
        }
      }
      final double median = Statistics.median(bytes);
      System.out.printf(
          Locale.ROOT,
          "%s, %d series: %.0f ns/series, %.0f B/cycle, %.1f B/series; request of %d B/series%n",
          sdk,
          series,
          Statistics.median(nanos) / series,
          median,
          median / series,
          receiver.bytes() / (WARMUPS + CYCLES) / series);
      ((AutoCloseable) provider).close();
    }
  }

  private static MetricReader reader(Sdk sdk, String endpoint) {
    final Duration never = Duration.ofDays(1);
    if (sdk == Sdk.GLINT) {
      return GlintPeriodicMetricReader.builder(
              OtlpMetricExporter.builder().setEndpoint(endpoint).setTimeout(PATIENCE).build())
          .setInterval(never)
          .build();
    }
    return PeriodicMetricReader.builder(
            OtlpHttpMetricExporter.builder()
                .setEndpoint(endpoint)
                .setTimeout(PATIENCE)
                .setMemoryMode(MemoryMode.REUSABLE_DATA)
                .build())
        .setInterval(never)
        .build();
  }

  @SuppressWarnings("try") // Opened for its effect.
  private static void record(DoubleHistogram histogram, Attributes[] attributes) {
    for (final double value : VALUES) {
      try (Scope scope = Spans.startSampled().makeCurrent()) {
        for (final Attributes each : attributes) {
          histogram.record(value, each);
        }
      }
    }
  }

  private static void flush(MeterProvider provider) {
    final CompletableResultCode result =
        provider instanceof GlintMeterProvider glint
            ? glint.forceFlush()
            : ((SdkMeterProvider) provider).forceFlush();
    if (!result.join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess()) {
      throw new IllegalStateException("Not exported: " + result.getFailureThrowable());
    }
  }

  private static long allocated() {
    long sum = 0;
    for (final ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && !thread.getThreadName().equals(RECEIVER)) {
        sum += Math.max(0, THREADS.getThreadAllocatedBytes(thread.getThreadId()));
      }
    }
    return sum;
  }
}
