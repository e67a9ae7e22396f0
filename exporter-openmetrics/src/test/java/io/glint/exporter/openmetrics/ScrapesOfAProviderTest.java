package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.Await;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Scrapes of a Glint provider, from the request to the last byte: what they allocate, and whom they
 * hold up.
 */
@Tag("long")
@Timeout(120)
class ScrapesOfAProviderTest {
  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  private final OpenMetricsReader reader = OpenMetricsReader.builder().build();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private GlintMeterProvider provider;
  private LongCounter counter;
  private DoubleHistogram histogram;

  private void start() {
    start(reader);
  }

  private void start(OpenMetricsReader ofProvider) {
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(ofProvider, instrument -> 1_000_000)
            .build();
    final Meter meter = provider.get("scraped");
    counter = meter.counterBuilder("requests").build();
    histogram =
        meter.histogramBuilder("duration").setExplicitBucketBoundariesAdvice(List.of(1.0)).build();
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    provider.close();
  }

  /** Everything is in this thread: the collection, the text, its compression and the sending. */
  @ParameterizedTest
  @CsvSource({
    "identity, " + OPEN_METRICS,
    "gzip, " + OPEN_METRICS,
    "identity, " + PROTOBUF,
    "identity, text/plain"
  })
  void aSteadyScrapeAllocatesTheSameForAnyNumberOfSeries(String encoding, String accept)
      throws Exception {
    final long few = allocated(100, encoding, accept);
    assertThat(few).isLessThan(32_000);
    assertThat(allocated(10_000, encoding, accept)).isLessThan(few + 4000);
    assertThat(allocated(100_000, encoding, accept)).isLessThan(few + 4000);
  }

  /** The most bytes of one of several scrapes, between which each series is recorded into. */
  private long allocated(int series, String encoding, String accept) throws IOException {
    final OpenMetricsReader own = OpenMetricsReader.builder().build();
    start(own);
    final Attributes[] attributes = new Attributes[series];
    for (int i = 0; i < series; i++) {
      attributes[i] = Attributes.of(AttributeKey.longKey("series"), (long) i);
    }
    final Context inSpan = Context.root().with(Span.wrap(Metrics.span(1)));
    final ThreadMXBean beans = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long thread = Thread.currentThread().getId();
    long most = 0;
    for (int scrape = 0; scrape < 8; scrape++) {
      for (int i = 0; i < series; i++) {
        counter.add(1, attributes[i], inSpan);
        histogram.record((scrape + i) % 2 + 0.5, attributes[i], inSpan);
      }
      final long before = beans.getThreadAllocatedBytes(thread);
      final OpenMetricsResponse response = get(own, accept, encoding);
      response.writeTo(OutputStream.nullOutputStream());
      final long bytes = beans.getThreadAllocatedBytes(thread) - before;
      assertThat(response.contentLength()).isGreaterThan(encoding.equals("gzip") ? 2 : series);
      if (scrape > 4) {
        most = Math.max(most, bytes);
      }
    }
    provider.close();
    return most;
  }

  private static OpenMetricsResponse get(OpenMetricsReader from, String accept, String encoding) {
    return from.scrape(
        "GET",
        null,
        name ->
            switch (name) {
              case "Accept" -> List.of(accept);
              case "Accept-Encoding" -> List.of(encoding);
              default -> null;
            });
  }

  private String text() throws IOException {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    get(reader, OPEN_METRICS, "identity").writeTo(bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What is recorded into series that there are, and into new ones. */
  private void record(int from, int to) throws Exception {
    final Future<?> recorded =
        threads.submit(
            () -> {
              for (int i = from; i < to; i++) {
                counter.add(1);
                counter.add(1, Attributes.of(AttributeKey.longKey("series"), (long) i));
                histogram.record(0.5);
              }
            });
    recorded.get(20, TimeUnit.SECONDS);
  }

  @Test
  void recordingGoesOnWhileACollectionHangs() throws Exception {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final AtomicBoolean hangs = new AtomicBoolean(true);
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerMetricProducer(
                resource -> {
                  if (hangs.get()) {
                    began.countDown();
                    Await.open(mayEnd);
                  }
                  return List.of();
                })
            .build();
    counter = provider.get("scraped").counterBuilder("requests").build();
    histogram = provider.get("scraped").histogramBuilder("duration").build();
    record(0, 10);
    final Future<String> first = threads.submit(this::text);
    Await.open(began);
    final List<Future<String>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(threads.submit(this::text));
    }
    while (reader.scrapes().waiting() < 3) {
      Thread.sleep(1);
    }
    record(10, 1000);
    hangs.set(false);
    mayEnd.countDown();
    assertThat(first.get()).contains("requests_total{");
    for (final Future<String> each : waiting) {
      assertThat(each.get()).contains("requests_total{otel_scope_name=\"scraped\"} 1000\n");
    }
  }

  @Test
  void recordingAndOtherScrapesGoOnWhileAScraperDoesNotRead() throws Exception {
    start();
    record(0, 1000);
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final ByteArrayOutputStream slowlyRead = new ByteArrayOutputStream();
    final Future<?> slow =
        threads.submit(
            () -> {
              get(reader, OPEN_METRICS, "identity")
                  .writeTo(
                      new OutputStream() {
                        @Override
                        public void write(int each) {
                          throw new AssertionError("one byte at a time");
                        }

                        @Override
                        public void write(byte[] bytes, int from, int length) {
                          began.countDown();
                          Await.open(mayEnd);
                          slowlyRead.write(bytes, from, length);
                        }
                      });
              return null;
            });
    Await.open(began);
    for (int i = 1; i <= 5; i++) {
      record(1000 * i, 1000 * (i + 1));
      final int now = 1000 * (i + 1);
      assertThat(threads.submit(this::text).get(20, TimeUnit.SECONDS))
          .contains("requests_total{otel_scope_name=\"scraped\"} " + now + '\n');
    }
    mayEnd.countDown();
    slow.get(20, TimeUnit.SECONDS);
    // What the slow one gets is what was collected for it.
    assertThat(slowlyRead.toString(StandardCharsets.UTF_8))
        .contains("requests_total{otel_scope_name=\"scraped\"} 1000\n")
        .doesNotContain("series=\"1000\"")
        .endsWith("# EOF\n");
  }
}
