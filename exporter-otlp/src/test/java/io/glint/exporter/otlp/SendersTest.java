package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sender is used, of those on the class path. */
@Timeout(60)
class SendersTest {
  private static final String PROPERTY = GrpcSenderProvider.class.getName();
  private static final String OK_HTTP =
      "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpGrpcSenderProvider";
  private static final List<MetricData> METRICS =
      List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1)));

  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    log.close();
    System.clearProperty(PROPERTY);
    Recording.SENT.set(0);
  }

  @Test
  void withoutASenderTheArtifactToAddIsNamed() throws IOException {
    try (URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> grpc().setServiceClassLoader(empty).build())
          .withMessageContainingAll(
              "No GrpcSenderProvider", "io.opentelemetry:opentelemetry-exporter-sender-okhttp");
    }
  }

  @Test
  void ofSeveralTheOneThatIsSetIsUsed(@TempDir Path directory) throws IOException {
    try (URLClassLoader both = withProvider(directory, Recording.class)) {
      export(grpc().setServiceClassLoader(both).setSenderProvider(Recording.class.getName()));
    }
    assertThat(Recording.SENT).hasValue(1);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void ofSeveralTheOneOfTheSystemPropertyIsUsed(@TempDir Path directory) throws IOException {
    System.setProperty(PROPERTY, Recording.class.getName());
    try (URLClassLoader both = withProvider(directory, Recording.class)) {
      export(grpc().setServiceClassLoader(both));
    }
    assertThat(Recording.SENT).hasValue(1);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void ofSeveralWithoutAChoiceTheFirstIsUsedAndAllAreNamed(@TempDir Path directory)
      throws IOException {
    try (URLClassLoader both = withProvider(directory, Recording.class);
        OtlpMetricExporter unused = grpc().setServiceClassLoader(both).build()) {
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains(OK_HTTP, Recording.class.getName(), "setSenderProvider", PROPERTY);
    }
  }

  @Test
  void aSenderThatIsNotThereIsNamedWithThoseThatAre() {
    assertThatIllegalStateException()
        .isThrownBy(() -> grpc().setSenderProvider("com.example.Sender").build())
        .withMessageContainingAll("'com.example.Sender'", "setSenderProvider", OK_HTTP);
  }

  @Test
  void aProviderThatCannotBeUsedIsNamed(@TempDir Path directory) throws IOException {
    try (URLClassLoader both = withProvider(directory, Refusing.class)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  grpc()
                      .setServiceClassLoader(both)
                      .setSenderProvider(Refusing.class.getName())
                      .build())
          .withMessageContainingAll(
              Refusing.class.getName(), "needs more", "opentelemetry-exporter-sender-okhttp");
    }
  }

  @Test
  void httpGoesThroughASenderIfOneIsSet() {
    try (OtlpServer server = new OtlpServer()) {
      server.answer(503);
      export(
          OtlpMetricExporter.builder()
              .setEndpoint(server.url("/v1/metrics"))
              .setCompression("gzip")
              .addHeader("api-key", "secret")
              .setSenderProvider(
                  "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider"));
      assertThat(server.received).hasSize(2);
      final OtlpServer.Received received = server.received.get(1);
      assertThat(received.header("Content-Type")).isEqualTo("application/x-protobuf");
      assertThat(received.header("Content-Encoding")).isEqualTo("gzip");
      assertThat(received.header("api-key")).isEqualTo("secret");
      assertThat(received.headers().get("User-Agent")).containsExactly(UserAgent.DEFAULT);
      assertThat(received.request().getResourceMetricsCount()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "P100D", "P100000D"})
  void exportsArriveWhateverTheTimeLimits(Duration limit) {
    try (OtlpServer server = new OtlpServer()) {
      export(
          OtlpMetricExporter.builder()
              .setEndpoint(server.url("/v1/metrics"))
              .setTimeout(limit)
              .setConnectTimeout(limit)
              .setSenderProvider(
                  "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider"));
      assertThat(server.received).hasSize(1);
    }
  }

  @Test
  void anAnswerThatIsTooLargeIsNotAskedForAgain() {
    try (OtlpServer server = new OtlpServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setEndpoint(server.url("/v1/metrics"))
                .setMaxResponseSize(1_000)
                .setSenderProvider(
                    "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider")
                .build()) {
      server.answer(exchange -> OtlpServer.reply(exchange, 200, new byte[2_000]));
      assertThat(exporter.export(METRICS).join(20, TimeUnit.SECONDS).getFailureThrowable())
          .hasMessageContainingAll("1000 bytes", "setMaxResponseSize", "may have arrived");
      assertThat(server.received).hasSize(1);
    }
  }

  @Test
  void aContextWithoutItsTrustManagerIsRefusedForGrpc() throws NoSuchAlgorithmException {
    final OtlpMetricExporterBuilder builder =
        grpc().setEndpoint("https://localhost:4317").setSslContext(SSLContext.getDefault());
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContainingAll("trust manager", "setSslContext(context, trustManager)");
  }

  @Test
  void aProxyIsRefusedForGrpc() {
    final OtlpMetricExporterBuilder builder =
        grpc().setProxyOptions(ProxyOptions.create(new InetSocketAddress("localhost", 3128)));
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContainingAll("setProxyOptions", "https.proxyHost");
  }

  @Test
  void whatASenderHasNotSentWhenTheTimeIsOverIsNeverSent(@TempDir Path directory)
      throws IOException {
    try (URLClassLoader both = withProvider(directory, Late.class);
        OtlpMetricExporter exporter =
            grpc()
                .setServiceClassLoader(both)
                .setSenderProvider(Late.class.getName())
                .setTimeout(Duration.ofMillis(500))
                .build()) {
      final CompletableResultCode result = exporter.export(METRICS).join(20, TimeUnit.SECONDS);
      assertThat(result.getFailureThrowable())
          .hasMessageContaining("within 500 ms")
          .hasMessageNotContaining("may have arrived");
      assertThatThrownBy(() -> Late.message.writeMessage(OutputStream.nullOutputStream()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("given up");
    }
  }

  static Stream<Throwable> wrappedFailuresToConnect() {
    final ConnectException refused = new ConnectException("refused");
    return Stream.of(
        refused,
        new UncheckedIOException(refused),
        new CompletionException(new UncheckedIOException(refused)));
  }

  @ParameterizedTest
  @MethodSource("wrappedFailuresToConnect")
  void aConnectionThatASenderCannotMakeIsTriedAgainAndNothingIsLost(
      Throwable failure, @TempDir Path directory) throws IOException {
    Failing.failure = () -> failure;
    try (URLClassLoader both = withProvider(directory, Failing.class);
        OtlpMetricExporter exporter =
            grpc()
                .setServiceClassLoader(both)
                .setSenderProvider(Failing.class.getName())
                .setRetryPolicy(QuickRetry.POLICY)
                .build()) {
      final CompletableResultCode result =
          exporter.export(List.of(TestMetrics.doubleSum())).join(20, TimeUnit.SECONDS);
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll(
              "after 3 attempts", "ConnectException: refused", "that a server listens there")
          .hasMessageNotContaining("may have arrived");
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().unansweredRequests()).isZero();
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    }
  }

  @Test
  void aConnectionThatFailsAfterOneThatBrokeMayHaveDeliveredTheRequest() {
    final ConnectException refused = new ConnectException("refused");
    refused.addSuppressed(new ConnectException("the other address refused"));
    assertThat(ExportFailure.isOfConnecting(refused)).isTrue();
    refused.addSuppressed(new SocketException("reset"));
    assertThat(ExportFailure.isOfConnecting(refused)).isFalse();
  }

  private static OtlpMetricExporterBuilder grpc() {
    return OtlpMetricExporter.builder().setProtocol("grpc");
  }

  private static void export(OtlpMetricExporterBuilder builder) {
    try (OtlpMetricExporter exporter = builder.build()) {
      assertThat(exporter.export(METRICS).join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  private static URLClassLoader withProvider(
      Path directory, Class<? extends GrpcSenderProvider> type) throws IOException {
    return withProvider(directory, GrpcSenderProvider.class, type);
  }

  /** What finds one more provider than are on the class path. */
  static <P> URLClassLoader withProvider(
      Path directory, Class<P> service, Class<? extends P> provider) throws IOException {
    final Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(service.getName()), provider.getName().getBytes(StandardCharsets.UTF_8));
    return new URLClassLoader(
        new URL[] {directory.toUri().toURL()}, SendersTest.class.getClassLoader());
  }

  /** Takes everything, and counts. */
  public static final class Recording implements GrpcSenderProvider {
    private static final AtomicInteger SENT = new AtomicInteger();

    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      assertThat(config.getRetryPolicy()).isNull();
      return new GrpcSender() {
        @Override
        public void send(
            MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
          final ByteArrayOutputStream body = new ByteArrayOutputStream();
          try {
            message.writeMessage(body);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          assertThat(message.getContentLength()).isEqualTo(body.size());
          SENT.incrementAndGet();
          onResponse.accept(new Ok());
        }

        @Override
        public CompletableResultCode shutdown() {
          return CompletableResultCode.ofSuccess();
        }
      };
    }
  }

  private record Ok() implements GrpcResponse {
    @Override
    public GrpcStatusCode getStatusCode() {
      return GrpcStatusCode.OK;
    }

    @Override
    public String getStatusDescription() {
      return null;
    }

    @Override
    public byte[] getResponseMessage() {
      return new byte[0];
    }
  }

  /** As one that wants a configuration of its own. */
  public static final class Refusing implements GrpcSenderProvider {
    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      throw new IllegalStateException("needs more");
    }
  }

  /** Takes the body before it connects, and cannot connect. */
  public static final class Failing implements GrpcSenderProvider {
    private static volatile Supplier<Throwable> failure;

    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      return new GrpcSender() {
        @Override
        public void send(
            MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
          try {
            message.writeMessage(OutputStream.nullOutputStream());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          onError.accept(failure.get());
        }

        @Override
        public CompletableResultCode shutdown() {
          return CompletableResultCode.ofSuccess();
        }
      };
    }
  }

  /** Still connects when the time is over. */
  public static final class Late implements GrpcSenderProvider {
    private static volatile MessageWriter message;

    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      return new GrpcSender() {
        @Override
        public void send(
            MessageWriter handedOver,
            Consumer<GrpcResponse> onResponse,
            Consumer<Throwable> onError) {
          message = handedOver;
        }

        @Override
        public CompletableResultCode shutdown() {
          return CompletableResultCode.ofSuccess();
        }
      };
    }
  }
}
