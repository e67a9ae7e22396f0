package io.glint.it.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What came out of a program.
 *
 * @param collections in the order they were made
 * @param enabled what new synchronous instruments said when asked whether they are enabled, by step
 * @param thrown what steps threw, by step
 */
record Outcome(
    List<Collected> collections, Map<Integer, Boolean> enabled, Map<Integer, String> thrown) {

  /**
   * What one reader collected.
   *
   * @param step number of the step that made the reader collect
   * @param callbacks numbers of the callbacks that ran, sorted
   */
  record Collected(int step, int reader, List<Metric> metrics, List<Integer> callbacks) {
    Collected withMetrics(List<Metric> others) {
      return new Collected(step, reader, others, callbacks);
    }

    Collected mapMetrics(UnaryOperator<Metric> change) {
      return withMetrics(metrics.stream().map(change).toList());
    }
  }

  static Outcome empty() {
    return new Outcome(new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
  }

  Outcome mapCollections(UnaryOperator<Collected> change) {
    return new Outcome(new ArrayList<>(collections.stream().map(change).toList()), enabled, thrown);
  }

  Outcome mapMetrics(UnaryOperator<Metric> change) {
    return mapCollections(collected -> collected.mapMetrics(change));
  }

  /** Adds what another provider made of the same program for other readers. */
  void add(Outcome ofOtherReaders) {
    collections.addAll(ofOtherReaders.collections());
    ofOtherReaders
        .enabled()
        .forEach((step, isEnabled) -> enabled.merge(step, isEnabled, Boolean::logicalOr));
    thrown.putAll(ofOtherReaders.thrown());
  }
}
