package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** OTLP over gRPC. */
final class GrpcTransport extends SenderTransport<GrpcResponse> {
  private final GrpcSender sender;
  private final GrpcAdvice advice;
  private final Duration timeout;

  GrpcTransport(OtlpMetricExporterBuilder builder, ExecutorService threads) {
    super(builder, threads);
    if (builder.proxyOptions != null) {
      throw new IllegalStateException(
          "The OTLP exporter was given setProxyOptions and the protocol grpc, whose senders take no"
              + " proxy. Set the system properties https.proxyHost and https.proxyPort of the JVM, or"
              + " use OTLP over HTTP.");
    }
    final GrpcSenderConfig config = new SenderConfig.OfGrpc(builder, threads);
    this.sender =
        Senders.make(GrpcSenderProvider.class, builder, provider -> provider.createSender(config));
    this.advice = new GrpcAdvice(builder.endpoint());
    this.timeout = builder.timeout;
  }

  /** The name of a status, such as {@code UNAVAILABLE}. */
  static String nameOf(int status) {
    return GrpcStatusCode.fromValue(status).name();
  }

  @Override
  void send(SentBody body, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    sender.send(new SenderConfig.Message(body), onResponse, onError);
  }

  @Override
  Attempt answered(GrpcResponse response, int size) {
    final GrpcStatusCode status = response.getStatusCode();
    if (status == GrpcStatusCode.OK) {
      return Attempt.delivered(
          status.getValue(), ServerMessage.ofSuccess("", response.getResponseMessage()));
    }
    final String description = response.getStatusDescription();
    return new Attempt(
        status.getValue(),
        ServerMessage.NONE,
        isOfTooLargeResponse(description)
            ? ExportFailure.responseTooLarge(description)
            : advice.failure(response, size),
        retry(status, response),
        OptionalLong.empty());
  }

  /**
   * Six statuses may pass (OTLP specification, OTLP/gRPC Failures). RESOURCE_EXHAUSTED does only if
   * the server says so in a trailer, which senders do not show: it is not tried again at once, and
   * what must not be lost of it goes out with the next export.
   */
  private static Attempt.Retry retry(GrpcStatusCode status, GrpcResponse response) {
    return switch (status) {
      case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS ->
          Attempt.Retry.YES;
      case RESOURCE_EXHAUSTED ->
          GrpcAdvice.isOfSize(response.getStatusDescription())
              ? Attempt.Retry.SMALLER
              : Attempt.Retry.LATER;
      default -> Attempt.Retry.NO;
    };
  }

  @Override
  ExportFailure failure(IOException exception, int size, boolean isSent) {
    return advice.failure(exception, isSent);
  }

  @Override
  public ExportFailure timedOut() {
    return advice.timeout(timeout);
  }

  @Override
  CompletableResultCode shutdown() {
    return sender.shutdown();
  }
}
