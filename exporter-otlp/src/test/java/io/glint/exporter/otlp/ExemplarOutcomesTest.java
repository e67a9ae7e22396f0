package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DelegatingMetricData;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The exporter's account of exemplars. */
@Timeout(60)
class ExemplarOutcomesTest {
  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @Test
  void exemplarsOfARequestThatWasTakenAreExportedMetricByMetric() {
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, TestMetrics.everyKind()).isSuccess()).isTrue();
      assertThat(outcomes(exporter, "sum.long")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
      assertThat(outcomes(exporter, "sum.double")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 2L));
      assertThat(outcomes(exporter, "histogram.exponential"))
          .containsOnly(Map.entry(Outcome.EXPORTED, 1L));
      assertThat(outcomes(exporter, "gauge.long")).isEmpty();
      assertThat(outcomes(exporter, "summary")).isEmpty();

      export(exporter, TestMetrics.everyKind());
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 4L));
    }
  }

  @Test
  void aRequestThatIsTakenAtTheThirdAttemptCountsOnce() {
    server.answer(503).answer(503);
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, histogram());
      assertThat(server.received).hasSize(3);
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 2L));
    }
  }

  @Test
  void aRequestThatFailsForGoodCountsOnce() {
    server.answer(503).answer(503).answer(503).answer(400);
    try (OtlpMetricExporter exporter = builder().setMaxPendingSeries(0).build()) {
      export(exporter, histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 2L));
      export(exporter, histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 4L));
      export(exporter, histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 4L), Map.entry(Outcome.EXPORTED, 2L));
    }
  }

  @Test
  void exemplarsOfPointsThatAreKeptCountWhenTheseAreDelivered() {
    server.answer(503).answer(503).answer(503);
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, TestMetrics.everyKind());
      // The histogram is delta, and the long sum is not.
      assertThat(outcomes(exporter, "histogram")).isEmpty();
      assertThat(outcomes(exporter, "sum.long")).containsOnly(Map.entry(Outcome.EXPORT_FAILED, 1L));
      export(exporter, TestMetrics.everyKind());
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 4L));
      assertThat(outcomes(exporter, "sum.long"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 1L), Map.entry(Outcome.EXPORTED, 1L));
    }
  }

  @Test
  void exemplarsThatAPointDoesNotKeepAreFailed() {
    final List<DoubleExemplarData> many =
        Collections.nCopies(PendingPoint.MAX_EXEMPLARS, TestMetrics.doubleExemplar(1));
    final MetricData metric =
        TestMetrics.histogram(
            ImmutableHistogramPointData.create(
                1, 2, Attributes.empty(), 1, false, 0, false, 0, List.of(), List.of(1L), many));
    server.answer(503).answer(503).answer(503);
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, List.of(metric));
      export(exporter, List.of(metric));
      final long kept = PendingPoint.MAX_EXEMPLARS;
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, kept), Map.entry(Outcome.EXPORTED, kept));
    }
  }

  @Test
  void exemplarsAreExportedUnlessAllPointsAreRejected() {
    // The histogram has two points.
    server.answer(rejecting(1)).answer(rejecting(2));
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, histogram());
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 2L));
      export(exporter, histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORTED, 2L), Map.entry(Outcome.EXPORT_FAILED, 2L));
    }
  }

  @Test
  void whatIsNotSentIsAFailedExport() {
    final MetricData large =
        TestMetrics.histogram(
            ImmutableHistogramPointData.create(
                1,
                2,
                Attributes.builder().put("large", "x".repeat(2_000)).build(),
                1,
                false,
                0,
                false,
                0,
                List.of(),
                List.of(1L),
                List.of(TestMetrics.doubleExemplar(1), TestMetrics.doubleExemplar(2))));
    final List<MetricData> metrics = List.of(large, TestMetrics.longSum());
    try (OtlpMetricExporter exporter = builder().setMaxRequestSize(2_000).build()) {
      export(exporter, metrics);
      assertThat(server.received).hasSize(1);
      assertThat(outcomes(exporter, "sum.long")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 2L));
      // What was not sent is not counted with the next request.
      export(exporter, List.of(TestMetrics.longGauge("gauge", TestMetrics.point(1))));
      assertThat(server.received).hasSize(2);
      assertThat(outcomes(exporter, "gauge")).isEmpty();
    }
  }

  @Test
  void ofDataThatCannotBeEncodedIsCountedWhatCanBeRead() {
    final MetricData nameless =
        new DelegatingMetricData(TestMetrics.histogram()) {
          @Override
          public String getName() {
            return null;
          }
        };
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result =
          export(exporter, List.of(TestMetrics.longSum(), nameless));
      assertThat(result.isSuccess()).isFalse();
      assertThat(outcomes(exporter, "sum.long")).containsOnly(Map.entry(Outcome.EXPORT_FAILED, 1L));
      assertThat(outcomes(exporter, "histogram")).isEmpty();
    }
  }

  @Test
  void anExportThatShutdownCancelsAndALaterOneAreFailed() throws IOException {
    try (BlackHole blackHole = new BlackHole()) {
      final OtlpMetricExporter exporter =
          builder()
              .setEndpoint(blackHole.url())
              .setTimeout(Duration.ZERO)
              .setShutdownGrace(Duration.ofMillis(50))
              .build();
      final CompletableResultCode cancelled = exporter.export(histogram());
      assertThat(outcomes(exporter, "histogram")).isEmpty();
      exporter.shutdown().join(20, TimeUnit.SECONDS);
      cancelled.join(20, TimeUnit.SECONDS);
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 2L));

      exporter.export(histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 4L));
    }
  }

  @Test
  void anExportBeyondTheBoundIsFailed() throws IOException {
    try (BlackHole blackHole = new BlackHole();
        OtlpMetricExporter exporter =
            builder()
                .setEndpoint(blackHole.url())
                .setShutdownGrace(Duration.ZERO)
                .setMaxPendingSeries(0)
                .build()) {
      for (int i = 0; i < OtlpMetricExporter.MAX_IN_FLIGHT; i++) {
        exporter.export(histogram());
      }
      assertThat(outcomes(exporter, "histogram")).isEmpty();
      exporter.export(histogram());
      assertThat(outcomes(exporter, "histogram"))
          .containsOnly(Map.entry(Outcome.EXPORT_FAILED, 2L));
    }
  }

  /** The exporter asks for data that may be reused. */
  @Test
  void metricsThatAreReusedMeanwhileAreCountedByTheNameTheyHad() {
    final CountDownLatch reused = new CountDownLatch(1);
    server.answer(
        exchange -> {
          Await.open(reused);
          OtlpServer.reply(exchange, 200, new byte[0]);
        });
    final String[] name = {"first"};
    final MetricData reusable =
        new DelegatingMetricData(TestMetrics.histogram()) {
          @Override
          public String getName() {
            return name[0];
          }
        };
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = exporter.export(List.of(reusable));
      name[0] = "second";
      reused.countDown();
      result.join(20, TimeUnit.SECONDS);
      assertThat(outcomes(exporter, "first")).containsOnly(Map.entry(Outcome.EXPORTED, 2L));
      assertThat(outcomes(exporter, "second")).isEmpty();
    }
  }

  @Test
  void scopesAreToldApart() {
    final InstrumentationScopeInfo other = InstrumentationScopeInfo.create("other");
    final MetricData ofOther =
        new DelegatingMetricData(TestMetrics.longSum()) {
          @Override
          public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return other;
          }
        };
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, List.of(TestMetrics.longSum(), ofOther, ofOther));
      assertThat(outcomes(exporter, "sum.long")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
      assertThat(exporter.exemplarOutcomes().get(other, "sum.long", Outcome.EXPORTED)).isEqualTo(2);
    }
  }

  @Test
  void exportsAndReadersAtOnceLoseNothing() throws Exception {
    final ExecutorService threads = Executors.newFixedThreadPool(4);
    try (OtlpMetricExporter exporter = builder().build()) {
      final List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        done.add(
            threads.submit(
                () -> {
                  for (int export = 0; export < 100; export++) {
                    assertThat(export(exporter, histogram()).isSuccess()).isTrue();
                  }
                }));
      }
      long last = 0;
      while (!done.stream().allMatch(Future::isDone)) {
        final long now = outcomes(exporter, "histogram").getOrDefault(Outcome.EXPORTED, 0L);
        assertThat(now).isGreaterThanOrEqualTo(last);
        last = now;
        Thread.sleep(1);
      }
      for (final Future<?> thread : done) {
        thread.get();
      }
      assertThat(outcomes(exporter, "histogram")).containsOnly(Map.entry(Outcome.EXPORTED, 800L));
    } finally {
      threads.shutdownNow();
    }
  }

  private OtlpMetricExporterBuilder builder() {
    return OtlpMetricExporter.builder()
        .setEndpoint(server.url("/v1/metrics"))
        .setRetryPolicy(QuickRetry.POLICY);
  }

  /** Two points and two exemplars. */
  private static List<MetricData> histogram() {
    return List.of(TestMetrics.histogram());
  }

  private static CompletableResultCode export(
      OtlpMetricExporter exporter, List<MetricData> metrics) {
    return exporter.export(metrics).join(20, TimeUnit.SECONDS);
  }

  private static Map<Outcome, Long> outcomes(OtlpMetricExporter exporter, String metric) {
    final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    for (final Outcome outcome : Outcome.values()) {
      final long count = exporter.exemplarOutcomes().get(TestMetrics.SCOPE, metric, outcome);
      if (count != 0) {
        counts.put(outcome, count);
      }
    }
    return counts;
  }

  private static ExportMetricsServiceResponse rejecting(long points) {
    return ExportMetricsServiceResponse.newBuilder()
        .setPartialSuccess(
            ExportMetricsPartialSuccess.newBuilder().setRejectedDataPoints(points).build())
        .build();
  }
}
