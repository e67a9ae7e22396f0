package io.glint.bench;

import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The outcome of a case.
 *
 * @param reference forks of the peer
 * @param glint forks of Glint, each run next to the one of the peer at the same index
 */
record Comparison(Case benchmarkCase, List<Fork> reference, List<Fork> glint) {

  Comparison {
    if (reference.isEmpty() || reference.size() != glint.size()) {
      throw new IllegalArgumentException(
          "Not pairs: " + reference.size() + " and " + glint.size() + " forks");
    }
  }

  /** Glint's time as a fraction of the peer's, pair by pair. */
  double[] ratios() {
    return IntStream.range(0, glint.size())
        .mapToDouble(i -> glint.get(i).medianNanos() / reference.get(i).medianNanos())
        .toArray();
  }

  double ratio() {
    return Statistics.median(ratios());
  }

  /** True if the ratio is at most the target. False if there is no target. */
  boolean isMet() {
    return ratio() <= benchmarkCase.target();
  }

  double glintBytes() {
    return Statistics.median(samples(glint, Fork::bytes));
  }

  /** All iterations of all forks. */
  static double[] samples(List<Fork> forks, Function<Fork, double[]> kind) {
    return forks.stream().map(kind).flatMapToDouble(DoubleStream::of).toArray();
  }
}
