package io.glint.bench;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The named comparisons with the stock SDK, or with what no SDK can be below; and with client_java
 * and Micrometer, where they have the like. To add one, add an entry; what is in the table is run.
 * All record into one series, where threads meet most, unless they say otherwise.
 */
final class Cases {
  private static final int COLLECT_EVERY_MILLIS = 10;
  private static final double NO_TARGET = Double.NaN;

  /** The stock SDK keeps one place of its 2000 for the overflow. */
  private static final int MOST_SERIES_OF_STOCK = 1999;

  private static final Workload HISTOGRAM = api(HistogramBenchmark.class, "record");
  private static final Workload HISTOGRAM_IN_SPAN =
      HISTOGRAM.with("exemplars", Exemplars.TRACE_BASED);
  private static final Workload BOUND_HISTOGRAM = api(BoundHistogramBenchmark.class, "record");
  private static final Workload BOUND_COUNTER = api(BoundCounterBenchmark.class, "add");
  private static final Workload EXPONENTIAL =
      HISTOGRAM.with("histograms", HistogramKind.EXPONENTIAL);
  private static final Workload COUNTER = api(CounterBenchmark.class, "add");

  private static final List<Case> ONE_BY_ONE =
      List.of(
          histogram("P1", "histogram, exemplars off, 1 thread", Exemplars.OFF, 1, 0.45),
          histogram("P2", "histogram, sampled span, 1 thread", Exemplars.TRACE_BASED, 1, 0.18),
          histogram(
              "P1-128", "histogram, exemplars off, 1 thread, 128 series", Exemplars.OFF, 128, 0.45),
          histogram(
              "P2-128",
              "histogram, sampled span, 1 thread, 128 series",
              Exemplars.TRACE_BASED,
              128,
              0.18),
          Case.sideBySide(
              "P2-own",
              Group.HISTOGRAM,
              "histogram, sampled span, 1 thread, 128 series, attributes equal but not the same",
              HISTOGRAM_IN_SPAN.with("cardinality", 128).with("attributes", AttributesUse.OWN),
              1,
              NO_TARGET),
          threads("P3", "histogram, sampled span, 2 threads", 2),
          threads("P4", "histogram, sampled span, 8 threads", 8),
          Case.sideBySide(
                  "P5",
                  Group.THREADS,
                  "histogram, sampled span, 2 threads, delta, collecting every 10 ms",
                  HISTOGRAM_IN_SPAN
                      .with("temporality", AggregationTemporality.DELTA)
                      .with("collectEveryMillis", COLLECT_EVERY_MILLIS),
                  2,
                  0.08)
              .and(
                  cumulative(collecting(inSpan(clientJavaHistogram("observe")))),
                  cumulative(collecting(inSpan(micrometerHistogram("record"))))),
          Case.sideBySide("P6a", Group.COUNTER, "counter, exemplars off, 1 thread", COUNTER, 1, 0.8)
              .and(clientJavaCounter("add"), micrometerCounter("add")),
          Case.sideBySide(
                  "P6b",
                  Group.COUNTER,
                  "counter, exemplars off, 2 threads, delta",
                  COUNTER.with("temporality", AggregationTemporality.DELTA),
                  2,
                  0.15)
              .and(cumulative(clientJavaCounter("add")), cumulative(micrometerCounter("add"))),
          new Case(
              "L1",
              Group.MAPS,
              "counter, exemplars off, 1 thread, 128 series, beside maps that do nothing else",
              new Contender(
                  "Agrona's map", ofThread(MapBenchmark.Kind.AGRONA).with("cardinality", 128)),
              new Contender(
                  Contender.GLINT, COUNTER.with("sdk", Sdk.GLINT).with("cardinality", 128)),
              List.of(
                  new Contender(
                      "HashMap", ofThread(MapBenchmark.Kind.HASH_MAP).with("cardinality", 128)),
                  new Contender(
                      "ConcurrentHashMap of LongAdder",
                      recording(MapBenchmark.class, "addOnAnyThread")
                          .with("map", MapBenchmark.Kind.HASH_MAP)
                          .with("cardinality", 128))),
              1,
              NO_TARGET),
          Case.sideBySide(
              "T2",
              Group.COUNTER,
              "counter, exemplars off, 2 threads whose ids are a multiple of 128 apart",
              COUNTER.withCongruentThreads(),
              2,
              NO_TARGET),
          Case.sideBySide(
              "B1",
              Group.COUNTER,
              "counter, exemplars off, 1 thread on one of 1999 series, a collector never pauses",
              COUNTER
                  .with("cardinality", MOST_SERIES_OF_STOCK)
                  .with("attributes", AttributesUse.FIRST)
                  .with("collectEveryMillis", RecordingBenchmark.WITHOUT_PAUSE),
              1,
              NO_TARGET),
          Case.sideBySide(
                  "P7a", Group.EXPONENTIAL, "exponential histogram, 1 thread", EXPONENTIAL, 1, 0.35)
              .and(clientJavaNative()),
          Case.sideBySide(
                  "P7b",
                  Group.EXPONENTIAL,
                  "exponential histogram, 2 threads",
                  EXPONENTIAL,
                  2,
                  0.10)
              .and(clientJavaNative()),
          overFloor("P8a", "bound histogram, exemplars off, 1 thread", BOUND_HISTOGRAM, 1.2),
          overFloor("P8b", "bound counter, exemplars off, 1 thread", BOUND_COUNTER, 1.2),
          Case.sideBySide(
                  "P8c",
                  Group.BOUND,
                  "bound histogram, exemplars off, 1 thread",
                  BOUND_HISTOGRAM,
                  1,
                  NO_TARGET)
              .and(clientJavaHistogram("observeBound"), micrometerHistogram("recordBound")),
          Case.sideBySide(
                  "P8d",
                  Group.BOUND,
                  "bound counter, exemplars off, 1 thread",
                  BOUND_COUNTER,
                  1,
                  NO_TARGET)
              .and(clientJavaCounter("addBound"), micrometerCounter("addBound")),
          Case.sideBySide(
                  "P8e",
                  Group.BOUND,
                  "bound histogram, sampled span, 1 thread",
                  BOUND_HISTOGRAM.with("exemplars", Exemplars.TRACE_BASED),
                  1,
                  NO_TARGET)
              .and(
                  inSpan(clientJavaHistogram("observeBound")),
                  inSpan(micrometerHistogram("recordBound"))),
          Case.sideBySide(
              "M1",
              Group.MIXED,
              "12 instruments of all kinds in turn, sampled span, 1 thread, per recording",
              api(MixedBenchmark.class, "recordAll").with("exemplars", Exemplars.TRACE_BASED),
              1,
              NO_TARGET),
          unusual("P10a", UnusualPath.OVERFLOW),
          unusual("P10b", UnusualPath.FILTERED),
          unusual("P10c", UnusualPath.NOT_SAMPLED),
          unusual("P10d", UnusualPath.NO_SPAN),
          unusual("P10e", UnusualPath.NEGATIVE),
          unusual("P10f", UnusualPath.NOT_A_NUMBER),
          new Case(
              "R2",
              Group.GLINT,
              "histogram, sampled span, a second cumulative reader",
              new Contender("Glint with one", HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT)),
              new Contender(
                  Contender.GLINT, HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT).with("readers", 2)),
              List.of(),
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

