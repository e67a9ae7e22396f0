package io.glint.sdk.internal.exemplar;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.internal.ReadableSpanIds;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;

/**
 * An exemplar as points show it, for as long as they do: so it keeps the ids of its span as
 * numbers. Not changed while a point shows it; {@link RetainedExemplars} says when it is used
 * again.
 */
public abstract sealed class MutableExemplarData extends ReadableSpanIds implements ExemplarData {
  /**
   * The slot of one that has lost its slot. What a reservoir keeps in the slot of this number
   * counts as having none either.
   */
  private static final char NO_SLOT = Character.MAX_VALUE;

  private Attributes filteredAttributes = Attributes.empty();
  private long epochNanos;

  /** The slot of the reservoir that it has come from, and holds until that is filled again. */
  private char slot;

  private MutableExemplarData() {}

  /** Of an instrument that records longs, or doubles. */
  public static MutableExemplarData create(boolean isLong) {
    return isLong ? new OfLong() : new OfDouble();
  }

  /**
   * One that was made outside of a span.
   *
   * @param bits the value, or the bits of it
   */
  public static MutableExemplarData ofNoSpan(
      boolean isLong, long bits, Attributes filteredAttributes, long epochNanos) {
    final MutableExemplarData exemplar = create(isLong);
    exemplar.setBits(bits);
    exemplar.filteredAttributes = filteredAttributes;
    exemplar.epochNanos = epochNanos;
    return exemplar;
  }

  /**
   * Becomes a copy of an exemplar of the same type of instrument.
   *
   * @param slot of the reservoir, at most {@link Character#MAX_VALUE}
   * @param epochNanos its time
   */
  public final MutableExemplarData set(
      int slot, Exemplar exemplar, long epochNanos, Attributes filteredAttributes) {
    setSpan(exemplar);
    setOutranked(false);
    setFilteredAttributes(filteredAttributes);
    setValue(exemplar);
    this.epochNanos = epochNanos;
    this.slot = (char) slot;
    return this;
  }

  /** The same with another time. */
  public final MutableExemplarData copy(long epochNanos) {
    final MutableExemplarData copy = create(this instanceof OfLong);
    copy.setSpan(this);
    copy.setOutranked(isOutranked());
    copy.filteredAttributes = filteredAttributes;
    copy.setBits(bits());
    copy.epochNanos = epochNanos;
    copy.slot = slot;
    return copy;
  }

  public final boolean hasSlot() {
    return slot != NO_SLOT;
  }

  public final int slot() {
    return slot;
  }

  public final void loseSlot() {
    slot = NO_SLOT;
  }

  public final void outrank() {
    setOutranked(true);
  }

  /** Lets go of the attributes and the span, which would otherwise live on unseen. */
  public final void clear() {
    setFilteredAttributes(Attributes.empty());
    clearSpan();
  }

  /** They are none nearly always; see {@code AbstractPoint.setCommonFields}. */
  private void setFilteredAttributes(Attributes filteredAttributes) {
    if (this.filteredAttributes != filteredAttributes) {
      this.filteredAttributes = filteredAttributes;
    }
  }

  abstract void setValue(Exemplar exemplar);

  /** The value, of a long the nearest double. */
  public abstract double doubleValue();

  /** Compares the values, exactly. */
  public abstract int compareValue(MutableExemplarData sameType);

  abstract void setBits(long bits);

  /** The value as a long, or its bits. */
  abstract long bits();

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

  private static final class OfDouble extends MutableExemplarData implements DoubleExemplarData {
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
    long bits() {
      return Double.doubleToRawLongBits(value);
    }

    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public int compareValue(MutableExemplarData sameType) {
      return Double.compare(value, ((OfDouble) sameType).value);
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

  private static final class OfLong extends MutableExemplarData implements LongExemplarData {
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
    long bits() {
      return value;
    }

    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public int compareValue(MutableExemplarData sameType) {
      return Long.compare(value, ((OfLong) sameType).value);
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
