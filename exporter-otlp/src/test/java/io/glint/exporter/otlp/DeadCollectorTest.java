package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of an application whose collector is down, hangs, or takes nothing. */
@Timeout(60)
@Tag("long")
class DeadCollectorTest {
  /** Of an export; {@code close()} may take this, and what is around it. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Well below the ten seconds that {@code close()} waits for whatever does not end. */
  private static final Duration BOUND = Duration.ofSeconds(6);

  private final LogCapture log = new LogCapture();

  @AfterEach
  void close() {
    log.close();
  }

  private static GlintMeterProvider provider(Protocol protocol, int port) {
    return GlintMeterProvider.builder()
        .registerMetricReader(
            GlintPeriodicMetricReader.builder(
                    OtlpMetricExporter.builder()
                        .setProtocol(protocol.toString())
                        .setEndpoint(endpoint(protocol, port))
                        .setTimeout(TIMEOUT)
                        .build())
                .setInterval(Duration.ofHours(1))
                // Longer than the exporter's, as its message asks for.
                .setExportTimeout(TIMEOUT.multipliedBy(3))
                .build())
        .build();
  }

  private static String endpoint(Protocol protocol, int port) {
    return "http://127.0.0.1:" + port + (protocol.isHttp() ? "/v1/metrics" : "");
  }

  private static void record(GlintMeterProvider provider) {
    provider.get("test").counterBuilder("requests").build().add(1);
  }

  /** Closes metrics alone, and metrics with traces beside them. */
  private void closesInTime(Protocol protocol, int port) {
    final GlintMeterProvider alone = provider(protocol, port);
    record(alone);
    final long begin = System.nanoTime();
    alone.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    assertThat(log.warnings()).singleElement().asString().contains(endpoint(protocol, port));

    final AtomicInteger exported = new AtomicInteger();
    final SdkTracerProvider traces =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        new SpanExporter() {
                          @Override
                          public CompletableResultCode export(Collection<SpanData> data) {
                            exported.addAndGet(data.size());
                            return CompletableResultCode.ofSuccess();
                          }

                          @Override
                          public CompletableResultCode flush() {
                            return CompletableResultCode.ofSuccess();
                          }

                          @Override
                          public CompletableResultCode shutdown() {
                            return CompletableResultCode.ofSuccess();
                          }
                        })
                    .build())
            .build();
    final GlintMeterProvider metrics = provider(protocol, port);
    final GlintOpenTelemetry all =
        GlintOpenTelemetry.builder().setTracerProvider(traces).setMeterProvider(metrics).build();
    record(metrics);
    traces.get("test").spanBuilder("request").startSpan().end();
    final long beginOfAll = System.nanoTime();
    all.close();
    assertThat(Duration.ofNanos(System.nanoTime() - beginOfAll)).isLessThan(BOUND);
    assertThat(exported).as("spans that traces export beside it").hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void closingEndsInTimeIfTheCollectorIsDown(Protocol protocol) {
    closesInTime(protocol, FreePort.find());
  }

  @ParameterizedTest
  @EnumSource
  void closingEndsInTimeIfTheCollectorNeverAnswers(Protocol protocol) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      closesInTime(protocol, silent.getLocalPort());
    }
  }

  @Test
  void closingEndsInTimeIfTheCollectorRefusesOverGrpc() {
    try (GrpcServer server = new GrpcServer()) {
      server.refuse(Receiver.Refusal.BUSY);
      closesInTime(Protocol.GRPC, server.port());
    }
  }

  @Test
  void closingEndsInTimeIfTheCollectorRefuses() throws Exception {
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
      closesInTime(Protocol.HTTP_PROTOBUF, server.getAddress().getPort());
    } finally {
      server.stop(0);
    }
  }
}
