package io.glint.examples.webstore.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TraceStoreTest {

  private static final int CAPACITY = 3;

  private final TraceStore store = new TraceStore(CAPACITY);
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder().addSpanProcessor(store).build();
  private final Tracer tracer = tracers.get("test");

  @AfterEach
  void close() {
    tracers.close();
  }

  @Test
  void onlyTheNewestTracesAreKept() {
    final String first = trace();
    final String second = trace();
    traces(CAPACITY - 1);

    assertThat(store.find(first)).isEmpty();
    assertThat(store.find(second)).isPresent();
    assertThat(store.size()).isEqualTo(CAPACITY);
  }

  @Test
  void aPinnedTraceOutlivesAnyNumberOfNewerOnes() {
    final String exemplar = trace();
    store.pin("test", Set.of(exemplar));
    traces(10 * CAPACITY);

    assertThat(store.find(exemplar)).get().returns(true, Trace::pinned);
    assertThat(store.size()).isEqualTo(CAPACITY + 1);
  }

  @Test
  void aTraceThatIsPinnedBeforeItArrivesOutlivesAnyNumberOfNewerOnes() {
    final String late = "0af7651916cd43dd8448eb211c80319c";
    store.pin("test", Set.of(late));
    store.add(
        late,
        new TraceSpan(
            "b7ad6b7169203331",
            "",
            "POST",
            SpanKind.SERVER,
            1,
            2,
            Optional.empty(),
            Attributes.empty(),
            List.of()));
    traces(10 * CAPACITY);

    assertThat(store.find(late)).get().returns(true, Trace::pinned);
  }

  @Test
  void aRequestUnderWayIsNotAmongTheSlowest() {
    final Span request = tracer.spanBuilder("request").startSpan();
    tracer.spanBuilder("step").setParent(Context.root().with(request)).startSpan().end();

    assertThat(store.slowest(1)).isEmpty();
    assertThat(store.find(request.getSpanContext().getTraceId())).isPresent();
    request.end();
    assertThat(store.slowest(1)).singleElement().returns("request", Trace::name);
  }

  @Test
  void aTraceNoLongerPinnedAnswersForAWhileAsIfItWereNew() {
    final String exemplar = trace();
    store.pin("test", Set.of(exemplar));
    traces(CAPACITY);
    store.pin("test", Set.of());
    traces(CAPACITY - 1);

    assertThat(store.find(exemplar)).get().returns(false, Trace::pinned);
    trace();
    assertThat(store.find(exemplar)).isEmpty();
  }

  @Test
  void aTraceIsKeptUntilItsLastHolderLetsGoOfIt() {
    final String exemplar = trace();
    store.pin("endpoint", Set.of(exemplar));
    store.pin("heat map", Set.of(exemplar));
    store.pin("endpoint", Set.of());
    traces(10 * CAPACITY);

    assertThat(store.find(exemplar)).get().returns(true, Trace::pinned);
    store.pin("heat map", Set.of());
    traces(CAPACITY);
    assertThat(store.find(exemplar)).isEmpty();
  }

  @Test
  void aTraceIsKnownBeforeItsFirstSpanEnds() {
    final Span span = tracer.spanBuilder("slow").startSpan();
    final String id = span.getSpanContext().getTraceId();
    store.pin("test", Set.of(id));

    assertThat(store.find(id)).get().returns(1, Trace::running);
    span.end();
    assertThat(store.find(id)).get().returns(0, Trace::running).returns("slow", Trace::name);
  }

  @Test
  void aSpanOfATraceLongGoneIsDropped() {
    final Span span = tracer.spanBuilder("late").startSpan();
    traces(CAPACITY);
    span.end();

    assertThat(store.find(span.getSpanContext().getTraceId())).isEmpty();
    assertThat(store.size()).isEqualTo(CAPACITY);
  }

  @Test
  void oneTraceCannotGrowWithoutBound() {
    final Span root = tracer.spanBuilder("root").startSpan();
    for (int i = 0; i < 1_000; i++) {
      tracer.spanBuilder("child").setParent(Context.root().with(root)).startSpan().end();
    }
    root.end();

    assertThat(store.find(root.getSpanContext().getTraceId()).orElseThrow().spans())
        .hasSizeLessThan(1_000);
  }

  private void traces(int count) {
    for (int i = 0; i < count; i++) {
      trace();
    }
  }

  private String trace() {
    final Span span = tracer.spanBuilder("request").startSpan();
    span.end();
    return span.getSpanContext().getTraceId();
  }
}
