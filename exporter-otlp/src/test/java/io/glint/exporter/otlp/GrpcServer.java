package io.glint.exporter.otlp;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** An OTLP/gRPC server that keeps what it received and answers by a script, then with success. */
final class GrpcServer implements AutoCloseable {
  final List<ExportMetricsServiceRequest> received = new CopyOnWriteArrayList<>();
  final List<Metadata> headers = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Deque<Answer> script = new ConcurrentLinkedDeque<>();
  private final ServerCredentials credentials;
  private final UnaryOperator<ServerBuilder<?>> settings;
  private Server server;

  GrpcServer() {
    this(InsecureServerCredentials.create(), builder -> builder);
  }

  GrpcServer(ServerCredentials credentials, UnaryOperator<ServerBuilder<?>> settings) {
    this.credentials = credentials;
    this.settings = settings;
    start(0);
  }

  private void start(int port) {
    try {
      server =
          settings
              .apply(Grpc.newServerBuilderForPort(port, credentials))
              .addService(new Service())
              .intercept(new Headers())
              .addTransportFilter(new Connections())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  String url(String scheme) {
    return scheme + "://localhost:" + port();
  }

  /** Answers the next request that no other answer is scripted for. */
  GrpcServer answer(Answer answer) {
    script.add(answer);
    return this;
  }

  GrpcServer answer(Status status) {
    return answer(observer -> observer.onError(status.asRuntimeException()));
  }

  /** The value of a header of the request of that number. */
  String header(int request, String name) {
    return headers.get(request).get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  /** Ends all connections with GOAWAY, and begins again on the same port. */
  void restart() throws InterruptedException {
    int port = port();
    server.shutdownNow();
    assert server.awaitTermination(10, TimeUnit.SECONDS);
    start(port);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  /** One scripted answer. */
  interface Answer {
    void to(StreamObserver<ExportMetricsServiceResponse> observer);
  }

  private final class Service extends MetricsServiceGrpc.MetricsServiceImplBase {
    @Override
    public void export(
        ExportMetricsServiceRequest request,
        StreamObserver<ExportMetricsServiceResponse> observer) {
      received.add(request);
      Answer answer = script.poll();
      if (answer != null) {
        answer.to(observer);
      } else {
        observer.onNext(ExportMetricsServiceResponse.getDefaultInstance());
        observer.onCompleted();
      }
    }
  }

  private final class Headers implements ServerInterceptor {
    @Override
    public <I, O> ServerCall.Listener<I> interceptCall(
        ServerCall<I, O> call, Metadata metadata, ServerCallHandler<I, O> next) {
      headers.add(metadata);
      return next.startCall(call, metadata);
    }
  }

  private final class Connections extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      connections.incrementAndGet();
      return attributes;
    }
  }
}