  static final List<Case> ALL =
      Stream.concat(ONE_BY_ONE.stream(), withoutExemplars().stream()).toList();

  /** What is run if little time is to be spent and nothing is named. */
  static final List<String> QUICK = List.of("P1", "P2", "P3", "P4", "P5", "P6", "C2", "T2", "B1");

  /** The C cases that are run if nothing is said: those that others publish the like of. */
  private static final List<String> USUAL_WITHOUT_EXEMPLARS =
      List.of("C2", "C2-bound", "C8", "C8-bound");

  /** What is run if nothing is said: what compares with somebody else, and few of the C cases. */
  static final List<Case> WITH_PEERS =
      ALL.stream()
          .filter(
              candidate ->
                  candidate.group() != Group.GLINT
                      && candidate.group() != Group.MAPS
                      && (candidate.group() != Group.WITHOUT_EXEMPLARS
                          || USUAL_WITHOUT_EXEMPLARS.contains(candidate.id())))
          .toList();

  /** What P10, bytes allocated per record, is read off if little else is to be measured. */
  private static final List<String> ALLOCATION = List.of("P1", "P2", "P10");

  private Cases() {}

  private static Workload recording(Class<?> benchmark, String method) {
    return Workload.of(benchmark, method)
        .with("exemplars", Exemplars.OFF)
        .with("cardinality", 1)
        .with("collectEveryMillis", 0);
  }

  private static Workload api(Class<? extends ApiBenchmark> benchmark, String method) {
    return recording(benchmark, method)
        .with("temporality", AggregationTemporality.CUMULATIVE)
        .with("attributes", AttributesUse.SHARED);
  }

  private static Contender clientJavaHistogram(String method) {
    return new Contender(
        Contender.CLIENT_JAVA, recording(ClientJavaHistogramBenchmark.class, method));
  }

  private static Contender clientJavaNative() {
    return clientJavaHistogram("observe").with("histograms", HistogramKind.EXPONENTIAL);
  }

  private static Contender clientJavaCounter(String method) {
    return new Contender(
        Contender.CLIENT_JAVA, recording(ClientJavaCounterBenchmark.class, method));
  }

  private static Contender micrometerHistogram(String method) {
    return new Contender(
        Contender.MICROMETER, recording(MicrometerHistogramBenchmark.class, method));
  }

  private static Contender micrometerCounter(String method) {
    return new Contender(Contender.MICROMETER, recording(MicrometerCounterBenchmark.class, method));
  }

  private static Workload ofThread(MapBenchmark.Kind map) {
    return recording(MapBenchmark.class, "addOnOneThread").with("map", map);
  }

  private static Contender inSpan(Contender contender) {
    return contender.with("exemplars", Exemplars.TRACE_BASED);
  }

