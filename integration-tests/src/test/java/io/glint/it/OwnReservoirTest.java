package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reservoir that docs/exemplars.md shows how to write. */
@Timeout(60)
class OwnReservoirTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/exemplars.md");

  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .registerMetricReader(reader)
          .registerView(
              InstrumentSelector.builder().setName("*").build(),
              GlintView.builder().setExemplarReservoir(TenantReservoir.preferring("acme")).build())
          .build();
  private final DoubleHistogram histogram =
      provider
          .get("own")
          .histogramBuilder("latency")
          .setExplicitBucketBoundariesAdvice(List.of(10d, 100d))
          .build();

  @AfterEach
  void close() {
    provider.close();
  }

  private static Context request(String tenant, int number) {
    return Context.root()
        .with(Baggage.builder().put("tenant", tenant).build())
        .with(
            Span.wrap(
                SpanContext.create(
                    String.format("%032x", number),
                    String.format("%016x", number),
                    TraceFlags.getSampled(),
                    TraceState.getDefault())));
  }

  private MetricData collect() {
    return reader.collectAllMetrics().iterator().next();
  }

  private List<Double> exemplars() {
    return collect().getHistogramData().getPoints().iterator().next().getExemplars().stream()
        .map(DoubleExemplarData::getValue)
        .toList();
  }

  @Test
  void theFirstOfTheTenantIsKeptInEachBucketOrElseTheFirstOfAll() {
    histogram.record(1, Attributes.empty(), request("other", 1));
    histogram.record(2, Attributes.empty(), request("acme", 2));
    histogram.record(3, Attributes.empty(), request("acme", 3));
    histogram.record(11, Attributes.empty(), request("other", 4));
    histogram.record(12, Attributes.empty(), request("other", 5));
    assertThat(exemplars()).containsExactly(2d, 11d);
    histogram.record(4, Attributes.empty(), request("other", 6));
    assertThat(exemplars()).as("a new interval").containsExactly(4d);
  }

  @Test
  void itServesInstrumentsOfLongValues() {
    final LongCounter counter = provider.get("own").counterBuilder("orders").build();
    counter.add(1, Attributes.empty(), request("other", 1));
    counter.add(2, Attributes.empty(), request("acme", 2));
    assertThat(collect().getLongSumData().getPoints().iterator().next().getExemplars())
        .extracting(LongExemplarData::getValue)
        .containsExactly(2L);
  }

  /** The cells of one series have a reservoir each, which the collection joins. */
  @Test
  void theTenantIsPreferredAmongThreadsToo() throws Exception {
    final int threads = 4;
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      final CountDownLatch start = new CountDownLatch(1);
      final List<Future<?>> recorders = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        final int number = thread + 1;
        recorders.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int i = 0; i < 50_000; i++) {
                    final boolean isTenant = number == threads && i == 25_000;
                    histogram.record(
                        isTenant ? 7 : 1,
                        Attributes.empty(),
                        request(isTenant ? "acme" : "other", number));
                  }
                  return null;
                }));
      }
      start.countDown();
      for (final Future<?> recorder : recorders) {
        recorder.get(30, TimeUnit.SECONDS);
      }
      assertThat(exemplars()).containsExactly(7d);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void theReservoirInTheDocsIsThisOne() throws Exception {
    final String source =
        Files.readString(Path.of("src/test/java/io/glint/it/TenantReservoir.java"));
    assertThat(Files.readString(PAGE)).contains(source.substring(source.indexOf("/**")).strip());
  }

  @Test
  void theTestsThatTheDocsNameExist() throws Exception {
    final TestSources tests = new TestSources(ROOT);
    final Matcher named =
        Pattern.compile("`((?:ContextAcrossThreads|OwnReservoir|BadReservoirs)Test\\.\\w+)`")
            .matcher(Files.readString(PAGE));
    final List<String> names = new ArrayList<>();
    while (named.find()) {
      names.add("integration-tests/" + named.group(1));
    }
    assertThat(names).hasSizeGreaterThan(20).allMatch(tests::contains);
  }
}
