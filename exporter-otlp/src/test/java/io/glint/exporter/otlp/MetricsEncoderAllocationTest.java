package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encoding allocates nothing that grows with the number of points. */
class MetricsEncoderAllocationTest {
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final MetricsEncoder encoder = new MetricsEncoder(64 << 20);

  @Test
  void encodingAgainAllocatesNothingPerPoint() {
    // An iterator here and there may remain, and the measurement itself: far below a byte a point.
    assertThat(bytesPerEncoding(5_000)).isLessThan(2_000);
  }

  private long bytesPerEncoding(int points) {
    HistogramPointData point =
        (HistogramPointData) TestMetrics.histogram().getData().getPoints().iterator().next();
    HistogramPointData[] all = new HistogramPointData[points];
    Arrays.fill(all, point);
    List<MetricData> metrics =
        List.of(
            TestMetrics.histogram(all), TestMetrics.longSum(), TestMetrics.exponentialHistogram());
    for (int i = 0; i < 10; i++) {
      encoder.encode(metrics, new RequestExemplars());
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      encoder.encode(metrics, new RequestExemplars());
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
