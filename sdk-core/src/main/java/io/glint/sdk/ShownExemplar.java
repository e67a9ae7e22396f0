package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.SpanIds;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;

/**
 * An exemplar as points show it, for as long as they do: so it keeps the ids of its span as
 * numbers. Immutable.
 */
abstract sealed class ShownExemplar extends SpanIds implements ExemplarData {
  private final Attributes filteredAttributes;
  private final long epochNanos;

  private ShownExemplar(Attributes filteredAttributes, long epochNanos, SpanIds span) {
    this.filteredAttributes = filteredAttributes;
    this.epochNanos = epochNanos;
    setSpan(span);
  }

  /** Copies an exemplar of an instrument that records doubles. */
  static ShownExemplar ofDouble(Exemplar exemplar, Attributes filteredAttributes) {
    return new OfDouble(
        filteredAttributes, exemplar.epochNanos(), exemplar, exemplar.doubleValue());
  }

  /** Copies an exemplar of an instrument that records longs. */
  static ShownExemplar ofLong(Exemplar exemplar, Attributes filteredAttributes) {
    return new OfLong(filteredAttributes, exemplar.epochNanos(), exemplar, exemplar.longValue());
  }

  /** The same measurement, said to be of another time. */
  abstract ShownExemplar at(long time);

  @Override
  public final Attributes getFilteredAttributes() {
    return filteredAttributes;
  }

  @Override
  public final long getEpochNanos() {
    return epochNanos;
  }

  @Override
  public final SpanContext getSpanContext() {
    return spanContext();
  }

  final boolean hasSameOrigin(ExemplarData other) {
    return epochNanos == other.getEpochNanos()
        && filteredAttributes.equals(other.getFilteredAttributes())
        && getSpanContext().equals(other.getSpanContext());
  }

  final int hashCode(long valueBits) {
    return ((filteredAttributes.hashCode() * 31 + Long.hashCode(epochNanos)) * 31
                + getSpanContext().hashCode())
            * 31
        + Long.hashCode(valueBits);
  }

  final String describe(String type, Object value) {
    return type
        + "{filteredAttributes="
        + filteredAttributes
        + ", epochNanos="
        + epochNanos
        + ", spanContext="
        + getSpanContext()
        + ", value="
        + value
        + "}";
  }

  private static final class OfDouble extends ShownExemplar implements DoubleExemplarData {
    private final double value;

    OfDouble(Attributes filteredAttributes, long epochNanos, SpanIds span, double value) {
      super(filteredAttributes, epochNanos, span);
      this.value = value;
    }

    @Override
    ShownExemplar at(long time) {
      return new OfDouble(getFilteredAttributes(), time, this, value);
    }

    @Override
    public double getValue() {
      return value;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof DoubleExemplarData other
          && Double.compare(value, other.getValue()) == 0
          && hasSameOrigin(other);
    }

    @Override
    public int hashCode() {
      return hashCode(Double.doubleToLongBits(value));
    }

    @Override
    public String toString() {
      return describe("DoubleExemplarData", value);
    }
  }

  private static final class OfLong extends ShownExemplar implements LongExemplarData {
    private final long value;

    OfLong(Attributes filteredAttributes, long epochNanos, SpanIds span, long value) {
      super(filteredAttributes, epochNanos, span);
      this.value = value;
    }

    @Override
    ShownExemplar at(long time) {
      return new OfLong(getFilteredAttributes(), time, this, value);
    }

    @Override
    public long getValue() {
      return value;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof LongExemplarData other
          && value == other.getValue()
          && hasSameOrigin(other);
    }

    @Override
    public int hashCode() {
      return hashCode(value);
    }

    @Override
    public String toString() {
      return describe("LongExemplarData", value);
    }
  }
}
