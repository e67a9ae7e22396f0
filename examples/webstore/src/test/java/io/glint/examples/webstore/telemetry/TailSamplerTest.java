package io.glint.examples.webstore.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TailSamplerTest {

  private static final String ID = "0af7651916cd43dd8448000000000001";

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final Tracer tracer =
      SdkTracerProvider.builder()
          .addSpanProcessor(new TailSampler(SimpleSpanProcessor.create(exported)))
          .build()
          .get("test");

  @Test
  void aTraceThatAnExemplarLeadsToIsHandedOnWholeOnceItIsOver() {
    final Span root = start(ID);
    final Span child = tracer.spanBuilder("child").setParent(Context.root().with(root)).startSpan();
    child.setAttribute("exemplar", "true").end();
    assertThat(exported.getFinishedSpanItems()).isEmpty();
    root.end();

    assertThat(exported.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly("child", "root");
  }

  @Test
  void soAreFailedAndSlowOnes() {
    assertThat(kept(span -> span.setStatus(StatusCode.ERROR).end())).isTrue();
    assertThat(kept(span -> span.end(endOfASlowOne(), TimeUnit.MILLISECONDS))).isTrue();
  }

  @Test
  void ofTheOthersOneInAHundredIs() {
    int count = 0;
    for (int i = 0; i < 1_000; i++) {
      exported.reset();
      start("0af7651916cd43dd8448%012x".formatted(i)).end();
      count += exported.getFinishedSpanItems().size();
    }

    assertThat(count).isEqualTo(10);
  }

  private boolean kept(Consumer<Span> end) {
    exported.reset();
    end.accept(start(ID));
    return !exported.getFinishedSpanItems().isEmpty();
  }

  private static long endOfASlowOne() {
    return System.currentTimeMillis() + 2_000;
  }

  private Span start(String traceId) {
    final SpanContext caller =
        SpanContext.createFromRemoteParent(
            traceId, "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());
    return tracer.spanBuilder("root").setParent(Context.root().with(Span.wrap(caller))).startSpan();
  }
}
