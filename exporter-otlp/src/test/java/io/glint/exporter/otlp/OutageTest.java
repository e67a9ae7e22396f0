package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * While a server takes nothing, no interval of delta is lost: after the outage the totals at the
 * server are those that were recorded, to the last one.
 */
@Timeout(120)
class OutageTest {
  private static final Duration INTERVAL = Duration.ofMillis(40);
  private static final int THREADS = 3;
  private static final int FAILED_EXPORTS = 4;

  private final OutageServer server = new OutageServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  private enum Sdk {
    GLINT,
    STOCK
  }

  private enum Outage {
    DOWN_AT_START,
    DOWN_LATER,
    STATUS_429,
    STATUS_503,
    RETRY_AFTER_A_SECOND,
    RETRY_AFTER_AN_HOUR
  }

  @ParameterizedTest
  @CsvSource({
    "GLINT, DOWN_AT_START",
    "GLINT, DOWN_LATER",
    "GLINT, STATUS_429",
    "GLINT, STATUS_503",
    "GLINT, RETRY_AFTER_A_SECOND",
    "GLINT, RETRY_AFTER_AN_HOUR",
    "STOCK, DOWN_AT_START",
    "STOCK, DOWN_LATER",
    "STOCK, STATUS_503"
  })
  void totalsAfterAnOutageAreThoseRecorded(Sdk sdk, Outage outage) throws Exception {
    OtlpMetricExporter exporter =
        OtlpMetricExporter.builder()
            .setEndpoint(server.url())
            .setRetryPolicy(
                RetryPolicy.builder()
                    .setMaxAttempts(2)
                    .setInitialBackoff(Duration.ofMillis(5))
                    .build())
            .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
            .build();
    try (Recorders recorders = new Recorders(provider(sdk, exporter))) {
      if (outage != Outage.DOWN_AT_START) {
        server.up();
        Await.until(() -> exporter.deliveryCounts().deliveredRequests() >= 2);
      }
      begin(outage);
      long before = exporter.deliveryCounts().failedRequests();
      Await.until(() -> exporter.deliveryCounts().failedRequests() >= before + FAILED_EXPORTS);
      // They are on their way again and again meanwhile.
      Await.until(() -> exporter.deliveryCounts().waitingPoints() > 0);
      int taken = server.taken.size();
      server.up();
      Await.until(() -> server.taken.size() >= taken + 2);

      Map<String, Double> recorded = recorders.stop();
      if (sdk == Sdk.STOCK) {
        // Its reader answers a flush with success and does nothing while an export is under way.
        Await.until(() -> recorders.flush() && server.totals().equals(recorded));
      }
      assertThat(server.totals()).isEqualTo(recorded);
    }
    OtlpDeliveryCounts counts = exporter.deliveryCounts();
    assertThat(counts.waitingPoints()).isZero();
    assertThat(counts.lostDeltaPoints()).isZero();
    assertThat(counts.unansweredRequests()).isZero();
    assertThat(counts.refusedRequests()).isZero();
    assertThat(log.warnings().get(0)).containsPattern("kept, and go(es)? out with the next export");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsMissingAfterRequestsWithoutAnAnswerIsWhatTheseHad(boolean hangs) throws Exception {
    OtlpMetricExporter exporter =
        OtlpMetricExporter.builder()
            .setEndpoint(server.url())
            .setTimeout(Duration.ofMillis(300))
            .setRetryPolicy(null)
            .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
            .build();
    try (Recorders recorders = new Recorders(provider(Sdk.GLINT, exporter))) {
      // Some intervals wait when the server begins to answer nothing.
      Await.until(() -> exporter.deliveryCounts().failedRequests() >= 2);
      server.refuse(hangs ? exchange -> {} : HttpExchange::close);
      Await.until(() -> exporter.deliveryCounts().unansweredRequests() >= FAILED_EXPORTS);
      server.up();
      Map<String, Double> recorded = recorders.stop();
      Await.until(() -> recorders.flush() && exporter.deliveryCounts().waitingPoints() == 0);

      Map<String, Double> arrived = server.totals();
      OutageServer.totals(server.notTaken)
          .forEach((key, value) -> arrived.merge(key, value, Double::sum));
      assertThat(arrived).isEqualTo(recorded);
      assertThat(server.notTaken)
          .hasSizeLessThanOrEqualTo((int) exporter.deliveryCounts().unansweredRequests());
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isPositive();
    }
  }

  private void begin(Outage outage) {
    switch (outage) {
      case DOWN_AT_START -> {}
      case DOWN_LATER -> server.down();
      case STATUS_429 -> server.refuse(exchange -> OtlpServer.reply(exchange, 429, new byte[0]));
      case STATUS_503 -> server.refuse(exchange -> OtlpServer.reply(exchange, 503, new byte[0]));
      case RETRY_AFTER_A_SECOND -> server.refuse(retryAfter("1"));
      case RETRY_AFTER_AN_HOUR -> server.refuse(retryAfter("3600"));
    }
  }

  private static OtlpServer.Answer retryAfter(String value) {
    return exchange -> {
      exchange.getResponseHeaders().set("Retry-After", value);
      OtlpServer.reply(exchange, 503, new byte[0]);
    };
  }

  private static Provider provider(Sdk sdk, OtlpMetricExporter exporter) {
    InstrumentSelector selector = InstrumentSelector.builder().setName("exponential").build();
    View view =
        View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build();
    if (sdk == Sdk.STOCK) {
      MetricReader reader = PeriodicMetricReader.builder(exporter).setInterval(INTERVAL).build();
      SdkMeterProvider provider =
          SdkMeterProvider.builder()
              .registerView(selector, view)
              .registerMetricReader(reader)
              .build();
      return new Provider(provider, provider::forceFlush, provider::shutdown);
    }
    GlintMeterProvider provider =
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

  /** Threads that record without a pause, and know what they recorded. */
  private static final class Recorders implements AutoCloseable {
    private final Provider provider;
    private final AtomicBoolean goOn = new AtomicBoolean(true);
    private final List<Thread> threads = new ArrayList<>();
    private final List<Map<String, Double>> recorded = new ArrayList<>();

    Recorders(Provider provider) {
      this.provider = provider;
      Meter meter = provider.meters().get("outage");
      LongCounter counter = meter.counterBuilder("counter").build();
      DoubleCounter doubles = meter.counterBuilder("doubles").ofDoubles().build();
      DoubleHistogram explicit =
          meter
              .histogramBuilder("explicit")
              .setExplicitBucketBoundariesAdvice(List.of(10.0, 100.0, 1000.0))
              .build();
      DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
      for (int i = 0; i < THREADS; i++) {
        Map<String, Double> own = new TreeMap<>();
        Random random = new Random(i);
        recorded.add(own);
        threads.add(
            new Thread(
                () -> {
                  while (goOn.get()) {
                    String route = "/" + random.nextInt(5);
                    Attributes attributes = Attributes.builder().put("route", route).build();
                    String key = " route=" + route;
                    int value = random.nextInt(2000);
                    counter.add(value, attributes);
                    doubles.add(value / 4.0, attributes);
                    explicit.record(value, attributes);
                    // Of another magnitude each time, so that scales differ.
                    double wide = (double) value * (1L << random.nextInt(20));
                    exponential.record(wide, attributes);
                    OutageServer.add(own, "counter" + key, value);
                    OutageServer.add(own, "doubles" + key, value / 4.0);
                    OutageServer.add(own, "explicit" + key + " count", 1);
                    OutageServer.add(own, "explicit" + key + " sum", value);
                    int bucket = value <= 10 ? 0 : value <= 100 ? 1 : value <= 1000 ? 2 : 3;
                    OutageServer.add(own, "explicit" + key + " bucket " + bucket, 1);
                    OutageServer.add(own, "exponential" + key + " count", 1);
                    OutageServer.add(own, "exponential" + key + " sum", wide);
                    OutageServer.add(own, "exponential" + key + " buckets", 1);
                    LockSupport.parkNanos(50_000);
                  }
                },
                "recorder-" + i));
      }
      threads.forEach(Thread::start);
    }

    /** Ends recording, has all of it exported, and answers what it was. */
    Map<String, Double> stop() throws InterruptedException {
      goOn.set(false);
      for (Thread thread : threads) {
        thread.join();
      }
      boolean unused = flush();
      Map<String, Double> all = new TreeMap<>();
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
