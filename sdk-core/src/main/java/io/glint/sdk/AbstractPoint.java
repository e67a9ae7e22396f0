package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.PointData;

/**
 * What all points have. A point is not changed any more once it has been handed to a reader, unless
 * the reader lets its points be reused, see {@link PointBuffer}.
 */
abstract class AbstractPoint implements PointData {
  private long startEpochNanos;
  private long epochNanos;
  private Attributes attributes = Attributes.empty();

  final void setFrame(long startEpochNanos, long epochNanos, Attributes attributes) {
    this.startEpochNanos = startEpochNanos;
    this.epochNanos = epochNanos;
    this.attributes = attributes;
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
  final boolean hasSameFrame(PointData other) {
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
