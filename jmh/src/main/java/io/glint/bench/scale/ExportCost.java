package io.glint.bench.scale;

import com.sun.management.ThreadMXBean;
import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.Statistics;
import io.glint.bench.tool.Providers;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What an OTLP export costs, Glint beside the stock SDK and exporter with reusable data: in one JVM
 * and in turns, over HTTP, without compression. All series have exemplars, and are recorded into
 * before each export.
 *
 * <ul>
 *   <li><i>collect</i>: the collection.
 *   <li><i>encode</i>: an export whose sender throws away the request.
 *   <li><i>export</i>: an export over loopback, encoding included, up to its result; the receiver
 *       throws away what it gets.
 *   <li><i>cycle</i>: a collection and an export over loopback.
 * </ul>
 *
 * <p>Time is given twice: what passes, and the processor time of all Java threads but the
 * receiver's. Bytes are those that these threads allocate. All are medians, for one series.
 *
 * <p>Arguments: numbers of series. Without any: 100 and 10 000. A million needs {@code -Xmx10g}.
 */
public final class ExportCost {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Of the server of the JDK. */
  private static final String RECEIVER = "HTTP-Dispatcher";

  private static final int SPARE_SERIES = 100;

  /** By time, not by rounds: the compiler counts what is done, and small exports do little each. */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Rounds that count: so many that each size takes some time. */
  private static final int SERIES_OF_ALL_ROUNDS = 300_000;

  private static final int MIN_ROUNDS = 6;
  private static final int MAX_ROUNDS = 1000;
  private static final double[] VALUES = {3, 62, 175.5, 8750};

  private static final String NANOS = "ns";
  private static final String PROCESSOR = "ns of processor";
  private static final String BYTES = "B";

  private ExportCost() {}

  /** Entry point. */
  public static void main(String[] args) throws Exception {
    final int[] sizes =
        args.length == 0
            ? new int[] {100, 10_000}
            : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    for (final Kind kind : Kind.values()) {
      for (final int series : sizes) {
        measure(kind, series);
      }
    }
    System.exit(0);
  }

