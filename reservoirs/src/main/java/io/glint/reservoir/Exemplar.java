package io.glint.reservoir;

import io.glint.reservoir.internal.SpanIds;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;

/**
 * One measurement as a reservoir keeps it: value, time, attributes and span of one recording call.
 *
 * <p>Mutable and reused, so that keeping a measurement allocates nothing once every slot of a
 * reservoir has been used. It belongs to the thread that owns its reservoir.
 */
public final class Exemplar extends SpanIds {
  private long valueBits;
  private long epochNanos;
  private Attributes attributes = Attributes.empty();

  /** Fits into what would be padding. */
  private boolean isSet;

  /** An exemplar that holds no measurement yet. */
  public Exemplar() {}

  /**
   * Overwrites every field, so that nothing of an earlier measurement can show through.
   *
   * @param value the measured value
   * @param epochNanos time of the measurement in nanoseconds since the Unix epoch
   * @param attributes all attributes of the measurement; kept by reference
   * @param context of which only the span context is kept
   */
  public void setDouble(double value, long epochNanos, Attributes attributes, Context context) {
    set(Double.doubleToRawLongBits(value), epochNanos, attributes, context);
  }

  /** As {@link #setDouble}, for an instrument that records {@code long} values. */
  public void setLong(long value, long epochNanos, Attributes attributes, Context context) {
    set(value, epochNanos, attributes, context);
  }

  /** Lets go of the attributes and the span, which would otherwise live on in an unused slot. */
  public void clear() {
    setAllButSpan(0, 0, Attributes.empty());
    clearSpan();
    isSet = false;
  }

  /** True if it holds a measurement: it was set, and not cleared since. */
  boolean isSet() {
    return isSet;
  }

  /** The value, of an exemplar that was set by {@link #setDouble}. */
  public double doubleValue() {
    return Double.longBitsToDouble(valueBits);
  }

  /** The value, of an exemplar that was set by {@link #setLong}. */
  public long longValue() {
    return valueBits;
  }

  /** Time of the recording call, in nanoseconds since the Unix epoch. */
  public long epochNanos() {
    return epochNanos;
  }

  /** All attributes of the measurement, also those that a view removes from the point. */
  public Attributes attributes() {
    return attributes;
  }

  /**
   * The span of the measurement's context; {@link SpanContext#getInvalid()} where none was. It may
   * be made again at each call, and is equal to the original.
   */
  @Override
  public SpanContext spanContext() {
    return super.spanContext();
  }

  /** Keeps the span context as it is: for what is soon overwritten by a newer measurement. */
  void set(long valueBits, long epochNanos, Attributes attributes, Context context) {
    // First, as it may throw: then the exemplar is as it was.
    final SpanContext spanContext = Span.fromContext(context).getSpanContext();
    setAllButSpan(valueBits, epochNanos, attributes);
    keep(spanContext);
  }

  /** Keeps the ids of the span as numbers: for what is likely to stay until it is collected. */
  void setPacked(long valueBits, long epochNanos, Attributes attributes, Context context) {
    // First, as it may throw: then the exemplar is as it was.
    pack(Span.fromContext(context).getSpanContext());
    setAllButSpan(valueBits, epochNanos, attributes);
  }

  private void setAllButSpan(long valueBits, long epochNanos, Attributes attributes) {
    this.valueBits = valueBits;
    this.epochNanos = epochNanos;
    this.isSet = true;
    // As in SpanIds.keep.
    if (this.attributes != attributes) {
      this.attributes = attributes;
    }
  }
}
