package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.DelegatingMetricData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when a server, or the way to it, does not do what it should. */
@Timeout(30)
@Tag("long")
class OtlpMetricExporterFailureTest {
  private static final HttpAdvice ADVICE =
      new HttpAdvice(URI.create("http://localhost:4318/v1/metrics"), Compression.NONE);

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void passingFailureIsRetriedWithTheSameBody(int status) {
    server.answer(status).answer(status);
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(3);
    assertThat(server.received.get(2).body()).isEqualTo(server.received.get(0).body());
    assertThat(log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 401, 404, 408, 413, 415, 500, 501, 505})
  void lastingFailureIsNotRetriedAndIsLogged(int status) {
    server.answer(status);
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(server.received).hasSize(1);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("2 metric points", server.url("/v1/metrics"), "HTTP status " + status)
        .contains("No total is lost")
        .doesNotContain("dropped");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 202, 204})
  void anySuccessStatusIsASuccess(int status) {
    server.answer(status);
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void attemptsEndWithThePolicy() {
    server.answer(503).answer(503).answer(503);
    try (OtlpMetricExporter exporter = retrying().build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("after 3 attempts");
    }
    assertThat(server.received).hasSize(3);
  }

  @Test
  void withoutAPolicyThereIsOneAttempt() {
    server.answer(503);
    try (OtlpMetricExporter exporter = retrying().setRetryPolicy(null).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void failedDataIsNotSentAgainByTheNextExport() {
    server.answer(500);
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(2);
    assertThat(log.messages(Level.INFO)).singleElement().asString().contains("works again");
  }

  @Test
  void retryAfterInSecondsIsWaitedFor() {
    server.answer(503, "Retry-After", "1");
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(millisBetweenRequests()).isBetween(990L, 5_000L);
  }

  @Test
  void retryAfterAsADateIsWaitedFor() {
    final ZonedDateTime date = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2);
    server.answer(503, "Retry-After", DateTimeFormatter.RFC_1123_DATE_TIME.format(date));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    // The date has whole seconds: between one and two of them remain.
    assertThat(millisBetweenRequests()).isBetween(900L, 5_000L);
  }

  @Test
  void retryAfterBeyondTheTimeoutEndsTheExportAtOnce() {
    server.answer(503, "Retry-After", "3600");
    final long start = System.nanoTime();
    try (OtlpMetricExporter exporter = retrying().setTimeout(Duration.ofSeconds(20)).build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("leaves no time to try again");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void retryAfterOfMoreThanFiveMinutesIsNotWaitedForEvenWithoutATimeout() {
    server.answer(503, "Retry-After", "301");
    try (OtlpMetricExporter exporter = retrying().setTimeout(Duration.ZERO).build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("HTTP status 503", "for 301 s", "more than the 300 s");
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void adviceForAProxyThatAsksForCredentialsNamesTheProxy() {
    final HttpTransport.Reply reply =
        new HttpTransport.Reply(407, ServerMessage.NONE, OptionalLong.empty(), /* isGrpc= */ false);
    assertThat(ADVICE.failure(reply, 100).advice()).contains("proxy", "http.nonProxyHosts");
  }

  @Test
  void textOfAnExceptionIsOneShortLine() {
    final String text = "first\r\nWARNING: forged\u0007" + "x".repeat(5_000);
    assertThat(ExportFailure.encoding(new IllegalStateException(text)).what())
        .startsWith("the data could not be encoded: IllegalStateException: first WARNING: forged x")
        .endsWith("...")
        .hasSizeLessThan(1_200);
  }

  @Test
  void endOfAFailureThatWasNotLoggedIsNotLogged() {
    // Failure and success in turn: five failures are logged in a minute, and so are their ends.
    for (int i = 0; i < 10; i++) {
      server.answer(500).answer(200);
    }
    try (OtlpMetricExporter exporter = retrying().build()) {
      for (int i = 0; i < 10; i++) {
        assertThat(export(exporter).isSuccess()).isFalse();
        assertThat(export(exporter).isSuccess()).isTrue();
      }
    }
    assertThat(log.warnings()).hasSize(5);
    assertThat(log.messages(Level.INFO)).hasSize(5);
  }

  @Test
  void endOfAFailureIsLoggedIfOnlyItsBeginningWasLogged() {
    for (int i = 0; i < 7; i++) {
      server.answer(500);
    }
    try (OtlpMetricExporter exporter = retrying().build()) {
      for (int i = 0; i < 7; i++) {
        assertThat(export(exporter).isSuccess()).isFalse();
      }
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(log.messages(Level.INFO)).hasSize(1);
    assertThat(log.records())
        .allMatch(entry -> OtlpMetricExporter.class.getName().equals(entry.getSourceClassName()));
  }

  @Test
  void attributeNestedTooDeeplyFailsTheExport() {
    Value<?> value = Value.of(1);
    for (int i = 0; i < 200_000; i++) {
      value = Value.of(value);
    }
    final LongPointData point =
        LongPointData.create(1, 2, Attributes.of(AttributeKey.valueKey("deep"), value), 3);
    try (OtlpMetricExporter exporter = retrying().build()) {
      final CompletableResultCode result =
          exporter.export(List.of(TestMetrics.longGauge("a", point))).join(20, TimeUnit.SECONDS);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("1 metric point", "could not be encoded", "nested too deeply");
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @Test
  void histogramWithoutASumIsSentWithoutItAndWithoutAWarning() {
    final HistogramPointData point =
        HistogramPointData.create(
            1, 2, Attributes.empty(), Double.NaN, false, 0, false, 0, List.of(), List.of(3L));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(
              exporter
                  .export(List.of(TestMetrics.histogram(point)))
                  .join(20, TimeUnit.SECONDS)
                  .isSuccess())
          .isTrue();
    }
    final HistogramDataPoint sent =
        server
            .received
            .get(0)
            .request()
            .getResourceMetrics(0)
            .getScopeMetrics(0)
            .getMetrics(0)
            .getHistogram()
            .getDataPoints(0);
    assertThat(sent.hasSum()).isFalse();
    assertThat(sent.getCount()).isEqualTo(3);
    assertThat(log.records()).isEmpty();
  }

  @Test
  void connectionClosedWithoutAResponseIsRetried() {
    server.answer(exchange -> exchange.close());
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(2);
  }

  @Test
  void retryPredicateOfThePolicyDecidesOnExceptions() {
    server.answer(exchange -> exchange.close());
    final RetryPolicy never =
        QuickRetry.POLICY.toBuilder().setRetryExceptionPredicate(exception -> false).build();
    try (OtlpMetricExporter exporter = retrying().setRetryPolicy(never).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void serverThatNeverAnswersFailsTheExportWithinTheTimeout() throws IOException {
    try (BlackHole blackHole = new BlackHole();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(blackHole.url())
                .setTimeout(Duration.ofMillis(200))
                .build()) {
      final long start = System.nanoTime();
      final CompletableResultCode result = exporter.export(TestMetrics.twoPoints());
      result.join(10, TimeUnit.SECONDS);

      assertThat(result.isSuccess()).isFalse();
      assertThat(millisSince(start)).isBetween(200L, 5_000L);
      assertThat(result.getFailureThrowable()).hasMessageContaining("within 200 ms");
    }
  }

  @Test
  void bodyThatNeverEndsLeavesASuccessAsItIsWhenTheTimeIsOver() {
    server.answer(
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().flush();
        });
    try (OtlpMetricExporter exporter = retrying().setTimeout(Duration.ofSeconds(1)).build()) {
      final long start = System.nanoTime();
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(millisSince(start)).isBetween(1_000L, 5_000L);
      assertThat(exporter.deliveryCounts().deliveredRequests()).isEqualTo(1);
    }
    assertThat(server.received).hasSize(1);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("a response that broke off after 1 byte", "not sent again");
  }

  @Test
  void timeoutCoversAllAttempts() {
    server.answer(503).answer(503).answer(503).answer(503);
    final RetryPolicy slower =
        QuickRetry.POLICY.toBuilder()
            .setMaxAttempts(5)
            .setInitialBackoff(Duration.ofMillis(600))
            .setMaxBackoff(Duration.ofMillis(600))
            .build();
    try (OtlpMetricExporter exporter =
        retrying().setRetryPolicy(slower).setTimeout(Duration.ofMillis(900)).build()) {
      final long start = System.nanoTime();
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(millisSince(start)).isLessThan(5_000);
    }
    assertThat(server.received.size()).isBetween(1, 2);
  }

  @Test
  void timeoutOfZeroIsNoLimit() {
    try (OtlpMetricExporter exporter =
        retrying().setTimeout(Duration.ZERO).setConnectTimeout(Duration.ZERO).build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @Test
  void partialSuccessIsLoggedAndNotRetried() {
    server.answer(partialSuccess(1, "too old"));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(1);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains(server.url("/v1/metrics"), "rejected 1 of 2 metric points", "too old");
  }

  @Test
  void warningOfAServerThatTookAllPointsIsLogged() {
    server.answer(partialSuccess(0, "please compress"));
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(log.warnings()).singleElement().asString().contains("took all", "please compress");
  }

  @Test
  void statusMessageOfTheServerIsLogged() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          final ByteArrayOutputStream status = new ByteArrayOutputStream();
          final CodedOutputStream out = CodedOutputStream.newInstance(status);
          out.writeInt32(1, 3);
          out.writeString(2, "bad\nmetric");
          out.flush();
          OtlpServer.reply(exchange, 400, status.toByteArray());
        });
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(log.warnings()).singleElement().asString().contains("(bad metric)");
  }

  @Test
  void requestThatIsTooLargeIsNotSent() {
    final OtlpMetricExporterBuilder builder =
        retrying().setCompression("gzip").setMaxRequestSize(100);
    try (OtlpMetricExporter exporter = builder.build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContaining("2 metric points")
          .hasMessageContaining("larger than 100 bytes")
          .hasMessageContaining("setMaxRequestSize");
    }
    assertThat(server.received).isEmpty();
    assertThat(log.warnings()).hasSize(1);
  }

  @Test
  void responseThatIsTooLargeFailsWithoutARetry() {
    server.answer(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          final byte[] chunk = new byte[8_192];
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 10_000; i++) {
              out.write(chunk);
            }
          }
        });
    try (OtlpMetricExporter exporter = retrying().setMaxResponseSize(10_000).build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("larger than 10000 bytes");
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void responseThatIsTooLargeOnceDecompressedFailsWithoutARetry() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          final ByteArrayOutputStream bomb = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[4 << 20]);
          }
          OtlpServer.reply(exchange, 200, bomb.toByteArray());
        });
    try (OtlpMetricExporter exporter = retrying().setMaxResponseSize(100_000).build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("larger than 100000 bytes");
    }
    assertThat(server.received).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"400, 1, false", "404, 1, false", "404, 1, true", "502, 3, false", "503, 3, true"})
  void statusCountsOfAResponseThatIsTooLarge(int status, int attempts, boolean isCompressed) {
    for (int i = 0; i < attempts; i++) {
      server.answer(
          exchange -> {
            byte[] body = new byte[1 << 20];
            if (isCompressed) {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
              try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(body);
              }
              body = compressed.toByteArray();
            }
            OtlpServer.reply(exchange, status, body);
          });
    }
    try (OtlpMetricExporter exporter = retrying().setMaxResponseSize(10_000).build()) {
      final CompletableResultCode result =
          exporter.export(List.of(TestMetrics.doubleSum())).join(20, TimeUnit.SECONDS);
      assertThat(result.getFailureThrowable()).hasMessageContaining("HTTP status " + status);
      assertThat(server.received).hasSize(attempts);
      final OtlpDeliveryCounts counts = exporter.deliveryCounts();
      assertThat(counts.refusedRequests()).isEqualTo(status < 500 ? 1 : 0);
      assertThat(counts.unansweredRequests()).isEqualTo(status == 502 ? 1 : 0);
      assertThat(counts.waitingPoints()).isEqualTo(status == 503 ? 2 : 0);
      assertThat(counts.lostDeltaPoints()).isEqualTo(status == 503 ? 0 : 2);
    }
  }

  @Test
  void responseThatCannotBeReadIsStillASuccess() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          OtlpServer.reply(exchange, 200, "not gzip".getBytes(StandardCharsets.UTF_8));
        });
    try (OtlpMetricExporter exporter = retrying().build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @Test
  void unreachableEndpointIsRetriedAndLogsAtMostFiveLines() throws IOException {
    try (OtlpMetricExporter exporter = retrying().setEndpoint(unusedUrl()).build()) {
      for (int i = 0; i < 20; i++) {
        assertThat(export(exporter).isSuccess()).isFalse();
      }
    }
    assertThat(log.warnings()).hasSize(5);
    assertThat(log.warnings().get(0))
        .contains(
            "2 metric points", "ConnectException", "after 3 attempts", "that a server listens");
    assertThat(log.warnings().get(4)).contains("further messages of this kind are left out");
  }

  @Test
  void hostThatDoesNotExistIsNamedAsSuch() {
    // As the JDK's client reports it: without a message.
    final ConnectException exception = new ConnectException();
    exception.initCause(new ConnectException().initCause(new UnresolvedAddressException()));

    final ExportFailure failure = ADVICE.failure(exception, 100, /* isSent= */ false);
    assertThat(failure.what()).isEqualTo("the host name cannot be resolved");
    assertThat(failure.advice()).contains("Check the endpoint");
  }

  @Test
  void dataThatCannotBeEncodedFailsTheExport() {
    try (OtlpMetricExporter exporter = retrying().build()) {
      final CompletableResultCode result =
          exporter.export(
              List.of(
                  new DelegatingMetricData(TestMetrics.longGauge("a", TestMetrics.point(1))) {
                    @Override
                    public String getName() {
                      throw new IllegalStateException("no name");
                    }
                  }));
      assertThat(result.isSuccess()).isFalse();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("could not be encoded", "no name");
      assertThat(export(exporter).isSuccess()).isTrue();
    }
  }

  @Test
  void exportsBeyondTheBoundFailAtOnce() throws IOException {
    try (BlackHole blackHole = new BlackHole();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(blackHole.url())
                .setTimeout(Duration.ofSeconds(20))
                .setShutdownGrace(Duration.ZERO)
                .build()) {
      // That this gets to the end shows too that export does not wait for the network.
      final List<CompletableResultCode> results = new ArrayList<>();
      for (int i = 0; i < OtlpMetricExporter.MAX_IN_FLIGHT; i++) {
        results.add(exporter.export(TestMetrics.twoPoints()));
      }
      final CompletableResultCode tooMany = exporter.export(TestMetrics.twoPoints());

      assertThat(tooMany.isDone()).isTrue();
      assertThat(tooMany.isSuccess()).isFalse();
      assertThat(results).noneMatch(CompletableResultCode::isDone);
    }
  }

  private OtlpMetricExporterBuilder retrying() {
    return OtlpMetricExporter.builder()
        .setEndpoint(server.url("/v1/metrics"))
        .setRetryPolicy(QuickRetry.POLICY);
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return exporter.export(TestMetrics.twoPoints()).join(20, TimeUnit.SECONDS);
  }

  private long millisBetweenRequests() {
    assertThat(server.received).hasSize(2);
    return TimeUnit.NANOSECONDS.toMillis(
        server.received.get(1).nanoTime() - server.received.get(0).nanoTime());
  }

  private static long millisSince(long nanoTime) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
  }

  private static String unusedUrl() throws IOException {
    return "http://127.0.0.1:" + FreePort.find() + "/v1/metrics";
  }

  private static ExportMetricsServiceResponse partialSuccess(long rejected, String message) {
    return ExportMetricsServiceResponse.newBuilder()
        .setPartialSuccess(
            ExportMetricsPartialSuccess.newBuilder()
                .setRejectedDataPoints(rejected)
                .setErrorMessage(message))
        .build();
  }
}
