package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of an SDK that variables have made, whose collector is down, hangs, or takes nothing. */
@Timeout(60)
@Tag("long")
class DeadCollectorTest {
  /** Of an attempt of an export; the end may take this, and what is around it. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Well below what {@code close()} waits for what does not end. */
  private static final Duration BOUND = Duration.ofSeconds(6);

  private final LogCapture log = new LogCapture();

  @AfterEach
  void close() {
    log.close();
  }

  private static AutoConfiguredOpenTelemetrySdkBuilder builder(int port) {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook()
        // Without one nothing records spans.
        .addTracerProviderCustomizer(
            (provider, config) ->
                provider.addSpanProcessor(
                    SimpleSpanProcessor.create(InMemorySpanExporter.create())))
        .addPropertiesSupplier(
            () ->
                Map.of(
                    "otel.exporter.otlp.protocol", "http/protobuf",
                    "otel.exporter.otlp.endpoint", "http://127.0.0.1:" + port,
                    "otel.exporter.otlp.timeout", String.valueOf(TIMEOUT.toMillis()),
                    "otel.metric.export.interval", "1h",
                    "otel.traces.exporter", "none",
                    "otel.logs.exporter", "none"));
  }

  private void endsInTime(int port) {
    final GlintOpenTelemetry closeable =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder(port));
    endsInTime(closeable, closeable::close, port);

    // Who has only the stock SDK closes that, as its shutdown hook does.
    final OpenTelemetrySdk stock = builder(port).build().getOpenTelemetrySdk();
    endsInTime(GlintAutoConfiguration.of(stock), stock::close, port);
  }

  private void endsInTime(OpenTelemetry openTelemetry, Runnable end, int port) {
    openTelemetry.getMeter("test").counterBuilder("requests").build().add(1);
    final Span before = openTelemetry.getTracer("test").spanBuilder("before").startSpan();
    assertThat(before.isRecording()).isTrue();
    before.end();
    final int lines = log.warnings().size();
    final long begin = System.nanoTime();
    end.run();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    assertThat(log.warnings().subList(lines, log.warnings().size()))
        .singleElement()
        .asString()
        .contains("1 metric point to http://127.0.0.1:" + port + "/v1/metrics failed");
    assertThat(openTelemetry.getTracer("test").spanBuilder("after").startSpan().isRecording())
        .as("traces are closed, too")
        .isFalse();
  }

  @Test
  void endsInTimeIfTheCollectorIsDown() {
    endsInTime(FreePort.find());
  }

  @Test
  void endsInTimeIfTheCollectorHangs() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      endsInTime(silent.getLocalPort());
    }
  }

  @Test
  void endsInTimeIfTheCollectorTakesNothing() throws Exception {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    server.start();
    try {
      endsInTime(server.getAddress().getPort());
    } finally {
      server.stop(0);
    }
  }
}
