package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LifecycleTest {

  /** A reader that counts what it is asked to do. */
  private static final class CountingReader implements MetricReader {
    private final AtomicInteger flushes = new AtomicInteger();
    private final AtomicInteger shutdowns = new AtomicInteger();
    private final CompletableResultCode result;
    private Aggregation histogramAggregation = Aggregation.defaultAggregation();
    private CollectionRegistration registration = CollectionRegistration.noop();

    CountingReader(CompletableResultCode result) {
      this.result = result;
    }

    @Override
    public void register(CollectionRegistration registration) {
      this.registration = registration;
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
      return type == InstrumentType.HISTOGRAM
          ? histogramAggregation
          : Aggregation.defaultAggregation();
    }

    @Override
    public CompletableResultCode forceFlush() {
      flushes.incrementAndGet();
      return result;
    }

    @Override
    public CompletableResultCode shutdown() {
      if (shutdowns.incrementAndGet() == 1 && !result.isSuccess()) {
        throw new AssertionError("cannot shut down");
      }
      return result;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }
  }

  @Test
  void flushAndShutdownReachEveryReaderOnceAndTellOfFailures() {
    final CountingReader good = new CountingReader(CompletableResultCode.ofSuccess());
    final CountingReader bad = new CountingReader(CompletableResultCode.ofFailure());
    try (LogCapture ignored = new LogCapture()) {
      final GlintMeterProvider provider =
          GlintMeterProvider.builder().registerMetricReader(bad).registerMetricReader(good).build();
      assertThat(provider.forceFlush().join(1, TimeUnit.SECONDS).isSuccess()).isFalse();
      assertThat(provider.shutdown().join(1, TimeUnit.SECONDS).isSuccess()).isFalse();
      assertThat(provider.shutdown().join(1, TimeUnit.SECONDS).isSuccess())
          .as("the result stays what it was")
          .isFalse();
      provider.close();
      assertThat(good.flushes).hasValue(1);
      assertThat(good.shutdowns).hasValue(1);
      assertThat(bad.shutdowns).hasValue(1);
    }
  }

  @Test
  void afterShutdownRecordingIsHarmlessAndNewMetersDoNothing() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
    provider.close();
    assertThatCode(() -> counter.add(1)).doesNotThrowAnyException();
    assertThat(counter.isEnabled()).isFalse();
    assertThat(provider.get("meter").counterBuilder("later").build().isEnabled()).isFalse();
  }

  @Test
  void afterShutdownNoSeriesIsMade() {
    final CountingReader reader = new CountingReader(CompletableResultCode.ofSuccess());
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
    final Attributes known = Attributes.of(AttributeKey.stringKey("key"), "known");
    counter.add(1, known);
    provider.close();
    counter.add(1, known);
    counter.add(1, Attributes.of(AttributeKey.stringKey("key"), "new"));
    assertThat(
            reader.registration.collectAllMetrics().iterator().next().getLongSumData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getAttributes()).isEqualTo(known));
  }

  @Test
  void aReaderServesOneProvider() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader);
    try (GlintMeterProvider provider = builder.build()) {
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another GlintMeterProvider");
      provider.get("meter").counterBuilder("counter").build().add(1);
      assertThat(reader.collectAllMetrics()).hasSize(1);
    }
  }

  @Test
  void withoutReadersNothingIsRecorded() {
    try (GlintMeterProvider provider = GlintMeterProvider.builder().build()) {
      assertThat(provider.get("meter").counterBuilder("counter").build().isEnabled()).isFalse();
    }
  }

  @Test
  void providersShareNothing() {
    final InMemoryMetricReader one = InMemoryMetricReader.create();
    final InMemoryMetricReader two = InMemoryMetricReader.create();
    try (GlintMeterProvider first = GlintMeterProvider.builder().registerMetricReader(one).build();
        GlintMeterProvider second =
            GlintMeterProvider.builder().registerMetricReader(two).build()) {
      first.get("meter").counterBuilder("counter").build().add(1);
      second.get("meter");
      assertThat(one.collectAllMetrics()).hasSize(1);
      assertThat(two.collectAllMetrics()).isEmpty();
    }
  }

  @Test
  void cumulativeReadersThatAskForTheSameShareTheirStorage() {
    final CountingReader one = new CountingReader(CompletableResultCode.ofSuccess());
    final CountingReader two = new CountingReader(CompletableResultCode.ofSuccess());
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(one)
            .registerMetricReader(two)
            .registerMetricReader(delta)
            .build()) {
      final LongCounter counter = provider.get("meter").counterBuilder("counter").build();
      assertThat(((SyncInstrument) counter).streams()).hasSize(2);
      counter.add(3);
      for (int i = 0; i < 2; i++) {
        assertThat(value(one.registration.collectAllMetrics())).isEqualTo(3);
        assertThat(value(two.registration.collectAllMetrics())).isEqualTo(3);
      }
      assertThat(value(delta.collectAllMetrics())).isEqualTo(3);
    }
  }

  private static long value(Collection<MetricData> metrics) {
    final LongPointData point =
        metrics.iterator().next().getLongSumData().getPoints().iterator().next();
    return point.getValue();
  }

  @Test
  void producersAreCollectedAndMayFail() {
    final InMemoryMetricReader producing = InMemoryMetricReader.create();
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final AtomicInteger calls = new AtomicInteger();
    try (LogCapture ignored = new LogCapture();
        GlintMeterProvider source =
            GlintMeterProvider.builder().registerMetricReader(producing).build();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .setResource(Resource.empty())
                .registerMetricReader(reader)
                .registerMetricProducer(
                    resource -> {
                      throw new IllegalStateException("no metrics");
                    })
                .registerMetricProducer(
                    resource -> {
                      calls.incrementAndGet();
                      assertThat(resource).isEqualTo(Resource.empty());
                      return producing.collectAllMetrics();
                    })
                .build()) {
      source.get("meter").counterBuilder("produced").build().add(4);
      provider.get("meter").counterBuilder("own").build().add(1);
      assertThat(reader.collectAllMetrics())
          .extracting(MetricData::getName)
          .containsExactlyInAnyOrder("own", "produced");
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void setUpErrorsAreFoundWhenTheProviderIsBuilt() {
    final CountingReader reader = new CountingReader(CompletableResultCode.ofSuccess());
    reader.histogramAggregation = new Aggregation() {};
    assertThatThrownBy(() -> GlintMeterProvider.builder().registerMetricReader(reader).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not supported")
        .hasMessageContaining("io.opentelemetry.sdk.metrics.Aggregation");
    final InMemoryMetricReader limited = InMemoryMetricReader.create();
    assertThatThrownBy(
            () -> GlintMeterProvider.builder().registerMetricReader(limited, type -> 0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cardinality limit");
    assertThatThrownBy(
            () ->
                GlintMeterProvider.builder()
                    .registerMetricReader(limited)
                    .registerMetricReader(limited))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("registered already");
  }

  @Test
  void manyThreadsMakingTheSameInstrumentGetOne() throws Exception {
    final int threads = 8;
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final CyclicBarrier start = new CyclicBarrier(threads);
      final List<Future<LongCounter>> counters =
          IntStream.range(0, threads)
              .mapToObj(
                  i ->
                      pool.submit(
                          () -> {
                            start.await(10, TimeUnit.SECONDS);
                            final LongCounter counter =
                                provider.get("meter").counterBuilder("counter").build();
                            counter.add(1);
                            return counter;
                          }))
              .toList();
      for (final Future<LongCounter> counter : counters) {
        assertThat(counter.get(10, TimeUnit.SECONDS)).isSameAs(counters.get(0).get());
      }
      assertThat(value(reader.collectAllMetrics())).isEqualTo(threads);
      assertThat(log.messages()).isEmpty();
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void anOpenTelemetryIsComposedOfAnotherOneAndGlint() {
    final OpenTelemetry others =
        OpenTelemetry.propagating(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
    try (GlintMeterProvider provider = GlintMeterProvider.builder().build()) {
      final OpenTelemetry composed = GlintOpenTelemetry.create(others, provider);
      assertThat(composed.getMeterProvider()).isSameAs(provider);
      assertThat(composed.getPropagators()).isSameAs(others.getPropagators());
      assertThat(composed.getTracerProvider()).isSameAs(others.getTracerProvider());
      assertThat(composed.getLogsBridge()).isSameAs(others.getLogsBridge());
    }
  }
}
