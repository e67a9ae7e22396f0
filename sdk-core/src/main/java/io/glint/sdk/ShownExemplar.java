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
 * numbers. Not changed while a point shows it; {@link VisibleExemplars} says when it is used again.
 */
abstract sealed class ShownExemplar extends SpanIds implements ExemplarData {
  private Attributes filteredAttributes = Attributes.empty();
  private long epochNanos;

  /** True if it was set since its series was last collected, where that is of interest. */
  boolean isFresh;

  private ShownExemplar() {}

  /** Of an instrument that records longs, or doubles. */
  static ShownExemplar create(boolean isLong) {
    return isLong ? new OfLong() : new OfDouble();
  }

  /**
   * One that was made outside of a span.
   *
   * @param bits the value, or the bits of it
   */
  static ShownExemplar ofNoSpan(
      boolean isLong, long bits, Attributes filteredAttributes, long epochNanos) {
    final ShownExemplar exemplar = create(isLong);
    exemplar.setBits(bits);
    exemplar.filteredAttributes = filteredAttributes;
    exemplar.epochNanos = epochNanos;
    return exemplar;
  }

  /** Becomes a copy of an exemplar of the same type of instrument. */
  final ShownExemplar set(Exemplar exemplar, Attributes filteredAttributes, long epochNanos) {
    setFrame(filteredAttributes, epochNanos, exemplar);
    setValue(exemplar);
    isFresh = true;
    return this;
  }

  /** Lets go of the attributes and the span, which would otherwise live on unseen. */
  final void clear() {
    setFilteredAttributes(Attributes.empty());
    clearSpan();
  }

  final void setFrame(Attributes filteredAttributes, long epochNanos, SpanIds span) {
    setSpan(span);
    setFilteredAttributes(filteredAttributes);
    this.epochNanos = epochNanos;
  }

  /** They are none nearly always; see {@link AbstractPoint#setFrame}. */
  private void setFilteredAttributes(Attributes filteredAttributes) {
    if (this.filteredAttributes != filteredAttributes) {
      this.filteredAttributes = filteredAttributes;
    }
  }

  abstract void setValue(Exemplar exemplar);

  abstract void setBits(long bits);

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
    private double value;

    @Override
    void setValue(Exemplar exemplar) {
      value = exemplar.doubleValue();
    }

    @Override
    void setBits(long bits) {
      value = Double.longBitsToDouble(bits);
    }

    @Override
    ShownExemplar at(long time) {
      final OfDouble moved = new OfDouble();
      moved.setFrame(getFilteredAttributes(), time, this);
      moved.value = value;
      return moved;
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
    private long value;

    @Override
    void setValue(Exemplar exemplar) {
      value = exemplar.longValue();
    }

    @Override
    void setBits(long bits) {
      value = bits;
    }

    @Override
    ShownExemplar at(long time) {
      final OfLong moved = new OfLong();
      moved.setFrame(getFilteredAttributes(), time, this);
      moved.value = value;
      return moved;
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
