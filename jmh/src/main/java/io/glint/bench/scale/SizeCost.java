package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.RandomWalk;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** What recording, collecting, encoding and keeping costs for a number of series. */
final class SizeCost {
  static final String RECORD = "record";
  static final String COLLECT = "collect";
  static final String ENCODE = "encode";
  static final String MEMORY = "memory";

  private static final int CALLS = 200_000;
  private static final int MOST_BYTES = 1 << 30;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private SizeCost() {}

  static void run(Sdk sdk, int series, long millis) throws Exception {
    final Attributes[] attributes = SeriesAttributes.create(series);
    final RandomWalk walk = new RandomWalk(series, 0);
    final long before = heapUsed();
    try (Subject subject =
        new Subject(sdk, AggregationTemporality.CUMULATIVE, false, attributes, null)) {
      subject.recordAll(1);
      CollectingReader.measurements(subject.reader().collect());
      CollectingReader.measurements(subject.reader().collect());
      ChildJvm.tell(MEMORY + ScaleFork.BYTES, (double) (heapUsed() - before) / series);
      final int calls = Math.max(CALLS, series);
      final long[] recorded = {series};
      Stopwatch.measure(
              calls,
              millis,
              millis,
              () -> {},
              () -> {
                for (int i = 0; i < calls; i++) {
                  subject.record(walk.next(), walk.value());
                }
                recorded[0] += calls;
              })
          .tell(RECORD);
      final long[] measurements = new long[1];
      Stopwatch.measure(
              series,
              millis,
              millis,
              () -> {},
              () -> measurements[0] = CollectingReader.measurements(subject.reader().collect()))
          .tell(COLLECT);
      if (measurements[0] != recorded[0]) {
        throw new IllegalStateException(
            sdk + " collected " + measurements[0] + " of " + recorded[0]);
      }
      if (sdk == Sdk.GLINT) {
        encode(subject.reader().collect(), series, millis);
      }
    }
  }

  /** To a receiver that throws away what it gets, over the loopback interface. */
  private static void encode(Collection<MetricData> metrics, int series, long millis)
      throws Exception {
    try (NullReceiver receiver = new NullReceiver();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(receiver.endpoint())
                .setMaxRequestSize(MOST_BYTES)
                .setTimeout(PATIENCE)
                .setRetryPolicy(null)
                .build()) {
      Stopwatch.measure(
              series,
              millis,
              millis,
              () -> {},
              () -> {
                final CompletableResultCode result = exporter.export(metrics);
                if (!result.join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess()) {
                  throw new IllegalStateException("Not exported: " + result.getFailureThrowable());
                }
              })
          .tell(ENCODE);
      if (receiver.bytes() == 0) {
        throw new IllegalStateException("The receiver got nothing");
      }
    }
  }

  private static long heapUsed() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
