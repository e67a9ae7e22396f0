package io.glint.bench;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Spans as the tracing of a service starts them: by the stock SDK, recording, and sampled. */
public final class Spans {
  private static final SdkTracerProvider TRACER_PROVIDER =
      SdkTracerProvider.builder().addSpanProcessor(new IdleProcessor()).build();

  private Spans() {}

  public static Span startSampled() {
    final Span span = TRACER_PROVIDER.get("io.glint.bench").spanBuilder("request").startSpan();
    if (!span.getSpanContext().isSampled()) {
      throw new IllegalStateException("Not sampled: " + span);
    }
    return span;
  }

  /** Does nothing, but must be there: without a processor the SDK starts no real spans. */
  private static final class IdleProcessor implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return false;
    }
  }
}
