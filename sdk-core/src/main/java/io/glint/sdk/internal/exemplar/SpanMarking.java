package io.glint.sdk.internal.exemplar;

import io.glint.sdk.exemplar.ExemplarReport.SpanMark;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Marks the spans of measurements that the reservoirs of a stream keep, so that a tail sampler can
 * keep their traces, and counts what became of it. Thread-safe.
 *
 * <p>A span is user code, which may lock, allocate and throw. So it is marked by the recorder after
 * that has given its cell back: no other thread can come to wait for it.
 */
public final class SpanMarking {
  private static final Logger LOGGER = Logger.getLogger(SpanMarking.class.getName());

  /** A string, as that is what the Prometheus client sets. */
  private static final String VALUE = "true";

  private final AttributeKey<String> key;

  /** Never changes but for its counters. */
  private final Map<SpanMark, AtomicLong> counts = new EnumMap<>(SpanMark.class);

  private final DeferredReport failures;

  SpanMarking(AttributeKey<String> key, String instrumentName, DropCounters losses) {
    this.key = key;
    for (final SpanMark mark : SpanMark.values()) {
      counts.put(mark, new AtomicLong());
    }
    this.failures =
        new DeferredReport(losses, /* reason= */ null, LOGGER, unused -> ofFailure(instrumentName));
  }

  /** Marks the span of a context, if there is one. Never throws and never logs. */
  void mark(@Nullable Context context) {
    try {
      if (context != null) {
        mark(Span.fromContext(context));
      }
    } catch (Throwable t) {
      ExemplarSampling.report(failures, t);
    }
  }

  @SuppressWarnings("NullAway") // There is a counter for each mark.
  private void mark(Span span) {
    SpanMark mark = SpanMark.FAILED;
    try {
      if (span.isRecording()) {
        span.setAttribute(key, VALUE);
        mark = SpanMark.MARKED;
      } else {
        final SpanContext spanContext = span.getSpanContext();
        if (!spanContext.isValid()) {
          // No span at all, and no trace that could be kept.
          mark = null;
        } else {
          mark = spanContext.isRemote() ? SpanMark.REMOTE : SpanMark.NOT_RECORDING;
        }
      }
    } finally {
      if (mark != null) {
        counts.get(mark).getAndIncrement();
      }
    }
  }

  /** What became of it up to now. */
  public Map<SpanMark, Long> counts() {
    final Map<SpanMark, Long> counts = new EnumMap<>(SpanMark.class);
    this.counts.forEach((mark, count) -> counts.put(mark, count.get()));
    return counts;
  }

  private static String ofFailure(String instrumentName) {
    return "The span of an exemplar of "
        + instrumentName
        + " could not be marked. Measurement and exemplar are kept; a tail sampler may drop the"
        + " trace. Check the tracing SDK that made the span";
  }
}
