package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** OTLP over HTTP with another client than that of the JDK. */
final class HttpSenderTransport extends SenderTransport<HttpResponse> {
  private final HttpSender sender;
  private final HttpAdvice advice;
  private final Duration timeout;

  HttpSenderTransport(OtlpMetricExporterBuilder builder, ExecutorService threads) {
    super(builder, threads);
    final HttpSenderConfig config = new SenderConfig.OfHttp(builder, threads);
    this.sender =
        Senders.make(HttpSenderProvider.class, builder, provider -> provider.createSender(config));
    this.advice = new HttpAdvice(builder.endpoint(), builder.compression);
    this.timeout = builder.timeout;
  }

  @Override
  void send(SentBody body, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    sender.send(new SenderConfig.Message(body), onResponse, onError);
  }

  @Override
  Attempt answered(HttpResponse response, int size) {
    final int status = response.getStatusCode();
    // A sender shows no headers: neither the type of the answer nor when to come back.
    final byte[] body = response.getResponseBody();
    final boolean isJson = body.length > 0 && body[0] == '{';
    final ServerMessage message = ServerMessage.of(status, isJson ? "application/json" : "", body);
    return new HttpTransport.Reply(status, message, OptionalLong.empty(), /* isGrpc= */ false)
        .attempt(advice, size);
  }

  @Override
  ExportFailure failure(IOException exception, int size, boolean isSent) {
    return advice.failure(exception, size, isSent);
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
