package io.glint.bench.memory;

import io.glint.bench.Sdk;
import io.glint.bench.tool.ChildJvm;
import io.opentelemetry.sdk.common.export.MemoryMode;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One JVM that weighs the series of one library in all states. What is counted is the difference
 * between a number of series and half of them, which have gone through the same: all that does not
 * depend on their number cancels out.
 */
public final class MemoryFork {
  static final String NEW = "new";
  static final String STEADY = "steady";
  static final String HEAP = "heap";
  static final String CLASSES = "classes";

  private static final int REHEARSED = 50;
  private static final int INTERVALS = 2;
  private static final int CLASSES_SHOWN = 12;

  private MemoryFork() {}

  /** Entry point: library, number of series. */
  public static void main(String[] args) throws InterruptedException {
    final Library library = Library.valueOf(args[0]);
    final int series = Integer.parseInt(args[1]);
    for (final Kind kind : Kind.values()) {
      for (final State state : State.values()) {
        // Classes are loaded and pools are made by the first use.
        final Subject rehearsed = subject(library, kind, state, REHEARSED);
        reachSteadyState(rehearsed, state, 0, REHEARSED);
        weigh(rehearsed);
        weigh(library, kind, state, series);
      }
    }
  }

  /** Names a result. */
  static String key(Kind kind, State state, String what) {
    return kind + "/" + state + "/" + what;
  }

  private static Subject subject(Library library, Kind kind, State state, int mostSeries) {
    return switch (library) {
      case STOCK ->
          new SdkSubject(
              Sdk.STOCK, kind, state.hasExemplars(), mostSeries, MemoryMode.REUSABLE_DATA);
      case GLINT ->
          new SdkSubject(
              Sdk.GLINT, kind, state.hasExemplars(), mostSeries, MemoryMode.REUSABLE_DATA);
      case CLIENT_JAVA -> new ClientJavaSubject(kind, state.hasExemplars(), mostSeries);
    };
  }

  private static void weigh(Library library, Kind kind, State state, int series)
      throws InterruptedException {
    final String prefix = key(kind, state, "");
    final Weight half = half(library, kind, state, series);
    final Subject subject = subject(library, kind, state, 2 * series);
    reachSteadyState(subject, state, 0, 2 * series);
    final long heap = Heap.used();
    final Footprint steady = weigh(subject).minus(half.steady);
    ChildJvm.tell(prefix + NEW, perSeries(half.withNew.minus(half.steady).total(), series));
    ChildJvm.tell(prefix + STEADY, perSeries(steady.total(), series));
    ChildJvm.tell(prefix + HEAP, perSeries(heap - half.heap, series));
    ChildJvm.tell(prefix + CLASSES, describe(steady.largest(CLASSES_SHOWN, series)));
  }

  /** Of a subject with half the series, which is garbage afterwards. */
  private record Weight(Footprint steady, Footprint withNew, long heap) {}

  private static Weight half(Library library, Kind kind, State state, int series)
      throws InterruptedException {
    final Subject subject = subject(library, kind, state, 2 * series);
    reachSteadyState(subject, state, 0, series);
    final long heap = Heap.used();
    final Footprint steady = weigh(subject);
    fillOnce(subject, state, series, 2 * series);
    return new Weight(steady, weigh(subject), heap);
  }

  /** Without what the application holds. */
  private static Footprint weigh(Subject subject) {
    return Footprint.of(subject.root(), subject.held()).minus(Footprint.of(subject.held()));
  }

  private static void fillOnce(Subject subject, State state, int from, int to)
      throws InterruptedException {
    Filling.fill(subject, state, from, to);
    if (state.isContended()) {
      Filling.meet(subject, state, from, to);
    }
  }

  /** Ends in the middle of an interval: what was recorded since the last collection is there. */
  private static void reachSteadyState(Subject subject, State state, int from, int to)
      throws InterruptedException {
    for (int i = 0; i < INTERVALS; i++) {
      fillOnce(subject, state, from, to);
      subject.collect();
    }
    subject.check(state);
    fillOnce(subject, state, from, to);
  }

  private static double perSeries(long bytes, int series) {
    return (double) bytes / series;
  }

  private static String describe(Map<String, Double> classes) {
    return classes.entrySet().stream()
        .map(entry -> entry.getKey() + " " + Math.round(entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