  private static Contender collecting(Contender contender) {
    return contender.with("collectEveryMillis", COLLECT_EVERY_MILLIS);
  }

  /** For a system that knows no delta, among others that do. */
  private static Contender cumulative(Contender contender) {
    return new Contender(contender.name() + " (cumulative)", contender.workload());
  }

  private static Case histogram(
      String id, String what, Exemplars exemplars, int cardinality, double target) {
    return Case.sideBySide(
            id,
            Group.HISTOGRAM,
            what,
            HISTOGRAM.with("exemplars", exemplars).with("cardinality", cardinality),
            1,
            target)
        .and(
            clientJavaHistogram("observe")
                .with("exemplars", exemplars)
                .with("cardinality", cardinality),
            micrometerHistogram("record")
                .with("exemplars", exemplars)
                .with("cardinality", cardinality));
  }

  private static Case threads(String id, String what, int threads) {
    return Case.sideBySide(id, Group.THREADS, what, HISTOGRAM_IN_SPAN, threads, 0.08)
        .and(inSpan(clientJavaHistogram("observe")), inSpan(micrometerHistogram("record")));
  }

  /**
   * An explicit-bucket histogram with exemplars off and several threads, in all combinations: the
   * stock SDK has no lock there, so it is its best case.
   */
  private static List<Case> withoutExemplars() {
    final List<Case> cases = new ArrayList<>();
    for (final int threads : new int[] {2, 8}) {
      for (final boolean isBound : new boolean[] {false, true}) {
        for (final boolean isDelta : new boolean[] {false, true}) {
          for (final int series : new int[] {1, 128}) {
            cases.add(withoutExemplars(threads, isBound, isDelta, series));
          }
        }
      }
    }
    return cases;
  }

  private static Case withoutExemplars(int threads, boolean isBound, boolean isDelta, int series) {
    final Case ofSdks =
        Case.sideBySide(
            "C"
                + threads
                + (isBound ? "-bound" : "")
                + (isDelta ? "-delta" : "")
                + (series == 1 ? "" : "-" + series),
            Group.WITHOUT_EXEMPLARS,
            (isBound ? "bound histogram" : "histogram")
                + ", exemplars off, "
                + threads
                + " threads"
                + (isDelta ? ", delta, collecting every 10 ms" : "")
                + (series == 1 ? "" : ", " + series + " series"),
            (isBound ? BOUND_HISTOGRAM : HISTOGRAM)
                .with(
                    "temporality",
                    isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE)
                .with("collectEveryMillis", isDelta ? COLLECT_EVERY_MILLIS : 0)
                .with("cardinality", series),
            threads,
            NO_TARGET);
    final Contender clientJava =
        clientJavaHistogram(isBound ? "observeBound" : "observe").with("cardinality", series);
    final Contender micrometer =
        micrometerHistogram(isBound ? "recordBound" : "record").with("cardinality", series);
    return isDelta
        ? ofSdks.and(cumulative(collecting(clientJava)), cumulative(collecting(micrometer)))
        : ofSdks.and(clientJava, micrometer);
  }

  /** Against the one atomic instruction that no recording can do without. */
  private static Case overFloor(String id, String what, Workload workload, double target) {
    return new Case(
        id,
        Group.BOUND,
        what,
        new Contender("LongAdder", Workload.of(FloorBenchmark.class, "longAdderOnWalk")),
        new Contender(Contender.GLINT, workload.with("sdk", Sdk.GLINT)),
        List.of(),
        1,
        target);
  }

  /** Off the usual path: what counts is that nothing is allocated there either. */
  private static Case unusual(String id, UnusualPath path) {
    return Case.sideBySide(
        id,
        Group.PATHS,
        "histogram, " + path.describe() + ", 1 thread",
        api(UnusualPathBenchmark.class, "record")
            .with("exemplars", Exemplars.TRACE_BASED)
            .with("path", path),
        1,
        NO_TARGET);
  }

  /** A reservoir against the one that histograms have if nothing is said. */
  private static Case reservoir(String id, Reservoir reservoir, int threads) {
    final Workload aligned = HISTOGRAM_IN_SPAN.with("sdk", Sdk.GLINT);
    return new Case(
        id,
        Group.GLINT,
        "histogram, sampled span, "
            + threads
            + (threads == 1 ? " thread, reservoir " : " threads, reservoir ")
            + reservoir.factory(),
        new Contender("aligned", aligned),
        new Contender(Contender.GLINT, aligned.with("reservoir", reservoir)),
        List.of(),
        threads,
        1.3);
  }

  /**
   * Finds cases by name: {@code P3}, {@code P6} for both {@code P6a} and {@code P6b}, {@code C} for
   * all whose names begin with that letter, or {@code P10} for those that show what is allocated.
   *
   * @param ids at least one
   * @throws IllegalArgumentException if there is no case of a name
   */
  static List<Case> named(List<String> ids) {
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
        || candidate.id().replaceAll("[a-z]$", "").equalsIgnoreCase(id)
        || candidate.id().substring(0, 1).equalsIgnoreCase(id);
  }
}