  private static void measure(Kind kind, int series) throws Exception {
    try (NullReceiver receiver = new NullReceiver();
        Side stock = new Side(Sdk.STOCK, kind, series, receiver);
        Side glint = new Side(Sdk.GLINT, kind, series, receiver)) {
      final int rounds = Math.max(MIN_ROUNDS, Math.min(MAX_ROUNDS, SERIES_OF_ALL_ROUNDS / series));
      final List<Side> sides = List.of(stock, glint);
      final long warm = System.nanoTime() + WARM_UP_NANOS;
      for (int round = 0; round < MIN_ROUNDS || System.nanoTime() - warm < 0; round++) {
        sides.forEach(side -> side.round(/* counts= */ false));
      }
      for (int round = 0; round < rounds; round++) {
        sides.forEach(side -> side.round(/* counts= */ true));
      }
      System.out.printf(
          Locale.ROOT,
          "%n%s, %d series, request of %d B (stock %d B) for a series, load %.1f%n",
          kind,
          series,
          glint.requestBytes / series,
          stock.requestBytes / series,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      for (final Step step : Step.values()) {
        final StringBuilder line = new StringBuilder();
        for (final String what : List.of(NANOS, PROCESSOR, BYTES)) {
          final double ofStock = stock.median(step, what);
          final double ofGlint = glint.median(step, what);
          line.append(
              String.format(
                  Locale.ROOT,
                  "  | %s: stock %.1f, Glint %.1f, ratio %.3f",
                  what,
                  ofStock / series,
                  ofGlint / series,
                  ofGlint / ofStock));
        }
        System.out.printf(
            Locale.ROOT,
            "%-8s%s  | Glint in all %.0f B%n",
            step.name().toLowerCase(Locale.ROOT),
            line,
            glint.median(step, BYTES));
      }
    }
  }

  private enum Kind {
    HISTOGRAM,
    EXPONENTIAL,
    SUM;

    Aggregation histograms() {
      return this == EXPONENTIAL
          ? Aggregation.base2ExponentialBucketHistogram()
          : Aggregation.defaultAggregation();
    }

    BiConsumer<Double, Attributes> instrument(Meter meter) {
      if (this == SUM) {
        final DoubleCounter counter =
            meter.counterBuilder("http.server.request.bytes").ofDoubles().build();
        return counter::add;
      }
      final DoubleHistogram histogram =
          meter.histogramBuilder("http.server.request.duration").build();
      return histogram::record;
    }
  }

  private enum Step {
    COLLECT,
    ENCODE,
    EXPORT,
    CYCLE
  }

  /** One of the SDKs with its exporters. */
  private static final class Side implements Closeable {
    private final NullReceiver receiver;
    private final CollectingReader reader;
    private final MeterProvider provider;
    private final BiConsumer<Double, Attributes> instrument;
    private final Attributes[] attributes;
    private final MetricExporter toNothing;
    private final MetricExporter toReceiver;
    private final Map<Step, Map<String, List<Double>>> samples = new EnumMap<>(Step.class);
    private long requestBytes;

    Side(Sdk sdk, Kind kind, int series, NullReceiver receiver) throws IOException {
      this.receiver = receiver;
      reader = new CollectingReader(AggregationTemporality.CUMULATIVE, kind.histograms());
      provider = Providers.create(sdk, reader, ExemplarFilter.traceBased(), series + SPARE_SERIES);
      instrument = kind.instrument(provider.get("io.glint.bench"));
      attributes = SeriesAttributes.create(series);
      toNothing = exporter(sdk, receiver.endpoint(), NullSenderProvider.loader());
      toReceiver = exporter(sdk, receiver.endpoint(), null);
      for (final Step step : Step.values()) {
        samples.put(
            step,
            Map.of(
                NANOS, new ArrayList<>(), PROCESSOR, new ArrayList<>(), BYTES, new ArrayList<>()));
      }
    }

    private static MetricExporter exporter(Sdk sdk, String endpoint, ClassLoader senders) {
      if (sdk == Sdk.GLINT) {
        final var builder = OtlpMetricExporter.builder().setEndpoint(endpoint).setTimeout(PATIENCE);
        if (senders != null) {
          builder
              .setServiceClassLoader(senders)
              .setSenderProvider(NullSenderProvider.class.getName());
        }
        return builder.build();
      }
      final var builder =
          OtlpHttpMetricExporter.builder()
              .setEndpoint(endpoint)
              .setTimeout(PATIENCE)
              .setMemoryMode(MemoryMode.REUSABLE_DATA)
              // It sends one request, and by default none of more than 64 MiB.
              .setMaxRequestBodySize(Integer.MAX_VALUE);
      if (senders != null) {
        builder.setServiceClassLoader(senders);
      }
      return builder.build();
    }

    @SuppressWarnings("try") // Opened for its effect.
    void round(boolean counts) {
      for (final double value : VALUES) {
        try (Scope scope = Spans.startSampled().makeCurrent()) {
          for (final Attributes each : attributes) {
            instrument.accept(value, each);
          }
        }
      }
      final long[] begin = now();
      final Collection<MetricData> metrics = reader.collect();
      final long[] collected = now();
      export(toNothing, metrics);
      final long[] encoded = now();
      final long received = receiver.bytes();
      export(toReceiver, metrics);
      final long[] exported = now();
      requestBytes = receiver.bytes() - received;
      if (counts) {
        add(Step.COLLECT, begin, collected);
        add(Step.ENCODE, collected, encoded);
        add(Step.EXPORT, encoded, exported);
        final long[] both = new long[begin.length];
        for (int i = 0; i < both.length; i++) {
          both[i] = begin[i] + encoded[i] - collected[i];
        }
        add(Step.CYCLE, both, exported);
      }
    }

    private static void export(MetricExporter exporter, Collection<MetricData> metrics) {
      final CompletableResultCode result = exporter.export(metrics);
      if (!result.join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess()) {
        throw new IllegalStateException("Not exported: " + result.getFailureThrowable());
      }
    }

    private void add(Step step, long[] from, long[] to) {
      samples.get(step).get(NANOS).add((double) (to[0] - from[0]));
      samples.get(step).get(PROCESSOR).add((double) (to[1] - from[1]));
      samples.get(step).get(BYTES).add((double) (to[2] - from[2]));
    }

    double median(Step step, String what) {
      return Statistics.median(
          samples.get(step).get(what).stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public void close() throws IOException {
      toNothing.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      toReceiver.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      ((Closeable) provider).close();
    }
  }

  /** The time, and the processor time and allocated bytes of all threads but the receiver's. */
  private static long[] now() {
    final long[] now = new long[3];
    for (final ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && !thread.getThreadName().equals(RECEIVER)) {
        now[1] += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
        now[2] += Math.max(0, THREADS.getThreadAllocatedBytes(thread.getThreadId()));
      }
    }
    now[0] = System.nanoTime();
    return now;
  }
}
