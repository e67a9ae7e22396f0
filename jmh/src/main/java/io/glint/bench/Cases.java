package io.glint.bench;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.List;

/**
 * The named comparisons with the stock SDK, or with what no SDK can be below. To add one, add an
 * entry; what is in the table is run. All record into one series, where threads meet most.
 */
final class Cases {
  private static final int COLLECT_EVERY_MILLIS = 10;

  private static final Workload HISTOGRAM = recording(HistogramBenchmark.class, "record");
  private static final Workload HISTOGRAM_IN_SPAN =
      HISTOGRAM.with("exemplars", Exemplars.TRACE_BASED);
  private static final Workload BOUND_HISTOGRAM =
      recording(BoundHistogramBenchmark.class, "record");
  private static final Workload BOUND_COUNTER = recording(BoundCounterBenchmark.class, "add");
  private static final Workload EXPONENTIAL =
      HISTOGRAM.with("histograms", HistogramKind.EXPONENTIAL);
  private static final Workload COUNTER = recording(CounterBenchmark.class, "add");

  static final List<Case> ALL =
      List.of(
          Case.sideBySide("P1", "histogram, exemplars off, 1 thread", HISTOGRAM, 1, 0.45),
          Case.sideBySide("P2", "histogram, sampled span, 1 thread", HISTOGRAM_IN_SPAN, 1, 0.18),
          Case.sideBySide(
              "P1-128",
              "histogram, exemplars off, 1 thread, 128 series",
              HISTOGRAM.with("cardinality", 128),
              1,
              0.45),
          Case.sideBySide(
              "P2-128",
              "histogram, sampled span, 1 thread, 128 series",
              HISTOGRAM_IN_SPAN.with("cardinality", 128),
              1,
              0.18),
          Case.sideBySide("P3", "histogram, sampled span, 2 threads", HISTOGRAM_IN_SPAN, 2, 0.08),
          Case.sideBySide("P4", "histogram, sampled span, 8 threads", HISTOGRAM_IN_SPAN, 8, 0.08),
          Case.sideBySide(
              "P5",
              "histogram, sampled span, 2 threads, delta, collecting every 10 ms",
              collecting(HISTOGRAM_IN_SPAN),
              2,
              0.08),
          Case.sideBySide("P6a", "counter, exemplars off, 1 thread", COUNTER, 1, 0.8),
          Case.sideBySide(
              "P6b",
              "counter, exemplars off, 2 threads, delta",
              COUNTER.with("temporality", AggregationTemporality.DELTA),
              2,
              0.15),
          Case.sideBySide("P7a", "exponential histogram, 1 thread", EXPONENTIAL, 1, 0.35),
          Case.sideBySide("P7b", "exponential histogram, 2 threads", EXPONENTIAL, 2, 0.10),
          overFloor("P8a", "bound histogram, exemplars off, 1 thread", BOUND_HISTOGRAM, 1.2),
          overFloor("P8b", "bound counter, exemplars off, 1 thread", BOUND_COUNTER, 1.2),
          Case.sideBySide(
              "P8c", "bound histogram, exemplars off, 1 thread", BOUND_HISTOGRAM, 1, Double.NaN),
          new Case(
              "R2",
              "histogram, sampled span, a second cumulative reader",
              "Glint with one",
              HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT),
              HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT).with("readers", 2),
              1,
              1.05),
          reservoir("E1a", Reservoir.MOST_RECENT, 1),
          reservoir("E1b", Reservoir.FIXED_SIZE, 1),
          reservoir("E1c", Reservoir.OCTAVE_ALIGNED, 1),
          reservoir("E1d", Reservoir.EXTREMES, 1),
          reservoir("E2a", Reservoir.MOST_RECENT, 2),
          reservoir("E2b", Reservoir.FIXED_SIZE, 2),
          reservoir("E2c", Reservoir.OCTAVE_ALIGNED, 2),
          reservoir("E2d", Reservoir.EXTREMES, 2));

  /** What is run if little time is to be spent and nothing is named. */
  static final List<String> QUICK = List.of("P1", "P2", "P3", "P4", "P5", "P6");

  /** What P10, bytes allocated per record, is read off. */
  private static final List<String> ALLOCATION = List.of("P1", "P2");

  private Cases() {}

  private static Workload recording(Class<?> benchmark, String method) {
    return Workload.of(benchmark, method)
        .with("exemplars", Exemplars.OFF)
        .with("temporality", AggregationTemporality.CUMULATIVE)
        .with("cardinality", 1)
        .with("collectEveryMillis", 0)
        .with("attributes", AttributesUse.SHARED);
  }

  /** Against the one atomic instruction that no recording can do without. */
  private static Case overFloor(String id, String what, Workload workload, double target) {
    return new Case(
        id,
        what,
        "LongAdder",
        Workload.of(FloorBenchmark.class, "longAdderOnWalk"),
        workload.with("sdk", Sdk.GLINT),
        1,
        target);
  }

  /** A reservoir against the one that histograms have if nothing is said. */
  private static Case reservoir(String id, Reservoir reservoir, int threads) {
    final Workload aligned = HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT);
    return new Case(
        id,
        "histogram, sampled span, "
            + threads
            + (threads == 1 ? " thread, reservoir " : " threads, reservoir ")
            + reservoir.factory(),
        "aligned",
        aligned,
        aligned.with("reservoir", reservoir),
        threads,
        1.3);
  }

  private static Workload collecting(Workload workload) {
    return workload
        .with("temporality", AggregationTemporality.DELTA)
        .with("collectEveryMillis", COLLECT_EVERY_MILLIS);
  }

  /**
   * Finds cases by name: {@code P3}, {@code P6} for both {@code P6a} and {@code P6b}, or {@code
   * P10} for those that show what is allocated.
   *
   * @param ids all cases if empty
   * @throws IllegalArgumentException if there is no case of a name
   */
  static List<Case> named(List<String> ids) {
    if (ids.isEmpty()) {
      return ALL;
    }
    final List<String> wanted = new ArrayList<>();
    for (final String id : ids) {
      wanted.addAll(id.equalsIgnoreCase("P10") ? ALLOCATION : List.of(id));
    }
    for (final String id : wanted) {
      if (ALL.stream().noneMatch(candidate -> isNamed(candidate, id))) {
        throw new IllegalArgumentException(
            "There is no case " + id + "; there are " + ALL.stream().map(Case::id).toList());
      }
    }
    return ALL.stream()
        .filter(candidate -> wanted.stream().anyMatch(id -> isNamed(candidate, id)))
        .toList();
  }

  private static boolean isNamed(Case candidate, String id) {
    return candidate.id().equalsIgnoreCase(id)
        || candidate.id().replaceAll("[a-z]$", "").equalsIgnoreCase(id);
  }
}
