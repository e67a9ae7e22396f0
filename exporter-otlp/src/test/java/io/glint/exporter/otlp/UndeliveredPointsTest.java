package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A failure says what it means for the points: lost, not lost, or nobody knows. */
@Timeout(60)
class UndeliveredPointsTest {
  private static final MetricData DELTA = sum("delta", AggregationTemporality.DELTA);
  private static final MetricData CUMULATIVE = sum("cumulative", AggregationTemporality.CUMULATIVE);
  private static final MetricData GAUGE = TestMetrics.longGauge("gauge", TestMetrics.point(1));

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @Test
  void whatDeltaPointsCountedIsLost() {
    assertThat(messageOfRefusal(DELTA, DELTA))
        .contains("4 metric points", "dropped: they are delta, so what they counted is lost");
  }

  @Test
  void noTotalOfCumulativePointsIsLost() {
    assertThat(messageOfRefusal(CUMULATIVE, GAUGE))
        .contains("3 metric points", "No total is lost: the next export that succeeds has it")
        .doesNotContain("dropped");
  }

  @Test
  void ofBothTheDeltaPointsAreCounted() {
    assertThat(messageOfRefusal(DELTA, CUMULATIVE, GAUGE))
        .contains("5 metric points", "The 2 delta points among them were dropped")
        .contains("totals of the others are in the next export");
  }

  @Test
  void oneDeltaPointIsOne() {
    assertThat(new UndeliveredPoints(2, 1).notDelivered())
        .startsWith("The 1 delta point among them was dropped, and what it counted is lost.");
  }

  @Test
  void timeoutAfterTheRequestWasSentSaysThatThePointsMayHaveArrived() throws IOException {
    try (BlackHole blackHole = new BlackHole()) {
      assertThat(message(quick(blackHole.url()), DELTA))
          .contains("within 300 ms", "may have arrived nevertheless")
          .contains("what the 2 delta points counted is lost")
          .doesNotContain("dropped");
    }
    log.records().clear();
    try (BlackHole blackHole = new BlackHole()) {
      assertThat(message(quick(blackHole.url()), CUMULATIVE))
          .contains("may have arrived nevertheless", "no total is lost")
          .doesNotContain("dropped");
    }
  }

  @Test
  void timeoutBeforeTheRequestWasSentSaysThatNothingArrived() throws IOException {
    // It accepts the connection, and never answers the handshake.
    try (BlackHole blackHole = new BlackHole()) {
      assertThat(message(quick(blackHole.url().replace("http:", "https:")), DELTA))
          .contains("within 300 ms")
          .contains("The 2 delta points that must not be lost are kept")
          .doesNotContain("may have");
    }
  }

  @Test
  void connectionThatEndsAfterTheRequestSaysThatThePointsMayHaveArrived() throws IOException {
    try (RawServer closing = RawServer.answering(new byte[0])) {
      assertThat(message(quick(closing.url("http")).setRetryPolicy(null), DELTA))
          .contains("may have arrived nevertheless");
      assertThat(closing.connections).hasValue(1);
    }
  }

  @Test
  void earlierAttemptWithoutAnAnswerIsNotForgotten() {
    server.answer(exchange -> exchange.close()).answer(400);
    final RetryPolicy policy =
        RetryPolicy.builder().setInitialBackoff(Duration.ofMillis(10)).setMaxAttempts(3).build();
    assertThat(
            message(
                OtlpMetricExporter.builder()
                    .setEndpoint(server.url("/v1/metrics"))
                    .setRetryPolicy(policy),
                DELTA))
        .contains("after 2 attempts", "HTTP status 400", "may have arrived nevertheless");
  }

  @Test
  void shutdownHasNoLaterExport() throws IOException {
    try (BlackHole blackHole = new BlackHole()) {
      final OtlpMetricExporter exporter =
          OtlpMetricExporter.builder()
              .setEndpoint(blackHole.url())
              .setShutdownGrace(Duration.ofMillis(200))
              .build();
      final CompletableResultCode cut = exporter.export(List.of(CUMULATIVE));
      exporter.shutdown().join(20, TimeUnit.SECONDS);
      assertThat(cut.join(20, TimeUnit.SECONDS).getFailureThrowable())
          .hasMessageContainingAll("may have arrived", "there is no later export");
      assertThat(exporter.export(List.of(CUMULATIVE)).getFailureThrowable())
          .hasMessageContaining("The points were dropped: there is no later export");
    }
  }

  private String messageOfRefusal(MetricData... metrics) {
    server.answer(401);
    return message(OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")), metrics);
  }

  private static OtlpMetricExporterBuilder quick(String url) {
    return OtlpMetricExporter.builder().setEndpoint(url).setTimeout(Duration.ofMillis(300));
  }

  /** The one warning, which is also the message of the result. */
  private String message(OtlpMetricExporterBuilder builder, MetricData... metrics) {
    try (OtlpMetricExporter exporter = builder.build()) {
      final CompletableResultCode result =
          exporter.export(List.of(metrics)).join(20, TimeUnit.SECONDS);
      assertThat(result.isSuccess()).isFalse();
      assertThat(log.warnings()).containsExactly(result.getFailureThrowable().getMessage());
      return log.warnings().get(0);
    }
  }

  private static MetricData sum(String name, AggregationTemporality temporality) {
    return ImmutableMetricData.createLongSum(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        name,
        "",
        "1",
        SumData.createLongSumData(
            true, temporality, List.of(TestMetrics.point(1), TestMetrics.point(2))));
  }
}
