package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.glint.sdk.internal.exporter.BoundedWait;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.glint.testing.OtlpServer.Received;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request looks like on the wire. */
@Timeout(30)
class OtlpMetricExporterRequestTest {
  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @Test
  void requestIsAPostOfProtobufToThePathAsGiven() {
    final Received received = exportOnce(builder("/some/path?key=1"));

    assertThat(received.method()).isEqualTo("POST");
    assertThat(received.uri()).isEqualTo("/some/path?key=1");
    assertThat(received.header("Content-Type")).isEqualTo("application/x-protobuf");
    assertThat(received.header("Content-Encoding")).isNull();
    assertThat(received.header("Content-Length")).isEqualTo("" + received.body().length);
    assertThat(received.header("User-Agent"))
        .matches("Glint/\\d\\S+ OTel-OTLP-Exporter-Java/\\d\\S+");
    assertThat(received.header("Upgrade")).isNull();
    assertThat(received.request().getResourceMetrics(0).getScopeMetrics(0).getMetricsCount())
        .isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"'',/", "/,/", "/x/,/x/", "/v1/metrics,/v1/metrics", "?a=b,/?a=b"})
  void endpointWithoutAPathMeansTheRoot(String path, String requested) {
    assertThat(exportOnce(builder(path)).uri()).isEqualTo(requested);
  }

  @ParameterizedTest
  @CsvSource({"'',/v1/metrics", "/,/v1/metrics", "/x,/x/v1/metrics", "/x/,/x/v1/metrics"})
  void baseEndpointIsJoinedByOneSlash(String path, String requested) {
    final OtlpMetricExporterBuilder builder =
        OtlpMetricExporter.builder().setBaseEndpoint(server.url(path));
    assertThat(exportOnce(builder).uri()).isEqualTo(requested);
  }

  @Test
  void gzipCompressesTheBodyAndSaysSo() {
    final Received plain = exportOnce(builder("/"));
    final Received zipped = exportOnce(builder("/").setCompression("gzip"));

    assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(zipped.body().length).isLessThan(plain.body().length);
    assertThat(zipped.request()).isEqualTo(plain.request());
    assertThat(exportOnce(builder("/").setCompression("none")).header("Content-Encoding")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "P100D", "P100000D"})
  void requestsArriveWhateverTheTimeLimits(Duration limit) {
    final Received received = exportOnce(builder("/").setTimeout(limit).setConnectTimeout(limit));

    assertThat(received.request().getResourceMetricsCount()).isPositive();
  }

  @Test
  void oneConnectionServesAllExports() {
    final Set<Integer> clientPorts = ConcurrentHashMap.newKeySet();
    try (OtlpMetricExporter exporter = builder("/").build()) {
      for (int i = 0; i < 5; i++) {
        server.answer(
            exchange -> {
              clientPorts.add(exchange.getRemoteAddress().getPort());
              OtlpServer.reply(exchange, 200, new byte[0]);
            });
        assertThat(export(exporter).isSuccess()).isTrue();
      }
    }
    assertThat(clientPorts).hasSize(1);
  }

  @Test
  void requestsGoThroughTheProxyThatIsSet() {
    final InetSocketAddress proxy =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), URI.create(server.url("/")).getPort());
    final Received received =
        exportOnce(
            OtlpMetricExporter.builder()
                .setEndpoint("http://collector.invalid:4318/v1/metrics")
                .setProxyOptions(ProxyOptions.create(proxy))
                .setRetryPolicy(null));

    assertThat(received.uri()).isEqualTo("http://collector.invalid:4318/v1/metrics");
    assertThat(received.header("Host")).isEqualTo("collector.invalid:4318");
    assertThat(received.request().getResourceMetricsCount()).isPositive();
  }

  /** It may look for them in a file on a server, as one does that the application has set. */
  @Test
  void whoTakesItsTimeToNameAProxyDoesNotMakeAnExportLonger() {
    final CountDownLatch isDone = new CountDownLatch(1);
    final ProxySelector slow =
        new ProxySelector() {
          @Override
          public List<Proxy> select(URI uri) {
            BoundedWait.await(isDone::await, TimeUnit.SECONDS.toNanos(30));
            return List.of(Proxy.NO_PROXY);
          }

          @Override
          public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
    final OtlpMetricExporterBuilder builder =
        builder("/").setProxyOptions(ProxyOptions.create(slow)).setTimeout(Duration.ofMillis(100));
    try (OtlpMetricExporter exporter = builder.build()) {
      final CompletableResultCode result = export(exporter);
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(server.received).isEmpty();
    } finally {
      isDone.countDown();
    }
  }

  /** The client of plain HTTP is made for the first request only. */
  @Test
  void whatTheBuilderIsToldAfterwardsIsForOtherExporters() {
    final OtlpMetricExporterBuilder builder = builder("/");
    try (OtlpMetricExporter exporter = builder.build()) {
      final InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
      builder.setProxyOptions(ProxyOptions.create(nobody)).setConnectTimeout(Duration.ofNanos(1));
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(1);
  }

  @Test
  void headersAreSentAndThoseOfTheSupplierWin() {
    final AtomicInteger calls = new AtomicInteger();
    final OtlpMetricExporterBuilder builder =
        builder("/")
            .addHeader("api-key", "secret")
            .addHeader("token", "constant")
            .setHeaders(() -> Map.of("Token", "t" + calls.incrementAndGet()));
    try (OtlpMetricExporter exporter = builder.build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
      assertThat(export(exporter).isSuccess()).isTrue();

      assertThat(server.received).extracting(r -> r.header("api-key")).containsOnly("secret");
      assertThat(server.received.get(0).headers().get("token")).containsExactly("t1");
      assertThat(server.received.get(1).headers().get("token")).containsExactly("t2");
      assertThat(exporter.toString()).contains("api-key").doesNotContain("secret");
    }
  }

  @Test
  void userAgentOfTheUserIsPutInFrontOfTheExportersOwn() {
    final Received received = exportOnce(builder("/").addHeader("user-agent", "shop/2"));

    assertThat(received.headers().get("User-Agent")).containsExactly("shop/2 " + UserAgent.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type",
        "content-encoding",
        "Content-Length",
        "transfer-Encoding",
        "Host",
        "a b",
        ""
      })
  void headersThatCannotBeSentAreRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OtlpMetricExporter.builder().addHeader(name, "secret"))
        .withMessageNotContaining("secret");
  }

  @Test
  void failingHeaderSupplierFailsTheExportAndIsNamed() {
    final OtlpMetricExporterBuilder builder =
        builder("/")
            .setHeaders(
                () -> {
                  throw new IllegalStateException("no token");
                });
    try (OtlpMetricExporter exporter = builder.build()) {
      assertThat(export(exporter).isSuccess()).isFalse();
      assertThat(server.received).isEmpty();
      assertThat(log.warnings()).singleElement().asString().contains("no token", "setHeaders");
    }
  }

  @Test
  void nothingToExportIsASuccessWithoutARequest() {
    try (OtlpMetricExporter exporter = builder("/").build()) {
      assertThat(exporter.export(List.of()).isSuccess()).isTrue();
      assertThat(exporter.export(List.of(TestMetrics.longGauge("empty"))).isSuccess()).isTrue();
      assertThat(server.received).isEmpty();
    }
  }

  @Test
  void dataIsNotReadAfterExportReturned() {
    server.answer(
        exchange -> {
          sleep(50);
          OtlpServer.reply(exchange, 200, new byte[0]);
        });
    try (OtlpMetricExporter exporter = builder("/").build()) {
      assertThat(exporter.getMemoryMode()).isEqualTo(MemoryMode.REUSABLE_DATA);
      final CompletableResultCode first =
          exporter.export(List.of(TestMetrics.longGauge("first", TestMetrics.point(1))));
      final CompletableResultCode second =
          exporter.export(List.of(TestMetrics.longGauge("other", TestMetrics.point(2))));

      assertThat(first.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(second.join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(server.received)
          .extracting(r -> nameOfFirstMetric(r.request()))
          .containsExactlyInAnyOrder("first", "other");
    }
  }

  @Test
  void concurrentExportsAllArriveWhole() throws InterruptedException {
    try (OtlpMetricExporter exporter = builder("/").setCompression("gzip").build()) {
      final AtomicInteger failures = new AtomicInteger();
      final Thread[] threads = new Thread[4];
      for (int t = 0; t < threads.length; t++) {
        final String name = "thread" + t;
        threads[t] =
            new Thread(
                () -> {
                  for (int i = 0; i < 25; i++) {
                    final CompletableResultCode result =
                        exporter.export(List.of(TestMetrics.longGauge(name, TestMetrics.point(i))));
                    if (!result.join(10, TimeUnit.SECONDS).isSuccess()) {
                      failures.incrementAndGet();
                    }
                  }
                });
        threads[t].start();
      }
      for (final Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).hasValue(0);
      assertThat(server.received)
          .extracting(r -> nameOfFirstMetric(r.request()) + firstValue(r.request()))
          .hasSize(100)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void selectorsAreAnsweredToTheReader() {
    try (OtlpMetricExporter defaults = OtlpMetricExporter.create();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
                .setDefaultAggregationSelector(
                    DefaultAggregationSelector.getDefault()
                        .with(
                            InstrumentType.HISTOGRAM,
                            Aggregation.base2ExponentialBucketHistogram()))
                .build()) {
      for (final InstrumentType type : InstrumentType.values()) {
        assertThat(defaults.getAggregationTemporality(type))
            .isEqualTo(AggregationTemporality.CUMULATIVE);
        assertThat(defaults.getDefaultAggregation(type))
            .isEqualTo(Aggregation.defaultAggregation());
      }
      assertThat(exporter.getAggregationTemporality(InstrumentType.COUNTER))
          .isEqualTo(AggregationTemporality.DELTA);
      assertThat(exporter.getDefaultAggregation(InstrumentType.HISTOGRAM))
          .isEqualTo(Aggregation.base2ExponentialBucketHistogram());
      assertThat(defaults.toString().toLowerCase(Locale.ROOT))
          .contains("http://localhost:4318/v1/metrics", "pt10s", "none", "20000000", "4194304");
    }
  }

  private OtlpMetricExporterBuilder builder(String path) {
    return OtlpMetricExporter.builder().setEndpoint(server.url(path)).setRetryPolicy(null);
  }

  private Received exportOnce(OtlpMetricExporterBuilder builder) {
    final int before = server.received.size();
    try (OtlpMetricExporter exporter = builder.build()) {
      assertThat(export(exporter).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(before + 1);
    return server.received.get(before);
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter) {
    return exporter.export(TestMetrics.everyKind()).join(10, TimeUnit.SECONDS);
  }

  private static String nameOfFirstMetric(ExportMetricsServiceRequest request) {
    return request.getResourceMetrics(0).getScopeMetrics(0).getMetrics(0).getName();
  }

  private static long firstValue(ExportMetricsServiceRequest request) {
    return request
        .getResourceMetrics(0)
        .getScopeMetrics(0)
        .getMetrics(0)
        .getGauge()
        .getDataPoints(0)
        .getAsInt();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
