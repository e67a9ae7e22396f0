package io.glint.bench;

import java.util.Arrays;

/**
 * What one JVM measured, iteration by iteration.
 *
 * @param nanos nanoseconds per call
 * @param bytes bytes allocated per call, by whichever thread of the JVM
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Fork(double[] nanos, double[] bytes) {

  double medianNanos() {
    return Statistics.median(nanos);
  }

  @Override
  public String toString() {
    return Arrays.toString(nanos) + " ns, " + Arrays.toString(bytes) + " B";
  }
}
