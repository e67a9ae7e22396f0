package io.glint.testing;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;

/** An exemplar that has the ids of its span as numbers, and must not be asked for its context. */
public final class NumberedExemplar extends ReadableSpanIds implements DoubleExemplarData {
  private final Exemplar exemplar = new Exemplar();

  public NumberedExemplar(double value, long epochNanos, SpanContext context) {
    exemplar.setDouble(
        value, epochNanos, Attributes.empty(), Context.root().with(Span.wrap(context)));
    setSpan(exemplar);
  }

  public NumberedExemplar outranked() {
    setOutranked(true);
    return this;
  }

  @Override
  public double getValue() {
    return exemplar.doubleValue();
  }

  @Override
  public long getEpochNanos() {
    return exemplar.epochNanos();
  }

  @Override
  public Attributes getFilteredAttributes() {
    return Attributes.empty();
  }

  @Override
  public SpanContext getSpanContext() {
    throw new AssertionError("would allocate strings");
  }
}
