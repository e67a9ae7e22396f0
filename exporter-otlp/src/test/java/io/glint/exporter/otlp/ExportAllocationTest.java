package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A whole export over HTTP, from the call to the answer, on all threads: what it allocates does not
 * grow with the number of series.
 */
@Timeout(60)
class ExportAllocationTest {
  private static final int FEW = 1_000;
  private static final int MANY = 21_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void anExportAllocatesNothingPerSeries() throws Exception {
    try (RawServer server = new RawServer(ExportAllocationTest::takeAll);
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder().setEndpoint(server.url("http")).build()) {
      long few = bytesPerExport(exporter, FEW);
      long many = bytesPerExport(exporter, MANY);
      // The views of 64 KiB of the request that are handed to the client; a copy of the request
      // would be more than 200 bytes for each series.
      assertThat((many - few) / (MANY - FEW)).isLessThan(4);
    }
  }

  @Test
  void anExportInSeveralRequestsAllocatesNothingPerSeriesEither() throws Exception {
    try (RawServer server = new RawServer(ExportAllocationTest::takeAll);
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(server.url("http"))
                .setMaxRequestSize(2_500_000)
                .build()) {
      // Two requests, and four.
      long few = bytesPerExport(exporter, 16_000);
      long many = bytesPerExport(exporter, 32_000);
      // What the client of the JDK needs for two more. With an account of each point, and memory
      // for the requests that was new in each export, it was more than 100 bytes for each series.
      assertThat((many - few) / 16_000).isLessThan(8);
    }
  }

  private long bytesPerExport(OtlpMetricExporter exporter, int series) {
    HistogramPointData point =
        (HistogramPointData) TestMetrics.histogram().getData().getPoints().iterator().next();
    HistogramPointData[] all = new HistogramPointData[series];
    Arrays.fill(all, point);
    List<MetricData> metrics = List.of(TestMetrics.histogram(all));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 30; i++) {
      long before = allocated();
      assertThat(exporter.export(metrics).join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      long bytes = allocated() - before;
      if (i >= 10) {
        least = Math.min(least, bytes);
      }
    }
    return least;
  }

  /** Of all threads but that of the server, which allocates nothing. */
  private long allocated() {
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  private static void takeAll(Socket connection) throws IOException {
    byte[] buffer = new byte[65_536];
    byte[] answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    InputStream in = connection.getInputStream();
    OutputStream out = connection.getOutputStream();
    while (true) {
      int length = 0;
      int end = -1;
      while (end < 0) {
        int read = in.read(buffer, length, buffer.length - length);
        if (read < 0) {
          return;
        }
        length += read;
        end = endOfHead(buffer, length);
      }
      long rest =
          contentLength(new String(buffer, 0, end, StandardCharsets.US_ASCII)) - (length - end);
      while (rest > 0) {
        rest -= in.read(buffer, 0, (int) Math.min(buffer.length, rest));
      }
      out.write(answer);
      out.flush();
    }
  }

  private static int endOfHead(byte[] buffer, int length) {
    for (int i = 3; i < length; i++) {
      if (buffer[i - 3] == '\r'
          && buffer[i - 2] == '\n'
          && buffer[i - 1] == '\r'
          && buffer[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static long contentLength(String head) {
    for (String line : head.split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        return Long.parseLong(line.substring(15).trim());
      }
    }
    return 0;
  }
}
