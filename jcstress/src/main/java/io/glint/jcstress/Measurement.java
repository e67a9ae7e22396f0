package io.glint.jcstress;

import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.exemplar.ExemplarAttributeFilter;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;

/** A measurement whose value, attributes and span each tell which one it is. */
final class Measurement {
  static final Measurement ONE = new Measurement("1", 1, Fixture.B);
  static final Measurement TWO = new Measurement("2", 2, Fixture.C);

  /** In the upper bucket, unlike the other two. */
  static final Measurement TWENTY = new Measurement("20", 20, Fixture.C);

  /** Larger than the other three together. */
  static final Measurement HUNDRED = new Measurement("100", 100, Fixture.B);

  private static final List<Measurement> ALL = List.of(ONE, TWO, TWENTY, HUNDRED);

  private final String name;
  private final double value;
  private final Attributes attributes;
  private final Context context;

  private Measurement(String name, double value, Attributes attributes) {
    this.name = name;
    this.value = value;
    this.attributes = attributes;
    this.context =
        Context.root()
            .with(
                Span.wrap(
                    SpanContext.create(
                        "0".repeat(32 - name.length()) + name,
                        "0".repeat(16 - name.length()) + name,
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
  }

  private static final ExemplarAttributeFilter NOTHING_REMOVED =
      new ExemplarAttributeFilter(null, ExemplarAttributes.none());

  /** The measurement of this value; null if there is none. */
  static Measurement of(double value) {
    for (final Measurement measurement : ALL) {
      if (measurement.value == value) {
        return measurement;
      }
    }
    return null;
  }

  void recordInto(MetricStream stream) {
    stream.recordDouble(value, attributes, context);
  }

  Context context() {
    return context;
  }

  /** True if every part of {@code exemplar} comes from this measurement. */
  boolean isSource(ExemplarData exemplar, Attributes ofPoint) {
    return exemplar.getEpochNanos() == Fixture.NOW && isSourceAtAnyTime(exemplar, ofPoint);
  }

  /** As {@link #isSource}, where the clock does not stand still. */
  boolean isSourceAtAnyTime(ExemplarData exemplar, Attributes ofPoint) {
    return exemplar.getSpanContext().equals(Span.fromContext(context).getSpanContext())
        && exemplar.getFilteredAttributes().equals(NOTHING_REMOVED.apply(attributes, ofPoint));
  }

  @Override
  public String toString() {
    return name;
  }
}
