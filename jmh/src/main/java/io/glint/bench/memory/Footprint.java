package io.glint.bench.memory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.TreeMap;
import org.openjdk.jol.info.GraphLayout;
import org.openjdk.jol.util.Multiset;

/**
 * Bytes by class of all that can be reached from some roots.
 *
 * @param bytes by the name of the class
 */
record Footprint(Map<String, Long> bytes) {
  /** Weighs what can be reached from the roots, each object once. */
  static Footprint of(Object... roots) {
    final Multiset<Class<?>> sizes = GraphLayout.parseInstance(roots).getClassSizes();
    final Map<String, Long> bytes = new TreeMap<>();
    for (final Class<?> type : sizes.keys()) {
      bytes.merge(type.getName(), sizes.count(type), Long::sum);
    }
    return new Footprint(bytes);
  }

  /** What is in this one and not in the other, class by class. */
  Footprint minus(Footprint other) {
    final Map<String, Long> difference = new TreeMap<>(bytes);
    other.bytes.forEach((type, size) -> difference.merge(type, -size, Long::sum));
    difference.values().removeIf(size -> size == 0);
    return new Footprint(difference);
  }

  long total() {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The largest classes, with the bytes of each for one of {@code count} things. */
  Map<String, Double> largest(int classes, int count) {
    final Map<String, Double> largest = new LinkedHashMap<>();
    bytes.entrySet().stream()
        .sorted(Entry.<String, Long>comparingByValue().reversed())
        .limit(classes)
        .filter(entry -> entry.getValue() >= count)
        .forEach(entry -> largest.put(entry.getKey(), (double) entry.getValue() / count));
    return largest;
  }
}
