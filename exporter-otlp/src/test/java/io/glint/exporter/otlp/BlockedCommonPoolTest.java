package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.Await;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An application may block all threads of the common pool of the JDK, for as long as it likes.
 * Exports go on without it.
 *
 * <p>Each test runs in a JVM of its own, whose pool has two threads. With one, Java 17 makes a
 * thread for each task of a {@code CompletableFuture} instead.
 */
@Tag("long")
@Timeout(60)
class BlockedCommonPoolTest {
  private static final String OK_HTTP =
      "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider";

  /** How the exporter of the other JVM sends. */
  private enum Way {
    HTTP,
    HTTP_BY_SENDER,
    GRPC;

    OtlpMetricExporterBuilder exporter(String url) {
      final OtlpMetricExporterBuilder exporter = OtlpMetricExporter.builder();
      return switch (this) {
        case HTTP -> exporter.setEndpoint(url);
        case HTTP_BY_SENDER -> exporter.setEndpoint(url).setSenderProvider(OK_HTTP);
        case GRPC -> exporter.setProtocol("grpc").setEndpoint(url);
      };
    }
  }

  @Test
  void exportsOverHttpAreDeliveredAtOnce() throws Exception {
    try (OtlpServer server = new OtlpServer()) {
      assertThat(outcome(Way.HTTP, server.url("/"), 2)).isEqualTo("2 delivered, 0 waiting");
      assertThat(server.received).hasSize(2);
    }
  }

  @Test
  void exportsOverHttpByASenderAreDeliveredAtOnce() throws Exception {
    try (OtlpServer server = new OtlpServer()) {
      assertThat(outcome(Way.HTTP_BY_SENDER, server.url("/"), 2))
          .isEqualTo("2 delivered, 0 waiting");
      assertThat(server.received).hasSize(2);
    }
  }

  @Test
  void exportsOverGrpcAreDeliveredAtOnce() throws Exception {
    try (GrpcServer server = new GrpcServer()) {
      assertThat(outcome(Way.GRPC, server.url("http"), 2)).isEqualTo("2 delivered, 0 waiting");
      assertThat(server.received).hasSize(2);
    }
  }

  @Test
  void aConnectionThatIsRefusedIsSeenAtOnce() throws Exception {
    assertThat(outcome(Way.HTTP, "http://127.0.0.1:" + FreePort.find() + "/", 1))
        .isEqualTo("0 delivered, 2 waiting: ConnectException");
  }

  @Test
  void whatWaitsIsSentByItself() throws Exception {
    try (OtlpServer server = new OtlpServer()) {
      server.answer(503);
      assertThat(outcome(Way.HTTP, server.url("/"), 1)).isEqualTo("1 delivered, 0 waiting");
      assertThat(server.received).hasSize(2);
    }
  }

  private static String outcome(Way way, String url, int exports) throws IOException {
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                "-cp",
                System.getProperty("java.class.path"),
                Exporting.class.getName(),
                way.name(),
                url,
                String.valueOf(exports))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      return output.readLine();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Blocks the pool, exports, and prints what became of it. */
  static final class Exporting {
    private static final CountDownLatch FOREVER = new CountDownLatch(1);

    public static void main(String[] arguments) {
      blockCommonPool();
      try (OtlpMetricExporter exporter =
          Way.valueOf(arguments[0])
              .exporter(arguments[1])
              .setTimeout(Duration.ofSeconds(5))
              .setRetryPolicy(null)
              .setIdleResend(Duration.ofMillis(50))
              .build()) {
        String problem = "";
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
          problem = problem(exporter.export(List.<MetricData>of(TestMetrics.doubleSum())));
        }
        for (int i = 0; i < 100 && problem.contains("503"); i++) {
          sleep();
          problem = exporter.deliveryCounts().deliveredRequests() == 1 ? "" : problem;
        }
        final OtlpDeliveryCounts counts = exporter.deliveryCounts();
        System.out.println(
            counts.deliveredRequests()
                + " delivered, "
                + counts.waitingPoints()
                + " waiting"
                + problem);
      }
    }

    private static String problem(CompletableResultCode result) {
      result.join(20, TimeUnit.SECONDS);
      if (result.isSuccess()) {
        return "";
      }
      final String message = String.valueOf(result.getFailureThrowable());
      return ": " + (message.contains("ConnectException") ? "ConnectException" : message);
    }

    private static void sleep() {
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void blockCommonPool() {
      final int threads = ForkJoinPool.getCommonPoolParallelism();
      final CountDownLatch blocked = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        ForkJoinPool.commonPool()
            .execute(
                () -> {
                  blocked.countDown();
                  try {
                    FOREVER.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
      }
      Await.open(blocked);
    }
  }
}
