package io.glint.exporter.otlp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.glint.testing.TestIdentity;
import io.grpc.InsecureServerCredentials;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While a server takes nothing, no interval of delta is lost: after the outage the totals at the
 * server are those that were recorded, to the last one.
 */
@Timeout(120)
@Tag("long")
class OutageTest {
  private static final Duration INTERVAL = Duration.ofMillis(40);
  private static final int THREADS = 3;
  private static final int FAILED_EXPORTS = 4;

  private static TestIdentity identity;
  private static TestIdentity expired;
  private static TestIdentity other;

  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @BeforeAll
  static void makeIdentities(@TempDir Path directory) {
    identity = TestIdentity.of(directory, "localhost", "localhost");
    expired = TestIdentity.expired(directory, "localhost");
    other = TestIdentity.of(directory, "other", "other.example");
  }

  @AfterEach
  void close() {
    log.close();
  }

  /** How a server is reached. */
  enum Kind {
    HTTP,
    GRPC;

    /** One that is down. */
    Receiver server() {
      if (this == HTTP) {
        return new OutageServer();
      }
      final GrpcServer server = new GrpcServer();
      server.down();
      return server;
    }
  }

  private enum Sdk {
    GLINT,
    STOCK
  }

  private enum Outage {
    DOWN_AT_START,
    DOWN_LATER,
    BUSY,
    BUSY_FOR_A_SECOND,
    BUSY_FOR_AN_HOUR,
    EXHAUSTED,
    EXPIRED_CERTIFICATE,
    CERTIFICATE_OF_ANOTHER_HOST;

    boolean isOfTls() {
      return this == EXPIRED_CERTIFICATE || this == CERTIFICATE_OF_ANOTHER_HOST;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP, GLINT, DOWN_AT_START",
    "HTTP, GLINT, DOWN_LATER",
    "HTTP, GLINT, BUSY",
    "HTTP, GLINT, BUSY_FOR_A_SECOND",
    "HTTP, GLINT, BUSY_FOR_AN_HOUR",
    "HTTP, GLINT, EXHAUSTED",
    "HTTP, GLINT, EXPIRED_CERTIFICATE",
    "HTTP, GLINT, CERTIFICATE_OF_ANOTHER_HOST",
    "HTTP, STOCK, DOWN_AT_START",
    "HTTP, STOCK, DOWN_LATER",
    "HTTP, STOCK, BUSY",
    "GRPC, GLINT, DOWN_AT_START",
    "GRPC, GLINT, DOWN_LATER",
    "GRPC, GLINT, BUSY",
    "GRPC, GLINT, BUSY_FOR_A_SECOND",
    "GRPC, GLINT, EXHAUSTED",
    "GRPC, GLINT, EXPIRED_CERTIFICATE",
    "GRPC, GLINT, CERTIFICATE_OF_ANOTHER_HOST",
    "GRPC, STOCK, DOWN_LATER"
  })
  void totalsAfterAnOutageAreThoseRecorded(Kind kind, Sdk sdk, Outage outage) throws Exception {
    final TestIdentity tls = outage.isOfTls() ? identity : null;
    try (Receiver server = kind.server()) {
      final OtlpMetricExporterBuilder builder = server.exporter(tls);
      if (tls != null) {
        // What is wrong is to be the time or the host, and not that nobody vouches for it.
        builder.setTrustedCertificates(trusted());
      }
      final OtlpMetricExporter exporter =
          builder
              .setRetryPolicy(
                  RetryPolicy.builder()
                      .setMaxAttempts(2)
                      .setInitialBackoff(Duration.ofMillis(5))
                      .build())
              .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
              .build();
      try (Recorders recorders = new Recorders(provider(sdk, exporter))) {
        if (outage != Outage.DOWN_AT_START) {
          server.up(tls);
          Await.until(() -> exporter.deliveryCounts().deliveredRequests() >= 2);
        }
        recorders.betweenExports(() -> begin(outage, server));
        final long before = notDelivered(exporter);
        Await.until(() -> notDelivered(exporter) >= before + FAILED_EXPORTS);
        // They are on their way again and again meanwhile.
        Await.until(() -> exporter.deliveryCounts().waitingPoints() > 0);
        final int taken = server.taken().size();
        server.up(tls);
        Await.until(() -> server.taken().size() >= taken + 2);

        final Map<String, Double> recorded = recorders.stop();
        if (sdk == Sdk.STOCK) {
          // Its reader answers a flush with success and does nothing while an export is under way.
          Await.until(() -> recorders.flush() && server.totals().equals(recorded));
        }
        assertThat(server.totals()).isEqualTo(recorded);
      }
      final OtlpDeliveryCounts counts = exporter.deliveryCounts();
      assertThat(counts.waitingPoints()).isZero();
      assertThat(counts.lostDeltaPoints()).isZero();
      assertThat(counts.unansweredRequests()).isZero();
      assertThat(log.warnings().get(0))
          .containsPattern("kept, and go(es)? out with the next export");
    }
  }

