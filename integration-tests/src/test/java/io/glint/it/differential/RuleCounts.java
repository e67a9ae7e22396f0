package io.glint.it.differential;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How often the rule of each known difference has changed something. Not thread-safe. */
final class RuleCounts {
  private final Map<KnownDifference, Long> counts = new EnumMap<>(KnownDifference.class);

  void add(KnownDifference difference) {
    counts.merge(difference, 1L, Long::sum);
  }

  /** Counts, if a rule has changed something, and returns what it is changed to. */
  <T> T changed(KnownDifference difference, T before, T after) {
    if (before != after && !before.equals(after)) {
      add(difference);
    }
    return after;
  }

  long of(KnownDifference difference) {
    return counts.getOrDefault(difference, 0L);
  }

  /** A line for each known difference. */
  String report() {
    return Arrays.stream(KnownDifference.values())
        .map(
            difference ->
                String.format("%8d  %s (%s)", of(difference), difference, difference.remedy))
        .collect(Collectors.joining("\n"));
  }
}
