package io.glint.sdk.exemplar;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/**
 * An exemplar filter of one's own: says which measurements may become exemplars. Set it where the
 * filters of the stock SDK are set, for a provider or for a view.
 *
 * <pre>{@code
 * CustomExemplarFilter slow =
 *     (value, attributes, context) ->
 *         value > 0.5 && Span.fromContext(context).getSpanContext().isSampled();
 * builder.setExemplarFilter(slow);
 * }</pre>
 *
 * <p>Called by recording threads for each measurement, so it must be thread-safe and quick, must
 * not block and should not allocate. If it throws, the measurement is counted but has no exemplar,
 * and that is reported. Implements the ExemplarFilter of the SDK specification.
 *
 * <p>The specification's three filters are here too: opentelemetry-sdk-metrics has them since 1.56.
 * They cost what those of the stock SDK cost.
 */
@FunctionalInterface
public interface CustomExemplarFilter {

  /** Measurements made in a sampled span; as {@code ExemplarFilter.traceBased()}. */
  static CustomExemplarFilter traceBased() {
    return StandardExemplarFilter.TRACE_BASED;
  }

  /** All measurements; as {@code ExemplarFilter.alwaysOn()}. */
  static CustomExemplarFilter alwaysOn() {
    return StandardExemplarFilter.ALWAYS_ON;
  }

  /** No measurement; as {@code ExemplarFilter.alwaysOff()}. */
  static CustomExemplarFilter alwaysOff() {
    return StandardExemplarFilter.ALWAYS_OFF;
  }

  /**
   * Says whether a measurement may become an exemplar.
   *
   * @param value the measured value, in the unit of the instrument
   * @param attributes all attributes of the measurement, also those a view removes; never null
   * @param context the context of the measurement; never null. It must not be kept.
   */
  boolean isEligible(double value, Attributes attributes, Context context);

  /** As the above, for a measurement of a counter or gauge of {@code long} values. */
  default boolean isEligible(long value, Attributes attributes, Context context) {
    return isEligible((double) value, attributes, context);
  }
}
