package io.glint.it.fidelity;

import java.util.EnumMap;
import java.util.Map;

/** Violations, and out of how many. */
final class Tally {
  private static final int EXAMPLES = 3;

  private final Map<Figure, Long> violations = new EnumMap<>(Figure.class);
  private final Map<Figure, Long> checks = new EnumMap<>(Figure.class);
  private final Map<Figure, StringBuilder> examples = new EnumMap<>(Figure.class);

  void checked(Figure figure, long count) {
    checks.merge(figure, count, Long::sum);
  }

  /** Counts violations; the first few are told. */
  void violated(Figure figure, long count, String example) {
    if (count > 0) {
      if (violations.merge(figure, count, Long::sum) <= EXAMPLES * count) {
        examples
            .computeIfAbsent(figure, key -> new StringBuilder())
            .append("  ")
            .append(figure)
            .append(": ")
            .append(example)
            .append('\n');
      }
    }
  }

  void add(Tally other) {
    for (final Figure figure : Figure.values()) {
      violations.merge(figure, other.violations(figure), Long::sum);
      checks.merge(figure, other.checks(figure), Long::sum);
      final StringBuilder mine = examples.computeIfAbsent(figure, key -> new StringBuilder());
      final StringBuilder others = other.examples.get(figure);
      if (others != null && mine.chars().filter(c -> c == '\n').count() < EXAMPLES) {
        mine.append(others);
      }
    }
  }

  long violations(Figure figure) {
    return violations.getOrDefault(figure, 0L);
  }

  long checks(Figure figure) {
    return checks.getOrDefault(figure, 0L);
  }

  long violations() {
    return violations.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A line for each of the first violations. */
  String examples() {
    return String.join("", examples.values());
  }
}
