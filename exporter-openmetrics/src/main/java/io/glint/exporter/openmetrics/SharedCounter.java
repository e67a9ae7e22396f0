package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A series of a counter that several points have had in one scrape, which add up. A part that has
 * no point in a scrape counts with its last value, and one that starts anew goes on from there: the
 * sum never falls, which Prometheus would take for a reset.
 *
 * <p>Not safe for use by several threads at once.
 */
final class SharedCounter extends SharedMemory {

  /** In {@link MetricOrder}: a sum of floating point numbers depends on it. */
  private final Map<PointIdentity, Part> parts = new TreeMap<>();

  private long startEpochNanos = Long.MAX_VALUE;

  private static final class Part {
    /** What it had counted when it started anew. */
    final PointSum before = new PointSum();

    PointSum value = new PointSum();

    /** What it has in the scrape under way, or null. */
    @Nullable PointSum next;

    /** Adds a point of the scrape under way; a producer may give one twice. */
    void add(PointData point) {
      if (next == null) {
        next = new PointSum();
      }
      next.add(point);
    }

    void endScrape() {
      if (next != null) {
        if (next.isBelow(value)) {
          before.add(value);
        }
        value = next;
        next = null;
      }
    }
  }

  /**
   * Takes the points of a scrape, and returns the sum of all parts.
   *
   * @param maxNewParts how many more parts may be remembered; others count only while they are
   *     there
   */
  PointSum add(List<PointSource> points, int maxNewParts) {
    for (final Part part : parts.values()) {
      // There is something if memory ran out in the last scrape.
      part.next = null;
    }
    final int maxParts = parts.size() + maxNewParts;
    final PointSum sum = new PointSum();
    for (final PointSource source : points) {
      startEpochNanos = Math.min(startEpochNanos, source.point().getStartEpochNanos());
      final Part part = part(PointIdentity.of(source), maxParts);
      if (part == null) {
        sum.add(source.point());
      } else {
        part.add(source.point());
      }
    }
    for (final Part part : parts.values()) {
      part.endScrape();
      sum.add(part.before);
      sum.add(part.value);
    }
    return sum;
  }

  private @Nullable Part part(PointIdentity identity, int maxParts) {
    Part part = parts.get(identity);
    if (part == null && parts.size() < maxParts) {
      part = new Part();
      parts.put(identity, part);
    }
    return part;
  }

  /** How many parts are remembered. */
  @Override
  int size() {
    return parts.size();
  }

  /** The earliest start of all parts. */
  long startEpochNanos() {
    return startEpochNanos;
  }
}
