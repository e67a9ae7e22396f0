package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is usually wrong is named: by servers that behave as the real ones do. */
@Timeout(60)
@Tag("long")
class LikelyMistakesTest {
  /** The first frame of an HTTP/2 server, as that of a Collector's gRPC receiver. */
  private static final byte[] SETTINGS = {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0};

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void redirectIsNotFollowedAndTheFinalUrlIsAskedFor(int status) {
    server.answer(status, "Location", server.url("/elsewhere"));
    failsOnce(server.url("/v1/metrics"))
        .contains("HTTP status " + status, "Redirects are not followed", "set the final URL");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void gRpcPortIsNamedAndNotTriedAgain() throws IOException {
    try (RawServer grpc = RawServer.answering(SETTINGS)) {
      failsOnce(grpc.url("http"))
          .contains("2 metric points", grpc.url("http"), "after 1 attempt:", "not HTTP/1.1")
          .contains("OTLP/gRPC", "4317", "4318", "/v1/metrics", "No total is lost");
      assertThat(grpc.connections).hasValue(1);
    }
  }

  @Test
  void gRpcServerThatAnswersInHttpIsNamedToo() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/grpc");
          OtlpServer.reply(exchange, 415, new byte[0]);
        });
    failsOnce(server.url("/v1/metrics")).contains("HTTP status 415", "OTLP/gRPC", "4317", "4318");
    assertThat(server.received).hasSize(1);
  }

  /** Prometheus answers 400, and some versions 500; others have its words behind their own. */
  @ParameterizedTest
  @CsvSource({
    "400, invalid temporality and type combination for metric \"counter\"",
    "500, invalid temporality and type combination for metric \"counter\"",
    "400, otlp parse error: invalid temporality and type combination for metric \"counter\""
  })
  void deltaThatPrometheusRefusesIsToldWithTheSettingThatHelps(int status, String body) {
    answer(status, "text/plain; charset=utf-8", body + "\n");
    failsOnce(server.url("/api/v1/otlp/v1/metrics"))
        .contains(
            "metric \"counter\"",
            "alwaysCumulative()",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative",
            "otlp-deltatocumulative");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void gRpcServerThatAnswersWithSuccessHasNotTakenThePoints() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/grpc");
          exchange.getResponseHeaders().set("grpc-status", "12");
          OtlpServer.reply(exchange, 200, new byte[0]);
        });
    failsOnce(server.url("/v1/metrics"))
        .contains("HTTP status 200 of a gRPC server", "No total is lost", "OTLP/gRPC", "4318");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void portOfGRpcIsNamedWhateverGoesWrongThere() {
    final HttpAdvice advice =
        new HttpAdvice(URI.create("http://localhost:4317/v1/metrics"), Compression.NONE);
    assertThat(advice.timeout(Duration.ofSeconds(1)).advice()).contains("OTLP/gRPC", "4318");
    assertThat(advice.failure(new IOException("reset"), 100, true).advice())
        .contains("OTLP/gRPC", "4318");
  }

  @Test
  void serverOfAnotherProtocolIsNotTriedAgain() throws IOException {
    try (RawServer ssh = RawServer.answering("SSH-2.0-OpenSSH_9.2\r\n")) {
      failsOnce(ssh.url("http")).contains("not HTTP/1.1", "OTLP server over HTTP", "4318");
      assertThat(ssh.connections).hasValue(1);
    }
  }

  @Test
  void httpsToAPlainPortIsNamedAndNotTriedAgain() throws IOException {
    try (RawServer plain =
        RawServer.answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) {
      failsOnce(plain.url("https"))
          .contains("does not speak TLS", "http://", "after 1 attempt:")
          .doesNotContain("certificate");
      assertThat(plain.connections).hasValue(1);
    }
  }

  @Test
  void portThatEndsTheHandshakeMayNotSpeakTls() throws IOException {
    try (RawServer closing = RawServer.answering(new byte[0])) {
      failsOnce(closing.url("https"))
          .contains("ended the TLS handshake", "speaks TLS", "client's certificate");
      assertThat(closing.connections).hasValue(1);
    }
  }

  @Test
  void whatFailsInTheHandshakeHasNotArrived() {
    final HttpAdvice advice =
        new HttpAdvice(URI.create("https://localhost:4318/"), Compression.NONE);
    final SSLHandshakeException closed =
        new SSLHandshakeException("Remote host terminated the handshake");
    assertThat(advice.failure(closed, 100, /* isSent= */ true).fate())
        .isEqualTo(Fate.NOT_DELIVERED);
  }

  @Test
  void httpToAPortThatAnswersWithATlsAlertIsNamed() throws IOException {
    try (RawServer tls = RawServer.answering(new byte[] {21, 3, 3, 0, 2, 2, 80})) {
      failsOnce(tls.url("http")).contains("takes TLS only", "https://");
      assertThat(tls.connections).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Client sent an HTTP request to an HTTPS server.\n",
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",
        "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>"
      })
  void httpToATlsPortIsNamed(String body) {
    answer(400, "text/html", body);
    failsOnce(server.url("/v1/metrics")).contains("takes TLS only", "https://");
    assertThat(server.received).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "404, /v1/metrics, no OTLP receiver at the path /v1/metrics",
    "405, /v1/metrics, 'a Collector takes OTLP over HTTP on port 4318'",
    "404, /api/v1/otlp/v1/metrics, --web.enable-otlp-receiver",
    "404, /api/v1/otlp, Prometheus takes metrics at /api/v1/otlp/v1/metrics",
    "404, /, setBaseEndpoint",
    "404, /otlp, Set the full path with setEndpoint",
    "405, /otlp, a Collector takes metrics at /v1/metrics",
  })
  void adviceOnThePathKnowsThePath(int status, String path, String advice) {
    server.answer(status);
    failsOnce(server.url(path)).contains("HTTP status " + status, advice);
    assertThat(server.received).hasSize(1);
  }

  @Test
  void pathThatIsRightIsNotAdvised() {
    server.answer(404);
    failsOnce(server.url("/v1/metrics")).doesNotContain("takes metrics at /v1/metrics");
  }

  @ParameterizedTest
  @CsvSource({"413, ''", "400, http: request body too large"})
  void requestThatIsTooLargeForTheServerNamesTheSettings(int status, String message) {
    answerStatus(status, message);
    failsOnce(server.url("/v1/metrics"))
        .contains("HTTP status " + status)
        .containsPattern("The request has [1-9][0-9]* bytes before compression")
        .contains("setMaxRequestSize", "during an outage", "max_request_body_size", "20 MiB");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void gzipThatTheServerDoesNotTakeIsNamed() {
    answerStatus(400, "unsupported Content-Encoding: gzip");
    try (OtlpMetricExporter exporter =
        builder(server.url("/v1/metrics")).setCompression("gzip").build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("(unsupported Content-Encoding: gzip)", "setCompression(\"none\")");
    assertThat(server.received).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/traces", "/v1/logs"})
  void pathOfAnotherSignalIsNamed(String path) {
    answerStatus(400, "unmarshal: invalid TraceID length");
    failsOnce(server.url(path)).contains(path + " is not that of metrics", "set /v1/metrics");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void badRequestIsNeverToBeReported() {
    answerStatus(400, "no such tenant");
    failsOnce(server.url("/v1/metrics"))
        .contains("(no such tenant)", "for the reason it gives")
        .doesNotContain("report");
  }

  @Test
  void pageOfAnErrorIsNotLoggedWhole() {
    answer(
        500,
        "text/html",
        "<html><head><title>Oh no</title></head><body>" + "<p>text</p>".repeat(200));
    failsOnce(server.url("/v1/metrics"))
        .contains("HTTP status 500 (an HTML page titled 'Oh no')")
        .doesNotContain("<p>")
        .hasSizeLessThan(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html | <html><title>Sign in</title></html> | an HTML page titled 'Sign in'",
        "text/plain | ok | the text 'ok'",
        "application/x-protobuf | garbage | 7 bytes that are no response of OTLP",
        "application/json | {\"error\":\"no\"} | the text '{\"error\":\"no\"}'",
      })
  void successThatIsNoneOfAnOtlpServerIsReportedOnceAndNotTriedAgain(
      String contentType, String body, String what) {
    try (OtlpMetricExporter exporter = builder(server.url("/v1/metrics")).build()) {
      for (int i = 0; i < 3; i++) {
        answer(200, contentType, body);
        assertThat(export(exporter).isSuccess()).isTrue();
      }
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains(server.url("/v1/metrics"), what, "not sent again", "Check that the endpoint");
    assertThat(server.received).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
        "Content-Type: text/html\r\nContent-Length: 100\r\n\r\n<ht"
      })
  void successThatBreaksOffIsNotSentAgain(String rest) throws IOException {
    try (RawServer cut = RawServer.breakingOffAfter("HTTP/1.1 200 OK\r\n" + rest);
        OtlpMetricExporter exporter = builder(cut.url("http")).build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(cut.connections).hasValue(1);
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("a response that broke off after", "not sent again");
  }

  @Test
  void refusalThatBreaksOffIsOneAllTheSame() throws IOException {
    try (RawServer cut =
        RawServer.breakingOffAfter(
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\nno such tenant")) {
      failsOnce(cut.url("http"))
          .contains("after 1 attempt: HTTP status 400 (no such tenant)", "No total is lost");
      assertThat(cut.connections).hasValue(1);
    }
  }

  @Test
  void responseBeyondTheLimitAfterASuccessWasProbablyDelivered() {
    answer(200, "application/x-protobuf", "x".repeat(5_000));
    try (OtlpMetricExporter exporter =
        builder(server.url("/v1/metrics")).setMaxResponseSize(4_096).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("HTTP status 200", "larger than 4096 bytes", "probably delivered")
        .contains("not sent again", "setMaxResponseSize");
    assertThat(server.received).hasSize(2);
  }

  @Test
  void retryAfterOfNothingIsTriedAgainAtOnceAsOftenAsThePolicySays() {
    for (int i = 0; i < 10; i++) {
      server.answer(503, "Retry-After", i % 2 == 0 ? "0" : "Sun, 06 Nov 1994 08:49:37 GMT");
    }
    final RetryPolicy slow =
        RetryPolicy.builder()
            .setMaxAttempts(4)
            .setInitialBackoff(Duration.ofSeconds(20))
            .setMaxBackoff(Duration.ofSeconds(20))
            .build();
    try (OtlpMetricExporter exporter =
        builder(server.url("/v1/metrics"))
            .setRetryPolicy(slow)
            .setTimeout(Duration.ofSeconds(50))
            .build()) {
      final long start = System.nanoTime();
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
    assertThat(server.received).hasSize(4);
    assertThat(log.warnings()).singleElement().asString().contains("after 4 attempts:");
  }

  @Test
  void gatewaysMayHavePassedTheRequestOn() {
    final HttpAdvice advice =
        new HttpAdvice(URI.create("http://localhost:4318/"), Compression.NONE);
    for (final int status : new int[] {502, 504}) {
      final HttpTransport.Reply reply =
          new HttpTransport.Reply(status, ServerMessage.NONE, OptionalLong.empty(), false);
      assertThat(advice.failure(reply, 100).fate()).isEqualTo(Fate.UNKNOWN);
    }
  }

  private org.assertj.core.api.AbstractStringAssert<?> failsOnce(String url) {
    try (OtlpMetricExporter exporter = builder(url).build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
    }
    return assertThat(log.warnings()).singleElement().asString();
  }

  private static OtlpMetricExporterBuilder builder(String url) {
    return OtlpMetricExporter.builder().setEndpoint(url);
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return exporter.export(TestMetrics.twoPoints()).join(50, TimeUnit.SECONDS);
  }

  private void answer(int status, String contentType, String body) {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", contentType);
          OtlpServer.reply(exchange, status, body.getBytes(StandardCharsets.UTF_8));
        });
  }

  /** As a Collector does, with a {@code google.rpc.Status}. */
  private void answerStatus(int status, String message) {
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      final CodedOutputStream out = CodedOutputStream.newInstance(body);
      out.writeInt32(1, 3);
      out.writeString(2, message);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          OtlpServer.reply(exchange, status, body.toByteArray());
        });
  }
}
