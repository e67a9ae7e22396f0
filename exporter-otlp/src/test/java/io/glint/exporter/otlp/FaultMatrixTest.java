package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.glint.testing.TestIdentity;
import io.grpc.Status;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong with a server, over HTTP and gRPC, and what becomes of delta points: how often is
 * tried, what is logged, what is kept or lost and counted, and that it ends in time.
 */
@Timeout(60)
@Tag("long")
class FaultMatrixTest {
  /** Where there is no answer; elsewhere the attempts are to end before. */
  private static final Duration SHORT = Duration.ofMillis(1_500);

  /**
   * The same where a part of the request has to be on its way by then: a machine with much to do
   * takes its time to get to that.
   */
  private static final Duration LONGER = Duration.ofSeconds(4);

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** No more than two attempts are made by this policy. */
  private static final RetryPolicy TWICE =
      RetryPolicy.builder().setMaxAttempts(2).setInitialBackoff(Duration.ofMillis(5)).build();

  private static final String PAST = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final String FUTURE = "Fri, 31 Dec 2100 23:59:59 GMT";

  private static final ExportMetricsServiceResponse PARTIAL =
      ExportMetricsServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportMetricsPartialSuccess.newBuilder()
                  .setRejectedDataPoints(1)
                  .setErrorMessage("too old"))
          .build();

  private static TestIdentity localhost;
  private static TestIdentity other;
  private static TestIdentity expired;

  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @BeforeAll
  static void makeIdentities(@TempDir Path directory) {
    localhost = TestIdentity.of(directory, "localhost", "localhost");
    other = TestIdentity.of(directory, "other", "other.example");
    expired = TestIdentity.expired(directory, "localhost");
  }

  /** No time-out is to pass while classes of a client are loaded. */
  @BeforeAll
  static void loadClients() {
    final Duration limit = Duration.ofMinutes(2);
    try (OtlpServer http = new OtlpServer();
        GrpcServer grpc = new GrpcServer();
        OtlpMetricExporter overHttp =
            OtlpMetricExporter.builder()
                .setEndpoint(http.url("/v1/metrics"))
                .setTimeout(limit)
                .build();
        OtlpMetricExporter overGrpc = grpc.exporter(null).setTimeout(limit).build()) {
      for (final OtlpMetricExporter exporter : List.of(overHttp, overGrpc)) {
        assertThat(exporter.export(List.of(deltaSum(2))).join(2, TimeUnit.MINUTES).isSuccess())
            .isTrue();
      }
    }
  }

  @AfterEach
  void close() {
    log.close();
  }

  /** What becomes of the points of an export. */
  private enum Fate {
    /** They wait for the next export. */
    KEPT,
    /** They are given up, since the server refused them. */
    REFUSED,
    /** They are given up, since they may have arrived. */
    UNKNOWN,
    /** The one or the other, as it turns out. */
    KEPT_OR_UNKNOWN,
    /** The export is a success. */
    TAKEN
  }

  /** A server that does something wrong. */
  private interface Faulty extends AutoCloseable {
    OtlpMetricExporterBuilder exporter();

    @Override
    void close() throws IOException;
  }

  private interface Start {
    Faulty server() throws IOException;
  }

  /**
   * One fault.
   *
   * @param points of the export
   * @param size of each of them in bytes: large where the request is not to fit in buffers
   * @param attempts that are made; 0 for as many as there is time
   * @param says parts of the one warning
   */
  private record Fault(
      String name,
      Start start,
      int points,
      int size,
      Duration timeout,
      int attempts,
      Fate fate,
      List<String> says) {
    /** The same, with a request of that many points of a kilobyte. */
    Fault of(int kilobytes) {
      return new Fault(name, start, kilobytes, 1_000, timeout, attempts, fate, says);
    }

    /** The same, when there is no more than that time. */
    Fault in(Duration limit) {
      return new Fault(name, start, points, size, limit, attempts, fate, says);
    }

    /** The same, when the time ends it. */
    Fault within(Duration limit) {
      final List<String> more = new ArrayList<>(says);
      more.add("within " + limit.toMillis() + " ms");
      return new Fault(name, start, points, size, limit, attempts, fate, more);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Fault fault(String name, Start start, int attempts, Fate fate, String... says) {
    return new Fault(name, start, 2, 60, TIMEOUT, attempts, fate, List.of(says));
  }

  static Stream<Fault> faults() {
    return Stream.of(
        fault("down", FaultMatrixTest::down, 2, Fate.KEPT, "ConnectException", "a server listens"),
        fault("429", status(429), 2, Fate.KEPT, "HTTP status 429", "overloaded"),
        fault("503", status(503), 2, Fate.KEPT, "HTTP status 503", "overloaded"),
        fault("429 and at once", retryAfter(429, "0"), 2, Fate.KEPT, "HTTP status 429"),
        fault("503 and later", retryAfter(503, "1"), 2, Fate.KEPT, "HTTP status 503"),
        fault("503 and too late", retryAfter(503, "30"), 1, Fate.KEPT, "no time to try again"),
        fault("429 and later", retryAfter(429, "1"), 2, Fate.KEPT, "HTTP status 429"),
        fault("429 and too late", retryAfter(429, "30"), 1, Fate.KEPT, "no time to try again"),
        fault("429 and a date", retryAfter(429, PAST), 2, Fate.KEPT, "HTTP status 429"),
        fault("503 and a date", retryAfter(503, PAST), 2, Fate.KEPT, "HTTP status 503"),
        fault("429 and a date too late", retryAfter(429, FUTURE), 1, Fate.KEPT, "no time to try"),
        fault("503 and a date too late", retryAfter(503, FUTURE), 1, Fate.KEPT, "no time to try"),
        fault("502", status(502), 2, Fate.UNKNOWN, "HTTP status 502", "may have arrived"),
        fault("504", status(504), 2, Fate.UNKNOWN, "HTTP status 504", "may have arrived"),
        fault(
            "400", status(400), 1, Fate.REFUSED, "HTTP status 400", "does not take what was sent"),
        fault("401", status(401), 1, Fate.REFUSED, "HTTP status 401", "Check the credentials"),
        fault("404", status(404), 1, Fate.REFUSED, "HTTP status 404", "no OTLP receiver"),
        fault("413", status(413), 1, Fate.REFUSED, "HTTP status 413", "bytes before compression"),
        fault("500", status(500), 1, Fate.REFUSED, "HTTP status 500", "log of the server"),
        fault("partial success", FaultMatrixTest::partial, 1, Fate.TAKEN, "rejected 1 of 2"),
        fault("hang", FaultMatrixTest::hang, 1, Fate.UNKNOWN, "may have arrived").within(SHORT),
        // What is missing of an answer does not change what its status says.
        fault("503 and no end", endless(503), 1, Fate.KEPT, "HTTP status 503", "no time to try")
            .in(SHORT),
        fault("400 and no end", endless(400), 1, Fate.REFUSED, "HTTP status 400").in(SHORT),
        fault("502 and no end", endless(502), 1, Fate.UNKNOWN, "HTTP status 502").in(SHORT),
        fault("end without an answer", raw(""), 2, Fate.UNKNOWN, "may have arrived"),
        fault("garbage", raw("garbage\r\n\r\n"), 1, Fate.UNKNOWN, "not HTTP/1.1"),
        fault("gRPC", raw("\0\0\006\4\0\0\0\0\0\0\3\0\0\0\1"), 1, Fate.KEPT, "OTLP/gRPC"),
        fault("TLS to a plain port", FaultMatrixTest::plain, 1, Fate.KEPT, "does not speak TLS"),
        fault("expired certificate", tls(expired, null, expired), 1, Fate.KEPT, "validity check"),
        fault("certificate of another host", tls(other, null, other), 1, Fate.KEPT, "localhost"),
        // With TLS 1.3 the request may be sent before the server has seen that there is none.
        fault(
            "no certificate of the client",
            tls(localhost, other, localhost),
            0,
            Fate.KEPT_OR_UNKNOWN,
            "Exporting 2 metric points",
            "setClientTls"),
        fault("reset in the request", FaultMatrixTest::reset, 2, Fate.KEPT, "IOException")
            .of(10_000),
        fault("reader that is slow", FaultMatrixTest::slow, 1, Fate.KEPT).of(10_000).within(LONGER),
        fault("gRPC: down", grpc(FaultMatrixTest::down), 2, Fate.KEPT, "a server listens"),
        fault("gRPC: UNAVAILABLE", grpc(Status.UNAVAILABLE), 2, Fate.KEPT, "overloaded"),
        fault(
            "gRPC: UNAVAILABLE and later",
            grpc(GrpcServer.retryInfo(Status.Code.UNAVAILABLE, 1)),
            2,
            Fate.KEPT,
            "overloaded"),
        fault(
            "gRPC: RESOURCE_EXHAUSTED",
            grpc(Status.RESOURCE_EXHAUSTED),
            1,
            Fate.KEPT,
            "no room or quota"),
        fault(
            "gRPC: RESOURCE_EXHAUSTED and later",
            grpc(GrpcServer.retryInfo(Status.Code.RESOURCE_EXHAUSTED, 1)),
            1,
            Fate.KEPT,
            "no room or quota"),
        fault(
            "gRPC: RESOURCE_EXHAUSTED, too large",
            grpc(Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size 10")),
            1,
            Fate.REFUSED,
            "setMaxRequestSize"),
        fault(
            "gRPC: INVALID_ARGUMENT",
            grpc(Status.INVALID_ARGUMENT),
            1,
            Fate.REFUSED,
            "does not take what was sent"),
        fault(
            "gRPC: UNAUTHENTICATED",
            grpc(Status.UNAUTHENTICATED),
            1,
            Fate.REFUSED,
            "Check the credentials"),
        fault("gRPC: UNKNOWN", grpc(Status.UNKNOWN), 1, Fate.UNKNOWN, "may have arrived"),
        fault("gRPC: DATA_LOSS", grpc(Status.DATA_LOSS), 2, Fate.UNKNOWN, "may have arrived"),
        fault(
            "gRPC: partial success",
            grpc(
                observer -> {
                  observer.onNext(PARTIAL);
                  observer.onCompleted();
                }),
            1,
            Fate.TAKEN,
            "rejected 1 of 2"),
        fault("gRPC: hang", grpc(observer -> {}), 1, Fate.UNKNOWN).within(LONGER),
        fault("gRPC: silence", grpc(FaultMatrixTest::hang), 1, Fate.UNKNOWN).within(LONGER),
        fault("gRPC: reset in the answer", FaultMatrixTest::cut, 2, Fate.UNKNOWN, "may have"),
        fault("gRPC: garbage", grpc(raw("garbage\r\n\r\n")), 2, Fate.UNKNOWN, "may have arrived"),
        fault(
            "gRPC: HTTP/1.1",
            grpc(raw("HTTP/1.1 404 Not Found\r\n\r\n")),
            2,
            Fate.UNKNOWN,
            "http/protobuf"),
        fault("gRPC: TLS to a plain port", FaultMatrixTest::grpcPlain, 1, Fate.KEPT, "speak TLS"),
        fault(
            "gRPC: expired certificate",
            grpcTls(expired, null, expired),
            1,
            Fate.KEPT,
            "validity check"),
        fault(
            "gRPC: certificate of another host",
            grpcTls(other, null, other),
            1,
            Fate.KEPT,
            "localhost"),
        fault(
            "gRPC: no certificate of the client",
            grpcTls(localhost, other, localhost),
            0,
            Fate.KEPT_OR_UNKNOWN,
            "Exporting 2 metric points",
            "setClientTls"),
        fault(
                "gRPC: reset in the request",
                grpc(FaultMatrixTest::reset),
                2,
                Fate.KEPT,
                "OTLP server over gRPC")
            .of(2_000),
        // What OkHttp is sending when the time is over cannot be taken back.
        fault("gRPC: reader that is slow", grpc(FaultMatrixTest::slow), 1, Fate.UNKNOWN)
            .of(2_000)
            .within(LONGER));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatBecomesOfDeltaPoints(Fault fault) throws IOException {
    final List<MetricData> metrics = List.of(deltaSum(fault.points, fault.size));
    try (Faulty server = fault.start.server()) {
      final OtlpMetricExporter exporter =
          server
              .exporter()
              .setTimeout(fault.timeout)
              .setRetryPolicy(TWICE)
              .setShutdownGrace(Duration.ofMillis(500))
              .build();
      final long start = System.nanoTime();
      final CompletableResultCode result = exporter.export(metrics).join(20, TimeUnit.SECONDS);
      assertThat(millisSince(start)).isLessThan(fault.timeout.toMillis() + 3_000);

      final OtlpDeliveryCounts counts = exporter.deliveryCounts();
      Fate fate = fault.fate;
      if (fate == Fate.KEPT_OR_UNKNOWN) {
        fate = counts.unansweredRequests() == 0 ? Fate.KEPT : Fate.UNKNOWN;
        assertThat(log.warnings().get(0))
            .contains(fate == Fate.KEPT ? "The 2 delta points that must not" : "may have arrived");
      }
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isEqualTo(fate == Fate.TAKEN);
      assertThat(log.warnings()).singleElement().asString().contains(fault.says);
      if (fate != Fate.TAKEN && fault.attempts > 0) {
        assertThat(log.warnings().get(0))
            .contains(fault.attempts == 1 ? "after 1 attempt:" : "after 2 attempts:");
      }
      final boolean isKept = fate == Fate.KEPT;
      final boolean isLost = fate == Fate.REFUSED || fate == Fate.UNKNOWN;
      assertThat(counts.waitingPoints()).isEqualTo(isKept ? fault.points : 0);
      assertThat(counts.lostDeltaPoints()).isEqualTo(isLost ? fault.points : 0);
      assertThat(counts.failedRequests()).isEqualTo(isKept ? 1 : 0);
      assertThat(counts.refusedRequests()).isEqualTo(fate == Fate.REFUSED ? 1 : 0);
      assertThat(counts.unansweredRequests()).isEqualTo(fate == Fate.UNKNOWN ? 1 : 0);
      assertThat(counts.rejectedPoints()).isEqualTo(fate == Fate.TAKEN ? 1 : 0);

      final long end = System.nanoTime();
      exporter.shutdown().join(20, TimeUnit.SECONDS);
      assertThat(millisSince(end)).isLessThan(5_000);
      assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
      assertThat(exporter.deliveryCounts().lostDeltaPoints())
          .isEqualTo(isKept || isLost ? fault.points : 0);
      if (isKept) {
        assertThat(log.warnings()).hasSize(2);
        assertThat(log.warnings().get(1))
            .contains(fault.points + " metric points", "They are lost", "setPendingFile");
      }
    }
  }

  @Test
  void unansweredRequestsAreKeptIfAskedFor() throws IOException {
    try (Faulty server = hang();
        OtlpMetricExporter exporter =
            server
                .exporter()
                .setTimeout(Duration.ofMillis(300))
                .setShutdownGrace(Duration.ZERO)
                .setResendUnanswered(true)
                .build()) {
      exporter.export(List.of(deltaSum(2))).join(20, TimeUnit.SECONDS);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("may have arrived nevertheless", "are kept", "count twice");
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().unansweredRequests()).isEqualTo(1);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    }
  }

  static Stream<Fault> busyServers() {
    return faults().filter(fault -> Set.of("503", "gRPC: UNAVAILABLE").contains(fault.name));
  }

  @ParameterizedTest
  @MethodSource("busyServers")
  void shutdownWhileItWaitsForTheNextAttemptEndsInTimeAndCountsWhatIsLost(Fault fault)
      throws Exception {
    try (Faulty server = fault.start.server()) {
      final OtlpMetricExporter exporter =
          server
              .exporter()
              .setTimeout(Duration.ofSeconds(30))
              .setRetryPolicy(
                  RetryPolicy.builder()
                      .setInitialBackoff(Duration.ofSeconds(20))
                      .setMaxBackoff(Duration.ofSeconds(20))
                      .build())
              .setShutdownGrace(Duration.ofMillis(300))
              .build();
      final CompletableResultCode export = exporter.export(List.of(deltaSum(2)));
      Thread.sleep(200);
      final long start = System.nanoTime();
      final CompletableResultCode shutdown = exporter.shutdown().join(20, TimeUnit.SECONDS);
      assertThat(millisSince(start)).isLessThan(5_000);
      assertThat(shutdown.isSuccess()).isFalse();
      assertThat(export.isDone()).isTrue();
      assertThat(export.isSuccess()).isFalse();
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
      assertThat(log.warnings()).last().asString().contains("2 metric points", "They are lost");
    }
  }

  @Test
  void ofASplitExportOnlyWhatWasNotDeliveredIsKept() {
    try (OtlpServer server = new OtlpServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(server.url("/v1/metrics"))
                .setMaxRequestSize(10_000)
                .setRetryPolicy(null)
                .build()) {
      server.answer(200).answer(503);
      exporter.export(List.of(deltaSum(1_000))).join(20, TimeUnit.SECONDS);
      assertThat(server.received).hasSize(2);
      final int delivered = Receiver.pointsOfSum(server.received.get(0).request());
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(1_000 - delivered);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains(1_000 - delivered + " metric points", "are kept");

      server.received.remove(1);
      exporter.export(List.of(deltaSum(1))).join(20, TimeUnit.SECONDS);
      assertThat(server.received).allMatch(request -> request.body().length <= 10_000);
      final Map<String, Double> totals = new TreeMap<>();
      server.received.forEach(received -> Receiver.addTo(totals, received.request()));
      assertThat(totals).hasSize(1_000);
      assertThat(totals.values().stream().mapToDouble(Double::doubleValue).sum())
          .isEqualTo(1_000 * 1_001 / 2 + 1);
    }
  }

  @Test
  void shutdownInTheMiddleOfASplitExportCountsAllThatIsLost() throws Exception {
    final OtlpServer server = new OtlpServer();
    server.answer(200).answer(exchange -> {});
    try (server) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(server.url("/v1/metrics"))
              .setMaxRequestSize(10_000)
              .setShutdownGrace(Duration.ofMillis(100))
              .build();
      final CompletableResultCode export = exporter.export(List.of(deltaSum(1_000)));
      while (server.received.size() < 2) {
        Thread.sleep(5);
      }
      exporter.shutdown().join(20, TimeUnit.SECONDS);
      assertThat(export.join(20, TimeUnit.SECONDS).isSuccess()).isFalse();
      final int delivered = Receiver.pointsOfSum(server.received.get(0).request());
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(1_000 - delivered);
      assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
    }
  }

  @Test
  void theLastAttemptIsMadeAtTheShutdown() {
    final OutageServer server = new OutageServer();
    try (server) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder().setEndpoint(server.url()).setRetryPolicy(null).build();
      exporter.export(List.of(deltaSum(2))).join(20, TimeUnit.SECONDS);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
      server.up();
      assertThat(exporter.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(server.totals()).hasSize(2);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 502, 504, 0})
  void whatTheLastAttemptLosesIsLoggedAndTheShutdownFails(int status) {
    final OutageServer server = new OutageServer();
    try (server) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(server.url())
              .setTimeout(Duration.ofSeconds(1))
              .setRetryPolicy(null)
              .build();
      exporter.export(List.of(deltaSum(2))).join(20, TimeUnit.SECONDS);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
      server.refuse(
          exchange -> {
            // Or no answer at all.
            if (status != 0) {
              OtlpServer.reply(exchange, status, new byte[0]);
            }
          });
      final CompletableResultCode shutdown = exporter.shutdown().join(20, TimeUnit.SECONDS);
      assertThat(server.notTaken).hasSize(1);
      assertThat(shutdown.isSuccess()).isFalse();
      assertThat(log.warnings()).hasSize(2);
      assertThat(log.warnings().get(1))
          .isEqualTo(shutdown.getFailureThrowable().getMessage())
          .contains("2 metric points", "before the shutdown", "are lost");
      if (status == 401) {
        assertThat(log.warnings().get(1)).doesNotContain("may have arrived");
      } else {
        assertThat(log.warnings().get(1)).contains("may have arrived", "setPendingFile");
      }
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
    }
  }

  @Test
  void theShutdownEndsInTimeAlsoIfTheLastAttemptIsSplit() {
    final OutageServer server = new OutageServer();
    try (server) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(server.url())
              .setRetryPolicy(null)
              .setMaxRequestSize(10_000)
              .setShutdownGrace(Duration.ofMillis(1_800))
              .build();
      exporter.export(List.of(deltaSum(1_000))).join(20, TimeUnit.SECONDS);
      server.refuse(OtlpServer.successAfter(1_000));
      final long start = System.nanoTime();
      assertThat(exporter.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isFalse();
      assertThat(millisSince(start)).isLessThan(5_000);
      assertThat(exporter.deliveryCounts().deliveredRequests()).isLessThanOrEqualTo(1);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isBetween(1L, 1_000L);
    }
  }

  @Test
  void withLittleTimeLeftThereIsNoLastAttempt() {
    final OutageServer server = new OutageServer();
    try (server) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(server.url())
              .setRetryPolicy(null)
              .setShutdownGrace(Duration.ofMillis(900))
              .build();
      exporter.export(List.of(deltaSum(2))).join(20, TimeUnit.SECONDS);
      server.up();
      assertThat(exporter.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isFalse();
      assertThat(server.taken).isEmpty();
      assertThat(log.warnings()).last().asString().contains("2 metric points", "They are lost");
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(2);
    }
  }

  @Test
  void withoutAnExportThatTakesThemAlongKeptPointsAreSentByThemselves() throws Exception {
    final OutageServer server = new OutageServer();
    try (server;
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(server.url())
                .setRetryPolicy(null)
                .setIdleResend(Duration.ofMillis(50))
                .build()) {
      exporter.export(List.of(deltaSum(2))).join(20, TimeUnit.SECONDS);
      server.up();
      for (int i = 0; i < 200 && server.taken.isEmpty(); i++) {
        Thread.sleep(50);
      }
      assertThat(server.totals()).hasSize(2);
    }
  }

  @Test
  void memoryDuringAnOutageIsBounded() {
    final OutageServer server = new OutageServer();
    try (server;
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(server.url())
                .setRetryPolicy(null)
                .setMaxPendingSeries(1_000)
                .build()) {
      export(exporter, 0, 0, 1_000);
      final long before = usedMemory();
      long recorded = 1_000;
      for (int i = 1; i <= 100; i++) {
        export(exporter, i, 1_000 * i, 1_000);
        recorded += 1_000;
      }
      // A hundred times as many series as may wait; each would take some hundred bytes.
      assertThat(usedMemory() - before).isLessThan(4 << 20);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(1_001);
      assertThat(exporter.deliveryCounts().foldedPoints()).isGreaterThanOrEqualTo(100_000);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();

      server.up();
      export(exporter, 101, 0, 1);
      final double total = server.totals().values().stream().mapToDouble(Double::doubleValue).sum();
      assertThat((long) total).isEqualTo(recorded + 1);
    }
  }

  /** Exports one of several collections, a second one after the other. */
  private static void export(OtlpMetricExporter exporter, int collection, int first, int points) {
    final long start = TimeUnit.SECONDS.toNanos(collection);
    final long end = TimeUnit.SECONDS.toNanos(collection + 1L);
    final List<LongPointData> all = new ArrayList<>();
    for (int i = first; i < first + points; i++) {
      final Attributes attributes = Attributes.builder().put("id", "series-" + i).build();
      all.add(LongPointData.create(start, end, attributes, 1));
    }
    exporter.export(List.of(deltaSum(all))).join(20, TimeUnit.SECONDS);
  }

  private static long usedMemory() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      final Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  private static MetricData deltaSum(int points) {
    return deltaSum(points, 60);
  }

  private static MetricData deltaSum(int points, int size) {
    final List<LongPointData> all = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      final Attributes attributes =
          Attributes.builder().put("id", "series-" + i + "-" + "x".repeat(size)).build();
      all.add(LongPointData.create(1, 2, attributes, i + 1));
    }
    return deltaSum(all);
  }

  private static MetricData deltaSum(List<LongPointData> points) {
    return ImmutableMetricData.createLongSum(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        "delta",
        "",
        "1",
        SumData.createLongSumData(true, AggregationTemporality.DELTA, points));
  }

  private static long millisSince(long nanoTime) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
  }

  private static Faulty down() throws IOException {
    return of("http://127.0.0.1:" + FreePort.find() + "/v1/metrics", () -> {});
  }

  private static Start status(int status) {
    return answering(exchange -> OtlpServer.reply(exchange, status, new byte[0]));
  }

  private static Start retryAfter(int status, String when) {
    return answering(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", when);
          OtlpServer.reply(exchange, status, new byte[0]);
        });
  }

  /** An answer whose body is said to have more bytes than come. */
  private static Start endless(int status) {
    return answering(
        exchange -> {
          exchange.sendResponseHeaders(status, 1_000);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
        });
  }

  private static Faulty partial() throws IOException {
    return answering(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
              OtlpServer.reply(exchange, 200, PARTIAL.toByteArray());
            })
        .server();
  }

  private static Start answering(OtlpServer.Answer answer) {
    return () -> {
      final HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            answer.to(exchange);
          });
      server.start();
      return of(
          "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/metrics",
          () -> server.stop(0));
    };
  }

  private static Faulty hang() throws IOException {
    final BlackHole hole = new BlackHole();
    return of(hole.url(), hole::close);
  }

  private static Start raw(String answer) {
    return () -> {
      final RawServer server = RawServer.answering(answer);
      return of(server.url("http"), server::close);
    };
  }

  private static Faulty plain() throws IOException {
    final RawServer server = RawServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n");
    return of(server.url("https"), server::close);
  }

  /** Reads a little of the request, and resets the connection. */
  private static Faulty reset() throws IOException {
    final RawServer server =
        new RawServer(
            connection -> {
              connection.getInputStream().readNBytes(1_000);
              connection.setSoLinger(true, 0);
            });
    return of(server.url("http"), server::close);
  }

  /** Reads so little at a time that the request is not through when the time is over. */
  private static Faulty slow() throws IOException {
    final RawServer server =
        new RawServer(
            connection -> {
              for (int i = 0; i < 500 && connection.getInputStream().read() >= 0; i++) {
                try {
                  Thread.sleep(20);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    return of(server.url("http"), server::close);
  }

  /** The same server, and an exporter that speaks gRPC to it. */
  private static Start grpc(Start start) {
    return () -> {
      final Faulty server = start.server();
      return faulty(
          () -> {
            final OtlpMetricExporterBuilder exporter = server.exporter().setProtocol("grpc");
            return exporter.setEndpoint("http://" + exporter.endpoint().getAuthority());
          },
          server::close);
    };
  }

  private static Start grpc(Status status) {
    return grpc(status.asRuntimeException());
  }

  private static Start grpc(RuntimeException status) {
    return grpc(observer -> observer.onError(status));
  }

  private static Start grpc(GrpcServer.Answer answer) {
    return () -> {
      final GrpcServer server = new GrpcServer();
      // As often as it is tried.
      server.answer(answer).answer(answer).answer(answer);
      return faulty(() -> server.exporter(null), server::close);
    };
  }

  private static Faulty grpcPlain() {
    final GrpcServer server = new GrpcServer();
    return faulty(() -> server.exporter(null).setEndpoint(server.url("https")), server::close);
  }

  private static Start grpcTls(TestIdentity own, TestIdentity client, TestIdentity trusted) {
    return () -> {
      final GrpcServer server =
          new GrpcServer(GrpcServer.credentials(own, client), builder -> builder);
      return faulty(() -> server.exporter(trusted), server::close);
    };
  }

  private static Start tls(TestIdentity own, TestIdentity client, TestIdentity trusted) {
    return () -> {
      final HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(own.https(client));
      server.start();
      return faulty(
          () ->
              OtlpMetricExporter.builder()
                  .setEndpoint("https://localhost:" + server.getAddress().getPort() + "/")
                  .setTrustedCertificates(trusted.trustedPem()),
          () -> server.stop(0));
    };
  }

  /** Takes requests, and resets the connection when a few bytes of the answer are through. */
  private static Faulty cut() throws IOException {
    final GrpcServer server = new GrpcServer();
    final CuttingProxy proxy = new CuttingProxy(server.port());
    final GrpcServer.Answer answer =
        observer -> {
          proxy.cutAfter(12);
          observer.onNext(PARTIAL);
          observer.onCompleted();
        };
    server.answer(answer).answer(answer);
    return faulty(
        () -> server.exporter(null).setEndpoint("http://localhost:" + proxy.port()),
        () -> {
          proxy.close();
          server.close();
        });
  }

  private interface Close {
    void close() throws IOException;
  }

  private static Faulty of(String url, Close close) {
    return faulty(() -> OtlpMetricExporter.builder().setEndpoint(url), close);
  }

  private static Faulty faulty(Supplier<OtlpMetricExporterBuilder> exporter, Close close) {
    return new Faulty() {
      @Override
      public OtlpMetricExporterBuilder exporter() {
        return exporter.get();
      }

      @Override
      public void close() throws IOException {
        close.close();
      }
    };
  }
}
