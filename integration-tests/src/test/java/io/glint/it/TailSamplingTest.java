package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.ExemplarReport.SpanMark;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An exemplar leads to a trace that a tail sampler has kept, if spans are marked. */
@Tag("long")
@Timeout(120)
class TailSamplingTest {
  private static final int THREADS = 2;
  private static final int REQUESTS_OF_EACH = 20_000;
  private static final int INTERVALS = 5;

  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final TailSampler sampler = new TailSampler();
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder().addSpanProcessor(sampler).build();

  /**
   * As a collector does it: waits for the whole trace, and then keeps it if a span of it is marked,
   * and otherwise one in a hundred.
   */
  private static final class TailSampler implements SpanProcessor {
    private static final AttributeKey<String> EXEMPLAR = AttributeKey.stringKey("exemplar");

    private final Map<String, Boolean> isMarkedByTrace = new ConcurrentHashMap<>();
    private final Set<String> kept = ConcurrentHashMap.newKeySet();

    @Override
    public void onStart(Context parentContext, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      final String trace = span.getSpanContext().getTraceId();
      final boolean isMarked =
          isMarkedByTrace.merge(
              trace, "true".equals(span.getAttribute(EXEMPLAR)), Boolean::logicalOr);
      if (!span.getParentSpanContext().isValid()) {
        isMarkedByTrace.remove(trace);
        // The last digits of an id are random.
        if (isMarked || Long.parseLong(trace.substring(20), 16) % 100 == 0) {
          kept.add(trace);
        }
      }
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  @Test
  void everyTraceThatAnExemplarLeadsToIsKeptIfSpansAreMarked() throws Exception {
    final Set<String> traces;
    final long marked;
    try (GlintMeterProvider provider = provider(true)) {
      traces = tracesOfExemplars(provider);
      marked =
          provider.explainExemplars().metrics().stream()
              .mapToLong(metric -> metric.spanMarks().orElseThrow().get(SpanMark.MARKED))
              .sum();
      assertThat(provider.explainExemplars().metrics())
          .allSatisfy(
              metric ->
                  assertThat(metric.spanMarks().orElseThrow())
                      .as("spans that could not be marked")
                      .containsEntry(SpanMark.REMOTE, 0L)
                      .containsEntry(SpanMark.NOT_RECORDING, 0L)
                      .containsEntry(SpanMark.FAILED, 0L));
    }
    assertThat(traces).hasSizeGreaterThan(50);
    assertThat(sampler.kept).containsAll(traces);
    final int requests = THREADS * REQUESTS_OF_EACH * INTERVALS;
    System.out.printf(
        "tail sampling, marked: %d requests, %d traces of exemplars, all kept; %d marks, %d traces"
            + " kept in all%n",
        requests, traces.size(), marked, sampler.kept.size());
    assertThat(sampler.kept.size()).as("it is still a sample").isLessThan(requests / 10);
  }

  @Test
  void withoutMarksAboutOneInAHundredIs() throws Exception {
    final Set<String> traces;
    try (GlintMeterProvider provider = provider(false)) {
      traces = tracesOfExemplars(provider);
    }
    final int of = traces.size();
    assertThat(of).isGreaterThan(50);
    traces.retainAll(sampler.kept);
    System.out.printf(
        "tail sampling, not marked: %d traces of exemplars, %d kept%n", of, traces.size());
    assertThat(traces.size()).isLessThan(of / 5);
  }

  private GlintMeterProvider provider(boolean marksSpans) {
    return GlintMeterProvider.builder()
        .registerMetricReader(cumulative)
        .registerMetricReader(delta)
        .setExemplarSpanMarking(marksSpans)
        .build();
  }

  /** Plays some intervals, and returns the traces of all exemplars that readers were handed. */
  private Set<String> tracesOfExemplars(GlintMeterProvider provider) throws Exception {
    final DoubleHistogram duration = provider.get("shop").histogramBuilder("duration").build();
    final LongCounter orders = provider.get("shop").counterBuilder("orders").build();
    final Set<String> traces = new HashSet<>();
    final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int interval = 0; interval < INTERVALS; interval++) {
        final List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          final int seed = THREADS * interval + thread;
          running.add(threads.submit(() -> serve(duration, orders, seed)));
        }
        // Collections race with recording, as they do in a service.
        while (running.stream().anyMatch(future -> !future.isDone())) {
          addTraces(traces);
          TimeUnit.MILLISECONDS.sleep(200);
        }
        for (final Future<?> future : running) {
          future.get();
        }
        addTraces(traces);
      }
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
    return traces;
  }

  private void addTraces(Set<String> traces) {
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      for (final MetricData metric : reader.collectAllMetrics()) {
        metric
            .getData()
            .getPoints()
            .forEach(
                point -> {
                  for (final ExemplarData exemplar : point.getExemplars()) {
                    traces.add(exemplar.getSpanContext().getTraceId());
                  }
                });
      }
    }
  }

  /** Requests whose payment, a span within that of the request, is measured. */
  private void serve(DoubleHistogram duration, LongCounter orders, int seed) {
    final Tracer tracer = tracers.get("shop");
    final SplittableRandom random = new SplittableRandom(seed);
    final AttributeKey<String> country = AttributeKey.stringKey("country");
    for (int i = 0; i < REQUESTS_OF_EACH; i++) {
      final Attributes attributes = Attributes.of(country, random.nextInt(2) == 0 ? "NO" : "FR");
      final Span request = tracer.spanBuilder("request").startSpan();
      try (Scope inRequest = request.makeCurrent()) {
        final Span payment = tracer.spanBuilder("payment").startSpan();
        try (Scope inPayment = payment.makeCurrent()) {
          duration.record(Math.exp(10 * random.nextDouble()), attributes);
        }
        payment.end();
        orders.add(1, attributes);
      }
      request.end();
    }
  }
}
