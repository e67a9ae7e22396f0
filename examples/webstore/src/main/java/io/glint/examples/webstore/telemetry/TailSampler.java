package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.shop.Signals;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A small tail sampler, as a Collector has one: it waits until all spans of a trace have ended, and
 * hands on the traces that an exemplar leads to, that were slow or failed, and one in a hundred of
 * the others. Glint marks the spans that exemplars lead to.
 */
final class TailSampler implements SpanProcessor {

  private static final AttributeKey<String> MARK = AttributeKey.stringKey("exemplar");
  private static final long SLOW_NANOS =
      (long) (Signals.SLOW_SECONDS * TimeUnit.SECONDS.toNanos(1));
  private static final int ONE_IN = 100;

  /** Where the random digits of a trace id begin that are looked at. */
  private static final int RANDOM_DIGITS = 20;

  private final SpanProcessor next;
  private final Map<String, Waiting> waiting = new HashMap<>();

  /** Creates one in front of another processor, which needs to know the end of spans only. */
  TailSampler(SpanProcessor next) {
    this.next = next;
  }

  /** A trace that is not over. */
  private static final class Waiting {
    private final List<ReadableSpan> ended = new ArrayList<>(8);
    private int running;
    private boolean kept;
  }

  @Override
  public synchronized void onStart(Context parent, ReadWriteSpan span) {
    waiting.computeIfAbsent(span.getSpanContext().getTraceId(), id -> new Waiting()).running++;
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    final Waiting over = over(span);
    if (over != null && over.kept) {
      over.ended.forEach(next::onEnd);
    }
  }

  /** Adds a span to its trace. Returns the trace if it is over now, or else null. */
  private synchronized Waiting over(ReadableSpan span) {
    final String traceId = span.getSpanContext().getTraceId();
    final Waiting trace = waiting.get(traceId);
    if (trace == null) {
      return null;
    }
    trace.ended.add(span);
    trace.kept |= isWanted(span);
    if (--trace.running > 0) {
      return null;
    }
    trace.kept |= Long.parseLong(traceId.substring(RANDOM_DIGITS), 16) % ONE_IN == 0;
    return waiting.remove(traceId);
  }

  private static boolean isWanted(ReadableSpan span) {
    return "true".equals(span.getAttribute(MARK))
        || span.getLatencyNanos() >= SLOW_NANOS
        || span.toSpanData().getStatus().getStatusCode() == StatusCode.ERROR;
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return next.forceFlush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return next.shutdown();
  }
}
