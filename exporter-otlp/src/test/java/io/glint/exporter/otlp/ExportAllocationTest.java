package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
      final long few = bytesPerExport(exporter, FEW);
      final long many = bytesPerExport(exporter, MANY);
      // The views of 64 KiB of the request that are handed to the client; a copy of the request
      // would be more than 200 bytes for each series.
      assertThat((many - few) / (MANY - FEW)).isLessThan(4);
    }
  }

  /**
   * Through a sender that allocates nothing: what the client of the JDK needs for a request of some
   * megabytes depends on how fast the server reads, which depends on the machine.
   */
  @Test
  void anExportInSeveralRequestsAllocatesNothingPerSeriesEither(@TempDir Path directory)
      throws Exception {
    try (URLClassLoader loader =
            SendersTest.withProvider(directory, HttpSenderProvider.class, TakingAll.class);
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setServiceClassLoader(loader)
                .setSenderProvider(TakingAll.class.getName())
                .setMaxRequestSize(2_500_000)
                .build()) {
      final List<MetricData> metrics = metrics(32_000);
      long least = Long.MAX_VALUE;
      // The first exports are not compiled. On a busy machine that takes its time.
      final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
      while (least >= 32_000 && System.nanoTime() < end) {
        TakingAll.REQUESTS.set(0);
        least = Math.min(least, bytesOf(exporter, metrics));
      }
      assertThat(TakingAll.REQUESTS).hasValue(3);
      // Less than one byte for each series, in all. With an account of each point, and memory for
      // the requests that was new in each export, it was more than 100 for each.
      assertThat(least).isLessThan(32_000);
    }
  }

  private long bytesPerExport(OtlpMetricExporter exporter, int series) {
    final List<MetricData> metrics = metrics(series);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 30; i++) {
      final long bytes = bytesOf(exporter, metrics);
      if (i >= 10) {
        least = Math.min(least, bytes);
      }
    }
    return least;
  }

  private long bytesOf(OtlpMetricExporter exporter, List<MetricData> metrics) {
    final long before = allocated();
    assertThat(exporter.export(metrics).join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    return allocated() - before;
  }

  private static List<MetricData> metrics(int series) {
    final HistogramPointData point =
        (HistogramPointData) TestMetrics.histogram().getData().getPoints().iterator().next();
    final HistogramPointData[] all = new HistogramPointData[series];
    Arrays.fill(all, point);
    return List.of(TestMetrics.histogram(all));
  }

  /** Of all threads but that of the server, which allocates nothing. */
  private long allocated() {
    long sum = 0;
    for (final long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  private static void takeAll(Socket connection) throws IOException {
    final byte[] buffer = new byte[65_536];
    final byte[] answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    final InputStream in = connection.getInputStream();
    final OutputStream out = connection.getOutputStream();
    while (true) {
      int length = 0;
      int end = -1;
      while (end < 0) {
        final int read = in.read(buffer, length, buffer.length - length);
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
    for (final String line : head.split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        return Long.parseLong(line.substring(15).trim());
      }
    }
    return 0;
  }

  /** Takes requests and throws them away. */
  public static final class TakingAll implements HttpSenderProvider {
    private static final AtomicInteger REQUESTS = new AtomicInteger();
    private static final OutputStream NOWHERE = OutputStream.nullOutputStream();

    @Override
    public HttpSender createSender(HttpSenderConfig config) {
      return new HttpSender() {
        @Override
        public void send(
            MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
          try {
            message.writeMessage(NOWHERE);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          REQUESTS.incrementAndGet();
          onResponse.accept(new Ok());
        }

        @Override
        public CompletableResultCode shutdown() {
          return CompletableResultCode.ofSuccess();
        }
      };
    }
  }

  private record Ok() implements HttpResponse {
    @Override
    public int getStatusCode() {
      return 200;
    }

    @Override
    public String getStatusMessage() {
      return "";
    }

    @Override
    public byte[] getResponseBody() {
      return new byte[0];
    }
  }
}
