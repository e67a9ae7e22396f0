package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.shop.Signals;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/**
 * Metrics made from spans, as the Collector's span metrics connector makes them, with its labels. A
 * span that is not sampled never gets here, as it never gets to a collector.
 */
final class SpanMetrics implements SpanProcessor {

  private static final AttributeKey<String> NAME = AttributeKey.stringKey("span.name");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("span.kind");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status.code");

  private final DoubleHistogram duration;
  private final LongCounter byUrl;
  private volatile boolean countsUrls;

  SpanMetrics(Meter meter) {
    duration =
        meter
            .histogramBuilder(Signals.SPAN_DURATION)
            .setUnit("s")
            .setDescription("Time from the begin to the end of a span.")
            .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
            .build();
    byUrl =
        meter
            .counterBuilder(Signals.SPANS_BY_URL)
            .setUnit("{span}")
            .setDescription("Spans of requests, by the URL: a label that should not be one.")
            .build();
  }

  /** From now on requests are counted by their URL, too. */
  void countUrls() {
    countsUrls = true;
  }

  boolean countsUrls() {
    return countsUrls;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    // The span is over and no longer current: without it there would be no exemplar.
    final Context context = Context.root().with(Span.wrap(span.getSpanContext()));
    duration.record(
        span.getLatencyNanos() / 1e9,
        Attributes.of(
            NAME,
            span.getName(),
            KIND,
            "SPAN_KIND_" + span.getKind(),
            STATUS,
            "STATUS_CODE_" + span.toSpanData().getStatus().getStatusCode()),
        context);
    final String url = span.getAttribute(Signals.URL_PATH);
    if (countsUrls && url != null) {
      byUrl.add(1, Attributes.of(Signals.URL_PATH, url), context);
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }
}
