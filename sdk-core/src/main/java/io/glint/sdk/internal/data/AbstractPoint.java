package io.glint.sdk.internal.data;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * What all points have. A point is not changed any more once it has been handed to a reader, unless
 * the reader lets its points be reused, see {@link PointPool}.
 */
public abstract class AbstractPoint implements PointData {
  private long startEpochNanos;
  private long epochNanos;
  private Attributes attributes = Attributes.empty();
  private List<ExemplarData> exemplars = List.of();

  /**
   * Sets what all points have. A reference is written if it is to another object, which is rare
   * where points are reused: storing it into an old object is work for the garbage collector. An
   * equal object will not do: lists of exemplars are overwritten in place.
   */
  public final void setCommonFields(
      long startEpochNanos, long epochNanos, Attributes attributes, List<ExemplarData> exemplars) {
    this.startEpochNanos = startEpochNanos;
    this.epochNanos = epochNanos;
    if (this.attributes != attributes) {
      this.attributes = attributes;
    }
    if (this.exemplars != exemplars) {
      this.exemplars = exemplars;
    }
  }

  /**
   * The exemplars, for a point that is of their type: {@code StreamCollector.newExemplar} and
   * {@code AsyncStream} make those of the type of the stream.
   */
  final <T extends ExemplarData> List<T> exemplars() {
    return Points.cast(exemplars);
  }

  @Override
  public final long getStartEpochNanos() {
    return startEpochNanos;
  }

  @Override
  public final long getEpochNanos() {
    return epochNanos;
  }

  @Override
  public final Attributes getAttributes() {
    return attributes;
  }

  /** True if the other point has the same window, attributes and exemplars. */
  final boolean hasSameCommonFields(PointData other) {
    return startEpochNanos == other.getStartEpochNanos()
        && epochNanos == other.getEpochNanos()
        && attributes.equals(other.getAttributes())
        && getExemplars().equals(other.getExemplars());
  }

  @Override
  public int hashCode() {
    return (attributes.hashCode() * 31 + Long.hashCode(startEpochNanos)) * 31
        + Long.hashCode(epochNanos);
  }

  final String describe(String value) {
    return getClass().getSimpleName()
        + "{startEpochNanos="
        + startEpochNanos
        + ", epochNanos="
        + epochNanos
        + ", attributes="
        + attributes
        + ", "
        + value
        + ", exemplars="
        + getExemplars()
        + "}";
  }
}
