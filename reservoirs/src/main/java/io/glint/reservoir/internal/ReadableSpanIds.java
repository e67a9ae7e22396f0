package io.glint.reservoir.internal;

/**
 * The span of an exemplar that a point shows, for exporters, which need no strings of its ids then:
 *
 * <pre>{@code
 * if (exemplar instanceof ReadableSpanIds span && span.hasNumbers()) {
 *   write(span.traceIdHigh(), span.traceIdLow(), span.spanId());
 * } else {
 *   write(exemplar.getSpanContext());
 * }
 * }</pre>
 *
 * <p>Besides, exporters learn here whether an exemplar is {@linkplain #isOutranked outranked}.
 */
public abstract class ReadableSpanIds extends SpanIds {
  private boolean isOutranked;

  /** Of no valid span yet, and not outranked. */
  protected ReadableSpanIds() {}

  /** True if the span is valid and its ids are numbers; false if only its context can be asked. */
  public final boolean hasNumbers() {
    return kept == null;
  }

  /** The first 8 bytes of the trace id, the first of them highest; if it {@link #hasNumbers}. */
  public final long traceIdHigh() {
    return traceIdHigh;
  }

  /** The last 8 bytes of the trace id; if it {@link #hasNumbers}. */
  public final long traceIdLow() {
    return traceIdLow;
  }

  /** The 8 bytes of the span id; if it {@link #hasNumbers}. */
  public final long spanId() {
    return spanId;
  }

  /**
   * True if another exemplar of the same point, bucket and interval is to be shown rather than this
   * one where a format has room for one, although this one may be later: see {@link
   * io.glint.reservoir.ExemplarReservoir#prefersLargest}. Of those that are not outranked, the
   * latest is shown.
   */
  public final boolean isOutranked() {
    return isOutranked;
  }

  /** Sets what {@link #isOutranked} says. */
  protected final void setOutranked(boolean isOutranked) {
    this.isOutranked = isOutranked;
  }
}
