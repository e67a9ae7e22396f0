package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.ScrapeClient.Answer;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.Await;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scrapes that come while another one collects. */
@Timeout(60)
class SharedScrapesTest {

  private final InMemoryMetricReader telemetry = InMemoryMetricReader.create();
  private final SdkMeterProvider observer =
      SdkMeterProvider.builder().registerMetricReader(telemetry).build();
  private final OpenMetricsServer server =
      OpenMetricsServer.builder()
          .setHost("127.0.0.1")
          .setPort(0)
          .setMeterProvider(() -> observer)
          .build();
  private final ScrapeClient client = new ScrapeClient(server);
  private final ExecutorService scrapers = Executors.newCachedThreadPool();
  private final List<Future<Answer>> answers = new ArrayList<>();
  private final AtomicInteger collections = new AtomicInteger();
  private final CountDownLatch firstBegan = new CountDownLatch(1);
  private final CountDownLatch firstMayEnd = new CountDownLatch(1);

  @AfterEach
  void stop() {
    scrapers.shutdownNow();
    server.close();
    observer.close();
  }

  /** The value is the number of the collection, and the first one lasts until it may end. */
  private void register() {
    server.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            final int number = collections.incrementAndGet();
            if (number == 1) {
              firstBegan.countDown();
              Await.open(firstMayEnd);
            }
            return List.of(
                Metrics.doubleCounter(
                    "collections",
                    Metrics.point(Attributes.empty(), number, Metrics.exemplar(1, Metrics.NOW, 1))),
                Metrics.gauge("other", 1));
          }
        });
  }

  /** Starts a scrape, and waits until it waits for the one that collects. */
  private void waitsWith(Callable<Answer> scrape) throws Exception {
    final long before = waiting();
    answers.add(scrapers.submit(scrape));
    while (waiting() == before) {
      Thread.sleep(1);
    }
  }

  private static long waiting() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            trace ->
                List.of(trace).stream()
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals(Scrapes.class.getName())
                                && frame.getMethodName().equals("lock")))
        .filter(
            trace ->
                List.of(trace).stream().anyMatch(frame -> frame.getMethodName().contains("park")))
        .count();
  }

  private List<String> values() throws Exception {
    final List<String> values = new ArrayList<>();
    for (final Future<Answer> answer : answers) {
      final String text = answer.get().text();
      assertThat(answer.get().status()).isEqualTo(200);
      values.add(text.replaceAll("(?s).*collections_total (\\d+).*", "$1"));
    }
    return values;
  }

  @Test
  void thoseThatWaitShareOneCollectionWhichBeganAfterTheyCame() throws Exception {
    register();
    answers.add(scrapers.submit(client::scrape));
    Await.open(firstBegan);
    for (int i = 0; i < 5; i++) {
      waitsWith(client::scrape);
    }
    firstMayEnd.countDown();
    assertThat(values()).containsExactly("1", "2", "2", "2", "2", "2");
    assertThat(collections).hasValue(2);
    assertThat(server.exemplarOutcomes().get(Metrics.NO_SCOPE, "collections", Outcome.EXPORTED))
        .isEqualTo(6);
    assertThat(exportedPoints()).isEqualTo(12);
    // Nothing is shared with one that comes later.
    assertThat(client.scrape().text()).contains("collections_total 3");
  }

  @Test
  void whoAsksForAnotherFormatOrOtherNamesGetsACollectionOfItsOwn() throws Exception {
    register();
    answers.add(scrapers.submit(client::scrape));
    Await.open(firstBegan);
    for (int i = 0; i < 2; i++) {
      waitsWith(client::scrape);
      waitsWith(() -> client.get("/metrics"));
      waitsWith(() -> client.get("/metrics?name%5B%5D=collections_total"));
      waitsWith(
          () ->
              client.get(
                  "/metrics",
                  "Accept",
                  "application/openmetrics-text;version=1.0.0;escaping=dots"));
    }
    firstMayEnd.countDown();
    for (final Future<Answer> answer : answers) {
      assertThat(answer.get().status()).isEqualTo(200);
    }
    assertThat(collections).hasValue(5);
    for (int i = 1; i <= 4; i++) {
      assertThat(answers.get(i + 4).get().text()).isEqualTo(answers.get(i).get().text());
    }
    assertThat(answers.get(1).get().text()).endsWith("# EOF\n");
    assertThat(answers.get(2).get().text()).contains("other 1.0\n").doesNotContain("# EOF");
    assertThat(answers.get(3).get().text()).doesNotContain("other");
    assertThat(answers.get(4).get().text()).contains("# TYPE collections counter");
  }

  @Test
  void aFailureAtTheEndOfOneCollectionDoesNotKeepOthersWaiting() throws Exception {
    register();
    firstMayEnd.countDown();
    // Nothing that a program does makes this fail but a lack of memory.
    shareable().add(null);
    assertThat(client.scrape().status()).isEqualTo(500);
    assertThat(client.scrape().status()).isEqualTo(200);
  }

  @SuppressWarnings("unchecked")
  private List<FinishedScrape> shareable() throws ReflectiveOperationException {
    final Field reader = OpenMetricsServer.class.getDeclaredField("reader");
    reader.setAccessible(true);
    final Field shareable = Scrapes.class.getDeclaredField("shareable");
    shareable.setAccessible(true);
    return (List<FinishedScrape>) shareable.get(((OpenMetricsReader) reader.get(server)).scrapes());
  }

  private long exportedPoints() {
    return telemetry.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("otel.sdk.exporter.metric_data_point.exported"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .filter(point -> point.getAttributes().get(AttributeKey.stringKey("error.type")) == null)
        .mapToLong(LongPointData::getValue)
        .sum();
  }
}
