package io.glint.reservoir.internal;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The span of an exemplar, with its ids as numbers where that loses nothing: 25 bytes, where a
 * {@link SpanContext} and the strings of its ids take 160. {@link ReadableSpanIds} shows the
 * numbers.
 *
 * <p>The ids are numbers if the context is one that {@link SpanContext#create} makes again: valid,
 * local, and without trace state. Others are kept as they are. Written by one thread; may be read
 * by several once it is no longer written.
 *
 * <p>Nothing here is public, as the exemplars that users see inherit it.
 */
public abstract class SpanIds {
  private static final Class<?> STANDARD =
      SpanContext.create(
              TraceId.fromLongs(0, 1),
              SpanId.fromLong(1),
              TraceFlags.getSampled(),
              TraceState.getDefault())
          .getClass();

  /** The values of lower-case hexadecimal digits; of other characters -1. */
  private static final byte[] DIGITS = digits();

  /** Null if the numbers say it all. */
  @Nullable SpanContext kept = SpanContext.getInvalid();

  long traceIdHigh;
  long traceIdLow;
  long spanId;
  private byte flags;

  /** Of no valid span yet. */
  protected SpanIds() {}

  /**
   * The span of the measurement's context; {@link SpanContext#getInvalid()} where none was. Made at
   * each call if its ids are numbers, and equal to the original.
   */
  protected SpanContext spanContext() {
    return kept != null
        ? kept
        : SpanContext.create(
            TraceId.fromLongs(traceIdHigh, traceIdLow),
            SpanId.fromLong(spanId),
            TraceFlags.fromByte(flags),
            TraceState.getDefault());
  }

  /** Takes over the span of another exemplar, in numbers if possible. */
  protected final void setSpan(SpanIds other) {
    if (other.kept != null) {
      pack(other.kept);
      return;
    }
    kept = null;
    traceIdHigh = other.traceIdHigh;
    traceIdLow = other.traceIdLow;
    spanId = other.spanId;
    flags = other.flags;
  }

  /** Lets go of the span: of no valid span again. */
  protected final void clearSpan() {
    keep(SpanContext.getInvalid());
  }

  /** Keeps a context as it is, which is the cheapest. */
  protected final void keep(@Nullable SpanContext context) {
    // A look is cheaper than the write barrier of most garbage collectors, and who records for one
    // series in one span again and again passes the same objects.
    if (kept != context) {
      kept = context;
    }
  }

  /** Keeps the numbers of a context if they say it all, some tens of nanoseconds, or else it. */
  protected final void pack(SpanContext context) {
    keep(setNumbers(context) ? null : context);
  }

  private boolean setNumbers(SpanContext context) {
    if (context.getClass() != STANDARD
        || !context.isValid()
        || context.isRemote()
        || context.getTraceState() != TraceState.getDefault()) {
      return false;
    }
    final TraceFlags traceFlags = context.getTraceFlags();
    final String trace = context.getTraceId();
    final String span = context.getSpanId();
    if (trace.length() != 32
        || span.length() != 16
        || !TraceFlags.fromByte(traceFlags.asByte()).equals(traceFlags)) {
      return false;
    }
    long high = 0;
    long low = 0;
    long id = 0;
    int signs = 0;
    for (int i = 0; i < 16; i++) {
      final int highDigit = digit(trace.charAt(i));
      final int lowDigit = digit(trace.charAt(i + 16));
      final int idDigit = digit(span.charAt(i));
      signs |= highDigit | lowDigit | idDigit;
      high = high << 4 | highDigit;
      low = low << 4 | lowDigit;
      id = id << 4 | idDigit;
    }
    if (signs < 0 || (high | low) == 0 || id == 0) {
      return false;
    }
    traceIdHigh = high;
    traceIdLow = low;
    spanId = id;
    flags = traceFlags.asByte();
    return true;
  }

  private static int digit(char character) {
    return character < DIGITS.length ? DIGITS[character] : -1;
  }

  private static byte[] digits() {
    final byte[] digits = new byte['f' + 1];
    Arrays.fill(digits, (byte) -1);
    for (byte i = 0; i < 16; i++) {
      digits[Character.forDigit(i, 16)] = i;
    }
    return digits;
  }
}
