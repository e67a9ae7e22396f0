package io.glint.bench;

import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The outcome of a case.
 *
 * @param measured the forks of each contender, in the order of {@link Case#contenders}; the ones at
 *     the same index have run next to each other
 */
record Comparison(Case benchmarkCase, List<List<Fork>> measured) {
  private static final int REFERENCE = 0;
  private static final int GLINT = 1;

  Comparison {
    if (measured.size() != benchmarkCase.contenders().size()) {
      throw new IllegalArgumentException(
          benchmarkCase.contenders().size() + " took part, " + measured.size() + " were measured");
    }
    if (measured.stream().anyMatch(List::isEmpty)
        || measured.get(REFERENCE).size() != measured.get(GLINT).size()) {
      throw new IllegalArgumentException(
          "Not pairs: " + measured.stream().map(List::size).toList() + " forks");
    }
    measured = List.copyOf(measured);
  }

  /** A contender's time as a fraction of the reference's, fork by fork. */
  double[] ratios(int contender) {
    final List<Fork> forks = measured.get(contender);
    return IntStream.range(0, Math.min(forks.size(), measured.get(REFERENCE).size()))
        .mapToDouble(i -> forks.get(i).medianNanos() / measured.get(REFERENCE).get(i).medianNanos())
        .toArray();
  }

  /** That of Glint. */
  double ratio() {
    return Statistics.median(ratios(GLINT));
  }

  /** True if the ratio is at most the target. False if there is no target. */
  boolean isMet() {
    return ratio() <= benchmarkCase.target();
  }

  /** True of the contender that a target is set for. */
  static boolean isGlint(int contender) {
    return contender == GLINT;
  }

  /** True of the contender that ratios are relative to. */
  static boolean isReference(int contender) {
    return contender == REFERENCE;
  }

  double glintBytes() {
    return Statistics.median(bytes(GLINT));
  }

  /** Nanoseconds per call of a contender, of all iterations of all forks. */
  double[] nanos(int contender) {
    return samples(measured.get(contender), Fork::nanos);
  }

  /** Bytes allocated per call of a contender, of all iterations of all forks. */
  double[] bytes(int contender) {
    return samples(measured.get(contender), Fork::bytes);
  }

  private static double[] samples(List<Fork> forks, Function<Fork, double[]> kind) {
    return forks.stream().map(kind).flatMapToDouble(DoubleStream::of).toArray();
  }
}
