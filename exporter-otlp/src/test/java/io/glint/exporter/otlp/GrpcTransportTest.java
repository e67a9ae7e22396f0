package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** OTLP over gRPC, with OkHttp's sender, against a server of gRPC's own library. */
@Timeout(60)
@EnabledIf("io.glint.exporter.otlp.OldOpenTelemetryTest#hasSenders")
@Tag("long")
class GrpcTransportTest {
  private final GrpcServer server = new GrpcServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @Test
  void requestArrivesAsItIsSentOverHttp() {
    final List<MetricData> metrics = TestMetrics.everyKind();
    try (OtlpServer http = new OtlpServer();
        OtlpMetricExporter overHttp =
            OtlpMetricExporter.builder().setEndpoint(http.url("/v1/metrics")).build();
        OtlpMetricExporter overGrpc = retrying().build()) {
      assertThat(export(overHttp, metrics).isSuccess()).isTrue();
      assertThat(export(overGrpc, metrics).isSuccess()).isTrue();
      assertThat(server.received).containsExactly(http.received.get(0).request());
    }
    assertThat(server.header(0, "user-agent")).startsWith(UserAgent.DEFAULT);
    assertThat(server.header(0, "grpc-encoding")).isNull();
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void schemeMayBeInUpperCase() {
    try (OtlpMetricExporter exporter = retrying().setEndpoint(server.url("HTTP")).build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "P100D", "P100000D"})
  void exportsArriveWhateverTheTimeLimits(Duration limit) {
    try (OtlpMetricExporter exporter =
        retrying().setTimeout(limit).setConnectTimeout(limit).build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @Test
  void requestsAreCompressedIfWanted() {
    try (OtlpMetricExporter exporter = retrying().setCompression("gzip").build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.header(0, "grpc-encoding")).isEqualTo("gzip");
    assertThat(server.received.get(0).getResourceMetricsCount()).isEqualTo(1);
  }

  @Test
  void headersAreSuppliedForEachAttempt() {
    final AtomicInteger calls = new AtomicInteger();
    server.answer(Status.UNAVAILABLE);
    try (OtlpMetricExporter exporter =
        retrying()
            .addHeader("api-key", "secret")
            .addHeader("token", "constant")
            .setHeaders(() -> Map.of("Token", "t" + calls.incrementAndGet()))
            .build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(exporter.toString()).contains("api-key", "grpc").doesNotContain("secret");
    }
    assertThat(server.headers).hasSize(2);
    assertThat(server.header(0, "api-key")).isEqualTo("secret");
    assertThat(server.header(0, "token")).isEqualTo("t1");
    assertThat(server.header(1, "token")).isEqualTo("t2");
  }

  @Test
  void failingHeaderSupplierFailsTheExportAndIsNamed() {
    try (OtlpMetricExporter exporter =
        retrying()
            .setHeaders(
                () -> {
                  throw new IllegalStateException("no token");
                })
            .build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(server.received).isEmpty();
    assertThat(log.warnings()).singleElement().asString().contains("no token", "setHeaders");
  }

  @Test
  void headerThatTheClientRefusesIsNamedWithoutItsValue() {
    try (OtlpMetricExporter exporter =
        retrying().setHeaders(() -> Map.of("api-key", "geheim\u00e4")).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("api-key", "ASCII")
        .doesNotContain("geheim");
  }

  @Test
  void oneConnectionServesAllExports() {
    try (OtlpMetricExporter exporter = retrying().build()) {
      for (int i = 0; i < 5; i++) {
        assertThat(export(exporter).isSuccess()).isTrue();
      }
    }
    assertThat(server.received).hasSize(5);
    assertThat(server.connections).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNAVAILABLE",
        "DATA_LOSS"
      })
  void passingFailureIsRetried(Status.Code code) {
    server.answer(code.toStatus()).answer(code.toStatus());
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(3);
    assertThat(server.received.get(2)).isEqualTo(server.received.get(0));
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      mode = Mode.EXCLUDE,
      names = {
        "OK",
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNAVAILABLE",
        "DATA_LOSS"
      })
  void lastingFailureIsNotRetriedAndIsLogged(Status.Code code) {
    server.answer(code.toStatus().withDescription("why\nnot"));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(server.received).hasSize(1);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("2 metric points", server.url("http"), "gRPC status " + code + " (why not)");
  }

  @Test
  void attemptsEndWithThePolicy() {
    server.answer(Status.UNAVAILABLE).answer(Status.UNAVAILABLE).answer(Status.UNAVAILABLE);
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("after 3 attempts", "gRPC status UNAVAILABLE");
    }
    assertThat(server.received).hasSize(3);
  }

  @Test
  void requestThatIsTooLargeForTheServerSaysWhatToDo() {
    try (GrpcServer small =
            new GrpcServer(
                io.grpc.InsecureServerCredentials.create(),
                builder -> builder.maxInboundMessageSize(20));
        OtlpMetricExporter exporter = retrying().setEndpoint(small.url("http")).build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("RESOURCE_EXHAUSTED", "setMaxRequestSize", "after 1 attempt:");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN, true, 2, 0",
    "UNKNOWN, false, 0, 2",
    "INTERNAL, true, 0, 2",
    "ABORTED, false, 2, 0"
  })
  void whatBecomesOfDeltaPoints(Status.Code status, boolean isResent, int waiting, int lost) {
    server.answer(status.toStatus());
    try (OtlpMetricExporter exporter =
        retrying().setRetryPolicy(null).setResendUnanswered(isResent).build()) {
      exporter.export(List.of(TestMetrics.doubleSum())).join(20, TimeUnit.SECONDS);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(waiting);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(lost);
    }
  }

  @Test
  void answerThatIsTooLargeIsNotAskedForAgain() {
    server.answer(
        observer -> {
          observer.onNext(
              ExportMetricsServiceResponse.newBuilder()
                  .setPartialSuccess(
                      ExportMetricsPartialSuccess.newBuilder().setErrorMessage("x".repeat(2_000)))
                  .build());
          observer.onCompleted();
        });
    try (OtlpMetricExporter exporter = retrying().setMaxResponseSize(1_000).build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("1000 bytes", "setMaxResponseSize", "may have arrived");
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void partialSuccessIsReportedWithTheServersMessageAndNotRetried() {
    server.answer(
        observer -> {
          observer.onNext(
              ExportMetricsServiceResponse.newBuilder()
                  .setPartialSuccess(
                      ExportMetricsPartialSuccess.newBuilder()
                          .setRejectedDataPoints(1)
                          .setErrorMessage("too old"))
                  .build());
          observer.onCompleted();
        });
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(1);
    assertThat(log.warnings()).singleElement().asString().contains("rejected 1 of 2", "too old");
  }

  @Test
  void deltaThatAServerRefusesIsToldWithTheSettingThatHelps() {
    server.answer(
        Status.INVALID_ARGUMENT.withDescription(
            "invalid temporality and type combination for metric \"counter\""));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("INVALID_ARGUMENT", "alwaysCumulative()");
    }
  }

  @Test
  void serverThatNeverAnswersFailsTheExportWithinTheTimeout() {
    server.answer(observer -> {});
    try (OtlpMetricExporter exporter = retrying().setTimeout(Duration.ofMillis(300)).build()) {
      final long start = System.nanoTime();
      final CompletableResultCode result = export(exporter);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("within 300 ms", "may have arrived");
    }
  }

  @Test
  void exportsGoOnWhenTheServerWasRestarted() throws InterruptedException {
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      server.restart();
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(2);
    assertThat(server.connections).hasValue(2);
  }

  @Test
  void connectionThatTheServerEndsByGoawayIsReplacedWithoutALoss() throws InterruptedException {
    try (GrpcServer aging =
            new GrpcServer(
                io.grpc.InsecureServerCredentials.create(),
                builder -> builder.maxConnectionAge(1, TimeUnit.SECONDS));
        OtlpMetricExporter exporter = retrying().setEndpoint(aging.url("http")).build()) {
      for (int i = 0; i < 100; i++) {
        assertThat(export(exporter).isSuccess()).isTrue();
        Thread.sleep(25);
      }
      assertThat(aging.received).hasSize(100);
      assertThat(aging.connections.get()).isGreaterThan(1);
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void exportsGoOnWhenAServerThatWasDownIsThere() throws IOException {
    final int port = FreePort.find();
    try (OtlpMetricExporter exporter = retrying().setEndpoint("http://localhost:" + port).build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("after 3 attempts", "No total is lost")
          .hasMessageContaining("that a server listens there");
    }
    assertThat(log.messages(Level.WARNING)).hasSize(1);
  }

  @Test
  void shutdownEndsARetryThatWaits() {
    server.answer(Status.UNAVAILABLE);
    final RetryPolicy slow =
        QuickRetry.POLICY.toBuilder()
            .setInitialBackoff(Duration.ofSeconds(30))
            .setMaxBackoff(Duration.ofSeconds(30))
            .build();
    final OtlpMetricExporter exporter =
        retrying()
            .setRetryPolicy(slow)
            .setTimeout(Duration.ZERO)
            .setShutdownGrace(Duration.ofMillis(100))
            .build();
    final CompletableResultCode result = exporter.export(twoPoints());
    while (server.received.isEmpty()) {
      Thread.onSpinWait();
    }
    final long start = System.nanoTime();
    assertThat(exporter.shutdown().join(10, TimeUnit.SECONDS).isSuccess()).isFalse();
    assertThat(result.join(10, TimeUnit.SECONDS).isSuccess()).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    assertThat(result.getFailureThrowable()).hasMessageContaining("was shut down");
  }

  @Test
  void shutdownCancelsACallThatIsNotAnswered() {
    server.answer(observer -> {});
    final OtlpMetricExporter exporter =
        retrying().setTimeout(Duration.ZERO).setShutdownGrace(Duration.ofMillis(100)).build();
    final CompletableResultCode result = exporter.export(twoPoints());
    while (server.received.isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(exporter.shutdown().join(10, TimeUnit.SECONDS).isSuccess()).isFalse();
    assertThat(result.join(10, TimeUnit.SECONDS).getFailureThrowable())
        .hasMessageContainingAll("was shut down", "may have arrived");
  }

  @Test
  void httpServerInPlaceOfGrpcIsNamed() {
    try (OtlpServer http = new OtlpServer();
        OtlpMetricExporter exporter = retrying().setEndpoint(http.url("")).build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("OTLP server over gRPC", "4317", "http/protobuf");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-x\r\n", ""})
  void serverOfAnotherProtocolIsNamed(String answer) throws IOException {
    try (RawServer other = RawServer.answering(answer);
        OtlpMetricExporter exporter =
            retrying().setEndpoint(other.url("http")).setRetryPolicy(null).build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("OTLP server over gRPC", "4317", "https://");
    }
  }

  @Test
  void httpsToAPlainPortIsNamedAndNotTriedAgain() {
    try (OtlpMetricExporter exporter = retrying().setEndpoint(server.url("https")).build()) {
      assertThat(export(exporter).getFailureThrowable())
          .hasMessageContainingAll("does not speak TLS", "http://", "after 1 attempt:");
    }
  }

  @Test
  void portOfHttpIsNamedWhateverGoesWrongThere() {
    final GrpcAdvice advice = new GrpcAdvice(URI.create("http://localhost:4318"));
    assertThat(advice.timeout(Duration.ofSeconds(1)).advice()).contains("OTLP over HTTP", "4317");
    assertThat(advice.failure(new ConnectException("refused"), false).advice())
        .contains("OTLP over HTTP", "4317");
    assertThat(advice.failure(new SocketTimeoutException("timeout"), true).advice())
        .contains("not overloaded", "OTLP over HTTP", "4317");
  }

  @Test
  void whatFailsInTheHandshakeOrBeforeTheBodyWasSentHasNotArrived() {
    final GrpcAdvice advice = new GrpcAdvice(URI.create("https://localhost:4317"));
    assertThat(advice.failure(new SSLHandshakeException("no"), true).fate())
        .isEqualTo(Fate.NOT_DELIVERED);
    assertThat(advice.failure(new IOException("reset"), false).fate())
        .isEqualTo(Fate.NOT_DELIVERED);
    assertThat(advice.failure(new IOException("reset"), true).fate()).isEqualTo(Fate.UNKNOWN);
  }

  @Test
  void connectionThatBreaksAfterTheRequestMayHaveDeliveredIt() throws InterruptedException {
    // All attempts: the answer is a connection that ends.
    try (GrpcServer breaking = new GrpcServer();
        OtlpMetricExporter exporter =
            retrying().setEndpoint(breaking.url("http")).setRetryPolicy(null).build()) {
      breaking.answer(observer -> breaking.close());
      assertThat(export(exporter).getFailureThrowable()).hasMessageContaining("may have arrived");
    }
  }

  @Test
  void endpointWithAPathIsUsedWithoutItAndAWarning() {
    try (OtlpMetricExporter exporter =
        retrying().setEndpoint(server.url("http") + "/v1/metrics").build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(log.warnings()).singleElement().asString().contains("/v1/metrics", "has no path");
  }

  @Test
  void itsOwnMetricsHaveTheStatusByName() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    server.answer(Status.UNIMPLEMENTED);
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        OtlpMetricExporter exporter = retrying().setMeterProvider(() -> provider).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(export(exporter).isSuccess()).isTrue();
      final List<Attributes> attributes =
          reader.collectAllMetrics().stream()
              .filter(metric -> metric.getName().equals("otel.sdk.exporter.operation.duration"))
              .flatMap(metric -> metric.getData().getPoints().stream())
              .map(PointData::getAttributes)
              .toList();
      assertThat(attributes)
          .extracting(each -> each.get(AttributeKey.stringKey("rpc.status_code")))
          .containsExactlyInAnyOrder("UNIMPLEMENTED", "OK");
      assertThat(attributes)
          .extracting(each -> each.get(AttributeKey.stringKey("error.type")))
          .containsExactlyInAnyOrder("UNIMPLEMENTED", null);
      assertThat(attributes)
          .allMatch(
              each ->
                  "otlp_grpc_metric_exporter"
                      .equals(each.get(AttributeKey.stringKey("otel.component.type"))));
    }
  }

  @Test
  void defaultsAreThoseOfGrpc() {
    try (OtlpMetricExporter exporter = OtlpMetricExporter.builder().setProtocol("grpc").build()) {
      assertThat(exporter.toString())
          .contains("protocol=grpc", "endpoint=http://localhost:4317,", "maxRequestSize=4000000");
    }
  }

  private OtlpMetricExporterBuilder retrying() {
    return OtlpMetricExporter.builder()
        .setProtocol("grpc")
        .setEndpoint(server.url("http"))
        .setRetryPolicy(QuickRetry.POLICY);
  }

  private static List<MetricData> twoPoints() {
    return List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1), TestMetrics.point(2)));
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return export(exporter, twoPoints());
  }

  private static CompletableResultCode export(
      OtlpMetricExporter exporter, List<MetricData> metrics) {
    return exporter.export(metrics).join(20, TimeUnit.SECONDS);
  }
}