  private static byte[] trusted() {
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (final TestIdentity each : List.of(identity, expired, other)) {
      all.writeBytes(each.trustedPem());
    }
    return all.toByteArray();
  }

  private static long notDelivered(OtlpMetricExporter exporter) {
    final OtlpDeliveryCounts counts = exporter.deliveryCounts();
    return counts.failedRequests() + counts.refusedRequests();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMissingAfterRequestsWithoutAnAnswerIsWhatTheseHad(Kind kind) throws Exception {
    try (Receiver server = kind.server()) {
      missesOnlyWhatHadNoAnswer(server, () -> server.refuse(Receiver.Refusal.NO_ANSWER));
    }
  }

  @Test
  void whatIsMissingAfterConnectionsThatEndedIsWhatTheirRequestsHad() throws Exception {
    try (OutageServer server = new OutageServer()) {
      missesOnlyWhatHadNoAnswer(server, () -> server.refuse(HttpExchange::close));
    }
  }

  /** How a server that is broken treats a connection. */
  private enum Broken {
    RESETS {
      @Override
      void with(Socket connection) throws IOException {
        connection.getInputStream().readNBytes(1_000);
        connection.setSoLinger(true, 0);
      }
    },
    ANSWERS_GARBAGE {
      @Override
      void with(Socket connection) throws IOException {
        RawServer.readRequest(connection.getInputStream());
        connection.getOutputStream().write("garbage\r\n\r\n".getBytes(US_ASCII));
      }
    };

    abstract void with(Socket connection) throws IOException;
  }

  @ParameterizedTest
  @CsvSource({"HTTP, RESETS", "HTTP, ANSWERS_GARBAGE", "GRPC, RESETS", "GRPC, ANSWERS_GARBAGE"})
  void whatIsMissingAfterABrokenServerIsWhatRequestsOfUnknownFateHad(Kind kind, Broken how)
      throws Exception {
    try (Receiver server = kind.server()) {
      server.up(null);
      final OtlpMetricExporterBuilder builder = server.exporter(null);
      final URI endpoint = builder.endpoint();
      try (CuttingProxy proxy = new CuttingProxy(endpoint.getPort())) {
        final OtlpMetricExporter exporter =
            builder
                .setEndpoint("http://127.0.0.1:" + proxy.port() + endpoint.getPath())
                .setRetryPolicy(null)
                .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
                .build();
        final FateOfExports fates = new FateOfExports(exporter);
        try (Recorders recorders = new Recorders(provider(Sdk.GLINT, fates))) {
          Await.until(() -> server.taken().size() >= 2);
          recorders.betweenExports(() -> proxy.instead(how::with));
          final long before = notDelivered(exporter) + unanswered(exporter);
          Await.until(
              () -> notDelivered(exporter) + unanswered(exporter) >= before + FAILED_EXPORTS);
          recorders.betweenExports(() -> proxy.instead(null));
          final int taken = server.taken().size();
          Await.until(() -> server.taken().size() >= taken + 2);
          final Map<String, Double> recorded = recorders.stop();
          Await.until(() -> recorders.flush() && exporter.deliveryCounts().waitingPoints() == 0);

          final Map<String, Double> takenOrLost = fates.lost();
          server.totals().forEach((key, value) -> Receiver.add(takenOrLost, key, value));
          assertThat(takenOrLost).isEqualTo(recorded);
          assertThat(fates.lost()).isNotEmpty();
          assertThat(exporter.deliveryCounts().lostDeltaPoints()).isPositive();
        }
      }
    }
  }

  private static long unanswered(OtlpMetricExporter exporter) {
    return exporter.deliveryCounts().unansweredRequests();
  }

  /** Adds up what was in the exports whose requests the exporter counts as unanswered. */
  private static final class FateOfExports implements MetricExporter {
    private final OtlpMetricExporter exporter;
    private final MetricsEncoder encoder = new MetricsEncoder(1 << 24);

    @GuardedBy("this")
    private final List<ExportMetricsServiceRequest> waiting = new ArrayList<>();

    @GuardedBy("this")
    private final List<ExportMetricsServiceRequest> lost = new ArrayList<>();

    @GuardedBy("this")
    private long unanswered;

    FateOfExports(OtlpMetricExporter exporter) {
      this.exporter = exporter;
    }

    synchronized Map<String, Double> lost() {
      return Receiver.totals(lost);
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      final ExportMetricsServiceRequest request;
      try {
        final int unused = encoder.encode(metrics, new RequestExemplars());
        request = ExportMetricsServiceRequest.parseFrom(encoder.toByteArray());
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
      final CompletableResultCode result = exporter.export(metrics);
      return result.whenComplete(() -> ended(request, result.isSuccess()));
    }

    private synchronized void ended(ExportMetricsServiceRequest request, boolean isDelivered) {
      waiting.add(request);
      final long now = unanswered(exporter);
      if (now > unanswered) {
        lost.addAll(waiting);
      }
      if (now > unanswered || isDelivered) {
        waiting.clear();
      }
      unanswered = now;
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return exporter.getAggregationTemporality(type);
    }

    @Override
    public MemoryMode getMemoryMode() {
      return exporter.getMemoryMode();
    }
  }

  private static void missesOnlyWhatHadNoAnswer(Receiver server, Runnable outage) throws Exception {
    final OtlpMetricExporter exporter =
        server
            .exporter(null)
            .setTimeout(Duration.ofMillis(300))
            .setRetryPolicy(null)
            .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
            .build();
    try (Recorders recorders = new Recorders(provider(Sdk.GLINT, exporter))) {
      // Some intervals wait when the server begins to answer nothing.
      Await.until(() -> exporter.deliveryCounts().failedRequests() >= 2);
      outage.run();
      Await.until(() -> exporter.deliveryCounts().unansweredRequests() >= FAILED_EXPORTS);
      server.up(null);
      final Map<String, Double> recorded = recorders.stop();
      Await.until(() -> recorders.flush() && exporter.deliveryCounts().waitingPoints() == 0);

      assertThat(Receiver.totals(server.received())).isEqualTo(recorded);
      assertThat(server.received().size() - server.taken().size())
          .isLessThanOrEqualTo((int) exporter.deliveryCounts().unansweredRequests());
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isPositive();
    }
  }

  @Test
  void connectionsThatEndByGoawayCostNothing() throws Exception {
    try (GrpcServer server =
        new GrpcServer(
            InsecureServerCredentials.create(),
            builder -> builder.maxConnectionAge(150, TimeUnit.MILLISECONDS))) {
      final OtlpMetricExporter exporter =
          server
              .exporter(null)
              .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
              .build();
      try (Recorders recorders = new Recorders(provider(Sdk.GLINT, exporter))) {
        Await.until(() -> server.connections.get() >= 6);
        assertThat(recorders.stop()).isEqualTo(server.totals());
      }
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
      assertThat(exporter.deliveryCounts().unansweredRequests()).isZero();
    }
  }

  @Test
  void connectionsOfHttp2ThatEndByGoawayCostNothingEither() throws Exception {
    try (Http2Server server = new Http2Server(identity)) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(server.url())
              .setTrustedCertificates(identity.trustedPem())
              .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
              .build();
      try (Recorders recorders = new Recorders(provider(Sdk.GLINT, exporter))) {
        Await.until(() -> server.received.size() >= 20);
        assertThat(recorders.stop()).isEqualTo(Receiver.totals(server.received));
      }
      assertThat(server.connections.get()).isGreaterThan(15);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
      assertThat(exporter.deliveryCounts().unansweredRequests()).isZero();
    }
    assertThat(log.warnings()).isEmpty();
  }

  private static void begin(Outage outage, Receiver server) {
    switch (outage) {
      case DOWN_AT_START -> {}
      case DOWN_LATER -> server.down();
      case BUSY -> server.refuse(Receiver.Refusal.BUSY);
      case BUSY_FOR_A_SECOND -> server.refuse(Receiver.Refusal.BUSY_FOR_A_SECOND);
      case BUSY_FOR_AN_HOUR -> server.refuse(Receiver.Refusal.BUSY_FOR_AN_HOUR);
      case EXHAUSTED -> server.refuse(Receiver.Refusal.EXHAUSTED);
      case EXPIRED_CERTIFICATE -> server.up(expired);
      case CERTIFICATE_OF_ANOTHER_HOST -> server.up(other);
    }
  }

  private static Provider provider(Sdk sdk, MetricExporter exporter) {
    final InstrumentSelector selector = InstrumentSelector.builder().setName("exponential").build();
    final View view =
        View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build();
    if (sdk == Sdk.STOCK) {
      final MetricReader reader =
          PeriodicMetricReader.builder(exporter).setInterval(INTERVAL).build();
      final SdkMeterProvider provider =
          SdkMeterProvider.builder()
              .registerView(selector, view)
              .registerMetricReader(reader)
              .build();
      return new Provider(provider, provider::forceFlush, provider::shutdown);
    }
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerView(selector, view)
            .registerMetricReader(
                GlintPeriodicMetricReader.builder(exporter).setInterval(INTERVAL).build())
            .build();
    return new Provider(provider, provider::forceFlush, provider::shutdown);
  }

  private record Provider(
      MeterProvider meters,
      Supplier<CompletableResultCode> flush,
      Supplier<CompletableResultCode> shutdown) {}

  private interface Task {
    void run() throws IOException;
  }

  /** Threads that record without a pause, and know what they recorded. */
  private static final class Recorders implements AutoCloseable {
    private final Provider provider;
    private final AtomicBoolean goOn = new AtomicBoolean(true);
    private final AtomicReference<Runnable> betweenExports = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Map<String, Double>> recorded = new ArrayList<>();

    Recorders(Provider provider) {
      this.provider = provider;
      final Meter meter = provider.meters().get("outage");
      // The next export begins after this, and the last one has ended.
      final ObservableLongGauge unused =
          meter
              .gaugeBuilder("between")
              .ofLongs()
              .buildWithCallback(
                  measurement -> {
                    final Runnable task = betweenExports.getAndSet(null);
                    if (task != null) {
                      task.run();
                    }
                  });
      final LongCounter counter = meter.counterBuilder("counter").build();
      final DoubleCounter doubles = meter.counterBuilder("doubles").ofDoubles().build();
      final DoubleHistogram explicit =
          meter
              .histogramBuilder("explicit")
              .setExplicitBucketBoundariesAdvice(List.of(10.0, 100.0, 1000.0))
              .build();
      final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
      for (int i = 0; i < THREADS; i++) {
        final Map<String, Double> own = new TreeMap<>();
        final Random random = new Random(i);
        recorded.add(own);
        threads.add(
            new Thread(
                () -> {
                  while (goOn.get()) {
                    final String route = "/" + random.nextInt(5);
                    final Attributes attributes = Attributes.builder().put("route", route).build();
                    final String key = " route=" + route;
                    final int value = random.nextInt(2000);
                    counter.add(value, attributes);
                    doubles.add(value / 4.0, attributes);
                    explicit.record(value, attributes);
                    // Of another magnitude each time, so that scales differ.
                    final double wide = (double) value * (1L << random.nextInt(20));
                    exponential.record(wide, attributes);
                    Receiver.add(own, "counter" + key, value);
                    Receiver.add(own, "doubles" + key, value / 4.0);
                    Receiver.add(own, "explicit" + key + " count", 1);
                    Receiver.add(own, "explicit" + key + " sum", value);
                    final int bucket = value <= 10 ? 0 : value <= 100 ? 1 : value <= 1000 ? 2 : 3;
                    Receiver.add(own, "explicit" + key + " bucket " + bucket, 1);
                    Receiver.add(own, "exponential" + key + " count", 1);
                    Receiver.add(own, "exponential" + key + " sum", wide);
                    Receiver.add(own, "exponential" + key + " buckets", 1);
                    LockSupport.parkNanos(50_000);
                  }
                },
                "recorder-" + i));
      }
      threads.forEach(Thread::start);
    }

    /** Has a reader do it while no request is under way, whose end would be open. */
    void betweenExports(Task task) throws InterruptedException {
      final CountDownLatch done = new CountDownLatch(1);
      betweenExports.set(
          () -> {
            try {
              task.run();
              done.countDown();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Ends recording, has all of it exported, and answers what it was. */
    Map<String, Double> stop() throws InterruptedException {
      goOn.set(false);
      for (final Thread thread : threads) {
        thread.join();
      }
      final boolean unused = flush();
      final Map<String, Double> all = new TreeMap<>();
      recorded.forEach(own -> own.forEach((key, value) -> all.merge(key, value, Double::sum)));
      return all;
    }

    boolean flush() {
      return provider.flush().get().join(30, TimeUnit.SECONDS).isSuccess();
    }

    @Override
    public void close() {
      goOn.set(false);
      provider.shutdown().get().join(30, TimeUnit.SECONDS);
    }
  }
}
