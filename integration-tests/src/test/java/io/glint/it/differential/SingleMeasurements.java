package io.glint.it.differential;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tells whether it is known which exemplars a program must yield. */
final class SingleMeasurements {
  private SingleMeasurements() {}

  /** True if no instrument has two measurements between two collections of a reader. */
  static boolean only(Program program) {
    final Map<Integer, Set<Integer>> measured = new HashMap<>();
    program.readers().forEach(reader -> measured.put(reader.id(), new HashSet<>()));
    for (final Step step : program.steps()) {
      if (step instanceof Step.Measure measure) {
        for (final Set<Integer> ofReader : measured.values()) {
          if (!ofReader.add(measure.instrument())) {
            return false;
          }
        }
      } else if (step instanceof Step.Collect collect && measured.containsKey(collect.reader())) {
        measured.get(collect.reader()).clear();
      }
    }
    return true;
  }
}
