package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/**
 * Decides which of the measurements offered during one collection interval are kept, and keeps
 * them.
 *
 * <p>Implements the ExemplarReservoir of the OpenTelemetry metrics SDK specification ("Exemplar").
 * Only measurements that the exemplar filter admitted are offered.
 *
 * <p><b>Threading.</b> Each call is made by the one thread that owns the reservoir at that moment,
 * and what one owner wrote is visible to the next: an implementation needs no lock, no atomic and
 * no volatile field. A time series that several threads record into at once gets one reservoir for
 * each of its cells; collection joins them by {@link #mergeFrom}.
 *
 * <p><b>Speed.</b> Offers are made from the application's recording calls. They must not block and,
 * once every slot has been used, should not allocate. An exception or error thrown from a method is
 * caught by the SDK and reported; the measurement stays counted, only its exemplar is lost.
 *
 * <p><b>Retention.</b> An implementation takes what it needs from the {@link Context}, usually the
 * span context, and must not keep the context itself, which would keep a whole request alive.
 */
public interface ExemplarReservoir {

  /**
   * Offers a measurement of an instrument that records {@code double} values, or any measurement of
   * a histogram.
   *
   * @param value the measured value, in the unit of the instrument
   * @param bucket index of the histogram bucket the measurement was counted in; 0 where the
   *     aggregation has no buckets
   * @param attributes all attributes of the measurement, also those a view removes; never null
   * @param context the context of the measurement; never null
   * @return true if the measurement is kept for now, whatever comes after it. Where spans are
   *     marked, that of a measurement that is kept gets the mark, once the reservoir is given back.
   */
  boolean offerDouble(double value, int bucket, Attributes attributes, Context context);

  /**
   * Offers a measurement of an instrument that records {@code long} values.
   *
   * @param value the measured value, in the unit of the instrument
   * @param bucket see {@link #offerDouble}
   * @param attributes all attributes of the measurement, also those a view removes; never null
   * @param context the context of the measurement; never null
   * @return as {@link #offerDouble}
   */
  boolean offerLong(long value, int bucket, Attributes attributes, Context context);

  /**
   * Takes over what {@code other} has kept, so that this reservoir holds what it would hold had it
   * been offered the measurements of both, and leaves {@code other} as it was after construction.
   *
   * <p>Called by the collecting thread, which owns both reservoirs. A reservoir that merges others
   * is never offered a measurement: it merges, and then is {@linkplain #collect collected}.
   *
   * @param other a reservoir made by the same factory for the same stream; never null
   */
  void mergeFrom(ExemplarReservoir other);

  /**
   * Says which of the measurements that one interval has kept of one bucket is shown where a format
   * has room for one, as the text formats have: the largest, or the latest, which is what the
   * OpenTelemetry specification says ("Prometheus and OpenMetrics Compatibility") and the default.
   * In either case a newer interval goes before an older one, and what is shown never goes back in
   * time. Called by the collecting thread, at each collection; the answer should always be the
   * same.
   */
  default boolean prefersLargest() {
    return false;
  }

  /**
   * Hands every kept measurement to {@code visitor} and starts over, as after construction.
   *
   * @param visitor receives each kept measurement once; never null
   */
  void collect(ExemplarVisitor visitor);
}
