package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.grpc.InsecureServerCredentials;
import io.grpc.Status;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A collection that is larger than a request may be goes in several, in order. */
@Timeout(60)
@Tag("long")
class SplitRequestsTest {
  private static final int LIMIT = 10_000;

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "http/json"})
  void everyPointArrivesOnceAndInOrder(String protocol) {
    try (OtlpMetricExporter exporter = builder().setProtocol(protocol).build()) {
      for (int i = 0; i < 3; i++) {
        server.received.clear();
        assertThat(export(exporter, gauges(10, 500)).isSuccess()).isTrue();
        assertThat(server.received).hasSizeGreaterThan(10);
        assertThat(server.received).allMatch(request -> request.body().length <= LIMIT);
        if (protocol.equals("http/protobuf")) {
          assertThat(sentValues()).isEqualTo(numbers(5_000));
          assertThat(server.received).hasSizeLessThan(60);
        }
      }
    }
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void whatFitsGoesInOneRequestAgain() {
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, gauges(1, 5_000)).isSuccess()).isTrue();
      for (int i = 0; i < 10; i++) {
        assertThat(export(exporter, gauges(1, 100)).isSuccess()).isTrue();
      }
      server.received.clear();
      assertThat(export(exporter, gauges(1, 100)).isSuccess()).isTrue();
      assertThat(server.received).hasSize(1);
    }
  }

  @Test
  void resourceAndScopeAreInEachRequest() {
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, gauges(3, 500)).isSuccess()).isTrue();
    }
    for (final OtlpServer.Received received : server.received) {
      final ResourceMetrics resource = received.request().getResourceMetrics(0);
      assertThat(resource.getResource().getAttributes(0).getKey()).isEqualTo("service.name");
      assertThat(resource.getScopeMetrics(0).getScope().getName()).isEqualTo("scope");
    }
  }

  @Test
  void aPointThatIsTooLargeIsDroppedAndNamedAndTheOthersArrive() {
    final LongPointData large =
        LongPointData.create(1, 2, Attributes.builder().put("key", "x".repeat(LIMIT)).build(), -1);
    final List<MetricData> metrics = new ArrayList<>(gauges(1, 300));
    metrics.add(TestMetrics.longGauge("large", large, TestMetrics.point(300)));
    metrics.add(TestMetrics.longSum());
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = export(exporter, metrics);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("1 metric point ", "'large'", "larger than 10000 bytes")
          .hasMessageContaining("setMaxRequestSize");
      assertThat(exporter.exemplarOutcomes().get(TestMetrics.SCOPE, "sum.long", Outcome.EXPORTED))
          .isEqualTo(1);
    }
    assertThat(sentValues()).startsWith(0L).endsWith(300L, 9_007_199_254_740_993L, 0L, -1L);
    assertThat(sentValues()).hasSize(304);
    assertThat(log.warnings()).hasSize(1);
  }

  @Test
  void aPointThatAloneIsAsLargeAsTheLimitArrivesAndOneByteMoreIsDropped() {
    // Alone it is the largest request that is not split.
    final MetricData large = TestMetrics.longGauge("large", pointOf(LIMIT));
    final int size;
    try (OtlpMetricExporter exporter = builder().setMaxRequestSize(3 * LIMIT).build()) {
      assertThat(export(exporter, List.of(large)).isSuccess()).isTrue();
      size = server.received.get(0).body().length;
    }
    final List<MetricData> metrics =
        List.of(TestMetrics.longGauge("large", pointOf(LIMIT), pointOf(1)));
    try (OtlpMetricExporter exporter = builder().setMaxRequestSize(size).build()) {
      server.received.clear();
      assertThat(export(exporter, metrics).isSuccess()).isTrue();
      assertThat(server.received).hasSize(2);
      assertThat(server.received.get(0).body()).hasSize(size);
    }
    try (OtlpMetricExporter exporter = builder().setMaxRequestSize(size - 1).build()) {
      server.received.clear();
      assertThat(export(exporter, metrics).getFailureThrowable())
          .hasMessageContainingAll("1 metric point ", "'large'", size + " bytes");
      assertThat(server.received).hasSize(1);
    }
  }

  private static LongPointData pointOf(int size) {
    return LongPointData.create(
        1, 2, Attributes.builder().put("key", "x".repeat(size)).build(), -1);
  }

  @Test
  void aRequestThatIsRefusedDoesNotKeepTheOthersBack() {
    server.answer(200).answer(400);
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = export(exporter, gauges(1, 1_000));
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("HTTP status 400");
    }
    assertThat(sentValues()).isEqualTo(numbers(1_000));
    assertThat(log.warnings()).hasSize(1);
  }

  @Test
  void anAnswerThatIsTooLargeDoesNotKeepTheOthersBack() {
    answerAtLength();
    try (OtlpMetricExporter exporter = builder().setMaxResponseSize(1_000).build()) {
      final CompletableResultCode result = export(exporter, gauges(1, 1_000));
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("probably delivered");
    }
    assertThat(sentValues()).isEqualTo(numbers(1_000));
    assertThat(log.warnings()).hasSize(1);
  }

  @Test
  void whatWasProbablyDeliveredDoesNotHideWhatWasNot() {
    answerAtLength();
    server.answer(503);
    try (OtlpMetricExporter exporter =
        builder().setMaxResponseSize(1_000).setMaxPendingSeries(0).build()) {
      final CompletableResultCode result = export(exporter, deltaSum(1_000));
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("HTTP status 503", "what they counted is lost");
      assertThat(server.received).hasSize(2);
      final int delivered = Receiver.pointsOfSum(server.received.get(0).request());
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(1_000 - delivered);
    }
  }

  @Test
  void pointsThatWereNotSentAfterARequestWithoutAnAnswerWait() {
    server.answer(502);
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, deltaSum(1_000)).isSuccess()).isFalse();
      assertThat(server.received).hasSize(1);
      final int unknown = Receiver.pointsOfSum(server.received.get(0).request());
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(unknown);
      assertThat(exporter.deliveryCounts().waitingPoints()).isEqualTo(1_000 - unknown);
      assertThat(log.warnings().get(0))
          .contains("points that were sent may have arrived", "lost if they have not arrived")
          .doesNotContain("setResendUnanswered");
    }
  }

  @Test
  void pointsThatWaitedAreSentInHalvesIfTogetherTheyAreTooLargeForTheServer() {
    server.answer(503).answer(413);
    try (OtlpMetricExporter exporter = unlimited().build()) {
      assertThat(export(exporter, deltaSum(0, 100)).isSuccess()).isFalse();
      assertThat(export(exporter, deltaSum(100, 100)).isSuccess()).isTrue();
      final List<OtlpServer.Received> halves = server.received.subList(2, server.received.size());
      assertThat(halves).hasSizeBetween(2, 3);
      assertThat(halves)
          .allMatch(half -> half.body().length < 0.6 * server.received.get(1).body().length);
      assertThat(totalOf(halves)).isEqualTo(numbers(200));
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
      assertThat(exporter.deliveryCounts().refusedRequests()).isEqualTo(1);
      assertThat(exporter.deliveryCounts().deliveredRequests()).isEqualTo(halves.size());
    }
    assertThat(log.warnings()).hasSize(2);
    assertThat(log.warnings().get(1))
        .contains("200 metric points", "had waited", "413", "half the size", "setMaxRequestSize");
  }

  @Test
  void aHalfThatIsStillTooLargeIsLostAndTheOthersArrive() {
    server.answer(503).answer(413).answer(413);
    try (OtlpMetricExporter exporter = unlimited().build()) {
      export(exporter, deltaSum(0, 100));
      final CompletableResultCode result = export(exporter, deltaSum(100, 100));
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("HTTP status 413", "what they counted is lost");
      final int lost = Receiver.pointsOfSum(server.received.get(2).request());
      final List<OtlpServer.Received> taken = server.received.subList(3, server.received.size());
      assertThat(totalOf(taken)).hasSize(200 - lost).endsWith(199L);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(lost);
      assertThat(exporter.deliveryCounts().refusedRequests()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().waitingPoints()).isZero();
    }
  }

  @Test
  void aServerThatIsDownAfterTheFirstHalfGetsTheOtherHalfLater() {
    server.answer(503).answer(413).answer(200).answer(503);
    try (OtlpMetricExporter exporter = unlimited().build()) {
      export(exporter, deltaSum(0, 100));
      assertThat(export(exporter, deltaSum(100, 100)).isSuccess()).isFalse();
      assertThat(export(exporter, deltaSum(200, 1)).isSuccess()).isTrue();
      final List<OtlpServer.Received> taken = new ArrayList<>();
      taken.add(server.received.get(2));
      taken.addAll(server.received.subList(4, server.received.size()));
      assertThat(totalOf(taken)).isEqualTo(numbers(201));
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    }
  }

  @Test
  void aCollectionThatIsTooLargeForTheServerByItselfIsNotSentAgain() {
    server.answer(413);
    try (OtlpMetricExporter exporter = unlimited().build()) {
      assertThat(export(exporter, deltaSum(100)).isSuccess()).isFalse();
      assertThat(server.received).hasSize(1);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(100);
    }
  }

  @Test
  void overGrpcPointsThatWaitedAreSentInHalvesToo() {
    try (GrpcServer small =
            new GrpcServer(
                InsecureServerCredentials.create(),
                builder -> builder.maxInboundMessageSize(LIMIT));
        OtlpMetricExporter exporter = small.exporter(null).setRetryPolicy(null).build()) {
      small.answer(Status.UNAVAILABLE);
      export(exporter, deltaSum(0, 200));
      assertThat(export(exporter, deltaSum(200, 200)).isSuccess()).isTrue();
      assertThat(small.totals().values().stream().mapToDouble(Double::doubleValue).sum())
          .isEqualTo(399 * 400 / 2);
      assertThat(small.taken()).hasSizeBetween(2, 3);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isZero();
    }
  }

  private OtlpMetricExporterBuilder unlimited() {
    return OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).setRetryPolicy(null);
  }

  /** The values of a sum in the order of their series. */
  private static List<Long> totalOf(List<OtlpServer.Received> requests) {
    return requests.stream()
        .flatMap(each -> each.request().getResourceMetricsList().stream())
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .flatMap(metric -> metric.getSum().getDataPointsList().stream())
        .map(NumberDataPoint::getAsInt)
        .sorted()
        .toList();
  }

  private void answerAtLength() {
    server.answer(exchange -> OtlpServer.reply(exchange, 200, new byte[5_000]));
  }

  private static List<MetricData> deltaSum(int points) {
    return deltaSum(0, points);
  }

  private static List<MetricData> deltaSum(int first, int points) {
    final List<LongPointData> all = new ArrayList<>();
    for (int i = first; i < first + points; i++) {
      final Attributes attributes = Attributes.builder().put("id", "series-" + i).build();
      all.add(LongPointData.create(1, 2, attributes, i));
    }
    return List.of(
        ImmutableMetricData.createLongSum(
            TestMetrics.RESOURCE,
            TestMetrics.SCOPE,
            "delta",
            "",
            "1",
            SumData.createLongSumData(true, AggregationTemporality.DELTA, all)));
  }

  @Test
  void afterAnOverloadedServerTheRestIsNotSentAndTheLogSaysHowMuch() {
    server.answer(200).answer(503);
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = export(exporter, gauges(1, 1_000));
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).hasMessageContaining("HTTP status 503");
    }
    assertThat(server.received).hasSize(2);
    server.received.remove(1);
    final int notTaken = 1_000 - sentValues().size();
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains(notTaken + " metric points", "after 1 attempt", "HTTP status 503");
  }

  @Test
  void eachRequestHasTheTimeoutForItself() {
    for (int i = 0; i < 6; i++) {
      server.answer(OtlpServer.successAfter(250));
    }
    try (OtlpMetricExporter exporter = builder().setTimeout(Duration.ofSeconds(1)).build()) {
      assertThat(export(exporter, gauges(1, 1_200)).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void allRequestsTogetherHaveSixTimesTheTimeout() {
    try (OtlpMetricExporter exporter = builder().setTimeout(Duration.ofMillis(500)).build()) {
      // The first one takes longer: it loads classes.
      final CompletableResultCode unused = export(exporter, gauges(1, 1));
      server.received.clear();
      for (int i = 0; i < 100; i++) {
        server.answer(OtlpServer.successAfter(200));
      }
      // Each of them is answered in time, and there are some thirty.
      assertThat(export(exporter, gauges(1, 6_000)).getFailureThrowable())
          .hasMessageContaining("no complete response within 500 ms");
    }
    assertThat(server.received).hasSizeLessThanOrEqualTo(6 * 500 / 200 + 1);
  }

  @Test
  void grpcRequestsAreBelowWhatAServerTakesByDefault() {
    try (GrpcServer grpc = new GrpcServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setProtocol("grpc")
                .setEndpoint(grpc.url("http"))
                .build()) {
      assertThat(export(exporter, gauges(10, 20_000)).isSuccess()).isTrue();
      assertThat(grpc.received).hasSizeGreaterThan(1);
      final List<Long> values = new ArrayList<>();
      grpc.received.forEach(request -> values(request, values));
      assertThat(values).isEqualTo(numbers(200_000));
    }
  }

  private OtlpMetricExporterBuilder builder() {
    return OtlpMetricExporter.builder()
        .setEndpoint(server.url("/v1/metrics"))
        .setMaxRequestSize(LIMIT)
        .setRetryPolicy(null);
  }

  private static CompletableResultCode export(
      OtlpMetricExporter exporter, List<MetricData> metrics) {
    return exporter.export(metrics).join(30, TimeUnit.SECONDS);
  }

  /** Points with values 0, 1, 2 and so on. */
  private static List<MetricData> gauges(int metrics, int pointsOfEach) {
    final List<MetricData> all = new ArrayList<>();
    for (int i = 0; i < metrics; i++) {
      final LongPointData[] points = new LongPointData[pointsOfEach];
      for (int j = 0; j < pointsOfEach; j++) {
        points[j] = TestMetrics.point((long) i * pointsOfEach + j);
      }
      all.add(TestMetrics.longGauge("gauge." + i, points));
    }
    return all;
  }

  private static List<Long> numbers(int count) {
    final List<Long> numbers = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private List<Long> sentValues() {
    final List<Long> values = new ArrayList<>();
    server.received.forEach(received -> values(received.request(), values));
    return values;
  }

  private static void values(ExportMetricsServiceRequest request, List<Long> values) {
    for (final ResourceMetrics resource : request.getResourceMetricsList()) {
      for (final ScopeMetrics scope : resource.getScopeMetricsList()) {
        for (final Metric metric : scope.getMetricsList()) {
          metric.getGauge().getDataPointsList().forEach(point -> values.add(point.getAsInt()));
          metric.getSum().getDataPointsList().forEach(point -> values.add(point.getAsInt()));
        }
      }
    }
  }
}
