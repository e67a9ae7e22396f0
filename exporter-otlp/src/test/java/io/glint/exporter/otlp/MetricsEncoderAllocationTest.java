package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Encoding allocates nothing that grows with the number of points. */
class MetricsEncoderAllocationTest {
  /**
   * Less than two by itself. Where other tests have run in this JVM, the compiler leaves some more
   * iterators, always as many. An object for each of the 300 points of the small case is more.
   */
  private static final long FEW_BYTES = 4_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final MetricsEncoder encoder = new MetricsEncoder(64 << 20);

  @Test
  void encodingAgainAllocatesNothingPerPoint() {
    // An iterator here and there may remain, and the measurement itself: far below a byte a point.
    assertThat(bytesPerEncoding(5_000)).isLessThan(FEW_BYTES);
  }

  @Test
  void encodingWhatGlintHasCollectedAllocatesAsMuchForManySeriesAsForFew() {
    assertThat(bytesPerEncodingOfGlint(100)).isLessThan(FEW_BYTES);
    assertThat(bytesPerEncodingOfGlint(10_000)).isLessThan(FEW_BYTES);
  }

  /** Of histograms of both kinds and a sum, in all of which each series has exemplars. */
  private long bytesPerEncodingOfGlint(int series) {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.builder().setMemoryMode(MemoryMode.REUSABLE_DATA).build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setExemplarFilter(ExemplarFilter.alwaysOn())
            .registerMetricReader(reader, type -> 2 * series)
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .build()) {
      final Meter meter = provider.get("test");
      final DoubleHistogram explicit = meter.histogramBuilder("explicit").build();
      final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
      final LongCounter counter = meter.counterBuilder("counter").build();
      for (int i = 0; i < series; i++) {
        final Attributes attributes = Attributes.of(AttributeKey.stringKey("route"), "/" + i);
        // Enough that counts are beyond the range of boxed numbers that the JDK keeps.
        for (int j = 0; j < 200; j++) {
          explicit.record(30, attributes);
        }
        explicit.record(3, attributes);
        exponential.record(30, attributes);
        exponential.record(3, attributes);
        counter.add(1_000_000, attributes);
      }
      return leastBytes(reader.collectAllMetrics());
    }
  }

  private long bytesPerEncoding(int points) {
    final HistogramPointData point =
        (HistogramPointData) TestMetrics.histogram().getData().getPoints().iterator().next();
    final HistogramPointData[] all = new HistogramPointData[points];
    Arrays.fill(all, point);
    final List<MetricData> metrics =
        List.of(
            TestMetrics.histogram(all), TestMetrics.longSum(), TestMetrics.exponentialHistogram());
    return leastBytes(metrics);
  }

  private long leastBytes(Collection<MetricData> metrics) {
    long least = Long.MAX_VALUE;
    // The first ones are not compiled, and box numbers. On a busy machine that takes its time.
    final long end = threads.getCurrentThreadCpuTime() + TimeUnit.SECONDS.toNanos(20);
    while (least >= FEW_BYTES && threads.getCurrentThreadCpuTime() < end) {
      final long before = threads.getCurrentThreadAllocatedBytes();
      encoder.encode(metrics, new RequestExemplars());
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
