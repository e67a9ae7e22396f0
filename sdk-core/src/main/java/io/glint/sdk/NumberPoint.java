package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;

/** A point of one number. */
abstract class NumberPoint extends AbstractPoint {

  /**
   * Sets the value.
   *
   * @param bits a long, or the bits of a double
   */
  abstract void set(long bits, List<ExemplarData> exemplars);
}
