package io.glint.examples.webstore.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.traces.ShownTraces;
import io.glint.examples.webstore.traces.TraceStore;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PinningReaderTest {

  private static final int CAPACITY = 10;
  private static final ExemplarOutcomes NONE = (scope, metric, outcome) -> 0;

  private final TraceStore store = new TraceStore(CAPACITY);
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder().addSpanProcessor(store).build();

  @Test
  void theTraceOfAnOldExemplarInARarelyHitBucketStillAnswers() {
    // A manual reader will do for the one that is scraped.
    final PinningReader reader =
        new PinningReader(ManualReader.cumulative(), NONE, new ShownTraces(store, 0));
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram payments =
          meters.get("test").histogramBuilder(Signals.PAYMENT_DURATION).build();
      final String slow = pay(payments, 2_000);
      reader.collect();
      for (int i = 0; i < 10 * CAPACITY; i++) {
        pay(payments, 20);
        if (i % (CAPACITY / 2) == 0) {
          reader.collect();
        }
      }
      final Set<String> shown = Exemplars.traceIds(reader.collect());

      assertThat(shown).hasSize(2).contains(slow);
      assertThat(shown).allSatisfy(id -> assertThat(store.find(id)).isPresent());
    }
  }

  @Test
  void theTraceOfAnExemplarThatWasReplacedAnswersForAsLongAsAServerHasTheExemplar() {
    final int late = 3 * CAPACITY;
    final PinningReader reader =
        new PinningReader(ManualReader.cumulative(), NONE, new ShownTraces(store, late));
    final List<String> shown = new ArrayList<>();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram payments =
          meters.get("test").histogramBuilder(Signals.PAYMENT_DURATION).build();
      for (int i = 0; i < 10 * CAPACITY; i++) {
        pay(payments, 20);
        shown.addAll(Exemplars.traceIds(reader.collect()));
      }
    }

    assertThat(shown.subList(shown.size() - late, shown.size()))
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(store.find(id)).isPresent());
    assertThat(store.size()).as("no more than that").isLessThanOrEqualTo(late + CAPACITY);
  }

  private String pay(DoubleHistogram payments, double millis) {
    final Span span = tracers.get("test").spanBuilder("payment.charge").startSpan();
    payments.record(millis, Attributes.empty(), Context.root().with(span));
    span.end();
    return span.getSpanContext().getTraceId();
  }
}
