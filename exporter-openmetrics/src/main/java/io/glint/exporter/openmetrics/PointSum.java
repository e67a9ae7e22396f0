package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/** A sum of points that is exact while all of them are integers and it fits. */
final class PointSum {

  private boolean isInteger = true;
  private long integer;

  /** The sum as a floating point value, always; it begins with what changes no other value. */
  private double floating = -0.0;

  static PointSum of(List<PointSource> points) {
    final PointSum sum = new PointSum();
    for (final PointSource source : points) {
      sum.add(source.point());
    }
    return sum;
  }

  /** Adds a point of a sum or gauge. */
  void add(PointData point) {
    if (point instanceof LongPointData integerPoint) {
      add(integerPoint.getValue(), (double) integerPoint.getValue(), true);
    } else {
      add(0, ((DoublePointData) point).getValue(), false);
    }
  }

  void add(PointSum other) {
    add(other.integer, other.floating, other.isInteger);
  }

  private void add(long otherInteger, double otherFloating, boolean otherIsInteger) {
    floating += otherFloating;
    final long next = integer + otherInteger;
    final boolean fits = ((integer ^ next) & (otherInteger ^ next)) >= 0;
    isInteger = isInteger && otherIsInteger && fits;
    integer = next;
  }

  boolean isBelow(PointSum other) {
    final boolean areIntegers = isInteger && other.isInteger;
    return areIntegers ? integer < other.integer : floating < other.floating;
  }

  /** Whether it is exactly {@link #integer}. */
  boolean isInteger() {
    return isInteger;
  }

  long integer() {
    return integer;
  }

  double floating() {
    return floating;
  }
}
