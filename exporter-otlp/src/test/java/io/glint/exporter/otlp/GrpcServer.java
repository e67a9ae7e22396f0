package io.glint.exporter.otlp;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.glint.testing.TestIdentity;
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
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import java.io.ByteArrayInputStream;
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
final class GrpcServer implements Receiver {
  final List<ExportMetricsServiceRequest> received = new CopyOnWriteArrayList<>();
  private final List<ExportMetricsServiceRequest> taken = new CopyOnWriteArrayList<>();
  final List<Metadata> headers = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Deque<Answer> script = new ConcurrentLinkedDeque<>();
  private final UnaryOperator<ServerBuilder<?>> settings;
  private ServerCredentials credentials;
  private Server server;
  private int port;

  /** For TLS; null for none. */
  private TestIdentity own;

  /** What is answered beyond the script; null for success. */
  private volatile Answer standing;

  GrpcServer() {
    this(InsecureServerCredentials.create(), builder -> builder);
  }

  GrpcServer(ServerCredentials credentials, UnaryOperator<ServerBuilder<?>> settings) {
    this.credentials = credentials;
    this.settings = settings;
    listen();
  }

  private void listen() {
    try {
      server =
          settings
              .apply(Grpc.newServerBuilderForPort(port, credentials))
              .addService(new Service())
              .intercept(new Headers())
              .addTransportFilter(new Connections())
              .build()
              .start();
      port = server.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
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
    server.shutdownNow();
    assert server.awaitTermination(10, TimeUnit.SECONDS);
    listen();
  }

  @Override
  public OtlpMetricExporterBuilder exporter(TestIdentity identity) {
    final OtlpMetricExporterBuilder exporter = OtlpMetricExporter.builder().setProtocol("grpc");
    return identity == null
        ? exporter.setEndpoint(url("http"))
        : exporter.setEndpoint(url("https")).setTrustedCertificates(identity.trustedPem());
  }

  @Override
  public void up(TestIdentity identity) {
    standing = null;
    if (own != identity) {
      down();
    }
    if (server == null) {
      own = identity;
      credentials = credentials(identity, null);
      listen();
    }
  }

  /** Ends all connections with GOAWAY: requests that are there are answered before. */
  @Override
  public void down() {
    if (server == null) {
      return;
    }
    server.shutdown();
    try {
      if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
        server.shutdownNow();
        assert server.awaitTermination(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    server = null;
  }

  @Override
  public void refuse(Refusal refusal) {
    standing = observer -> answer(refusal, observer);
    if (server == null) {
      listen();
    }
  }

  private static void answer(
      Refusal refusal, StreamObserver<ExportMetricsServiceResponse> observer) {
    switch (refusal) {
      case BUSY -> observer.onError(Status.UNAVAILABLE.asRuntimeException());
      case BUSY_FOR_A_SECOND -> observer.onError(retryInfo(Status.Code.UNAVAILABLE, 1));
      case BUSY_FOR_AN_HOUR -> observer.onError(retryInfo(Status.Code.UNAVAILABLE, 3_600));
      case EXHAUSTED -> observer.onError(retryInfo(Status.Code.RESOURCE_EXHAUSTED, 1));
      case NO_ANSWER -> {}
    }
  }

  /** What says in a trailer when to come back. */
  static StatusRuntimeException retryInfo(Status.Code code, int seconds) {
    final RetryInfo info =
        RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(seconds)).build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .addDetails(Any.pack(info))
            .build());
  }

  /**
   * What a server with TLS has.
   *
   * @param identity of the server; null for no TLS
   * @param client the only one that is let in; null for whoever comes
   */
  static ServerCredentials credentials(TestIdentity identity, TestIdentity client) {
    if (identity == null) {
      return InsecureServerCredentials.create();
    }
    try {
      final TlsServerCredentials.Builder credentials =
          TlsServerCredentials.newBuilder()
              .keyManager(
                  new ByteArrayInputStream(identity.certificatePem()),
                  new ByteArrayInputStream(identity.keyPem()));
      if (client != null) {
        credentials
            .trustManager(new ByteArrayInputStream(client.certificatePem()))
            .clientAuth(ClientAuth.REQUIRE);
      }
      return credentials.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<ExportMetricsServiceRequest> taken() {
    return taken;
  }

  @Override
  public List<ExportMetricsServiceRequest> received() {
    return received;
  }

  @Override
  public void close() {
    if (server != null) {
      server.shutdownNow();
    }
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
      final Answer scripted = script.poll();
      final Answer answer = scripted != null ? scripted : standing;
      if (answer != null) {
        answer.to(observer);
      } else {
        taken.add(request);
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
