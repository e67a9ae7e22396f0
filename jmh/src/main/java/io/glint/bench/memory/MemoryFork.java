package io.glint.bench.memory;

import io.glint.bench.Sdk;
import io.glint.bench.tool.ChildJvm;
import io.opentelemetry.sdk.common.export.MemoryMode;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One JVM that weighs the series of one library in all states. What is counted is the difference
 * that the second half of the series makes: all that does not depend on their number cancels out.
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
      for (final State state : MemoryTool.states(kind)) {
        // Classes are loaded and pools are made by the first use.
        reachSteadyState(subject(library, kind, state, REHEARSED), state, 0, REHEARSED);
        weigh(subject(library, kind, state, 2 * series), state, series, key(kind, state, ""));
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

  private static void weigh(Subject subject, State state, int series, String prefix)
      throws InterruptedException {
    reachSteadyState(subject, state, 0, series);
    final long heapBefore = Heap.used();
    final Footprint held = Footprint.of(subject.held());
    final Footprint half = Footprint.of(subject.root(), subject.held());
    fillOnce(subject, state, series, 2 * series);
    final Footprint withNew = Footprint.of(subject.root(), subject.held());
    // All: collecting also takes from the first half what was recorded into it since.
    reachSteadyState(subject, state, 0, 2 * series);
    final long heapAfter = Heap.used();
    final Footprint all = Footprint.of(subject.root(), subject.held());
    final Footprint heldLater = Footprint.of(subject.held());
    // What the application holds has not grown, but a cached hash or string may have.
    final Footprint steady = all.minus(half).minus(heldLater.minus(held));
    ChildJvm.tell(prefix + NEW, perSeries(withNew.minus(half).total(), series));
    ChildJvm.tell(prefix + STEADY, perSeries(steady.total(), series));
    ChildJvm.tell(prefix + HEAP, perSeries(heapAfter - heapBefore, series));
    ChildJvm.tell(prefix + CLASSES, inWords(steady.largest(CLASSES_SHOWN, series)));
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
    fillOnce(subject, state, from, to);
  }

  private static double perSeries(long bytes, int series) {
    return (double) bytes / series;
  }

  private static String inWords(Map<String, Double> classes) {
    return classes.entrySet().stream()
        .map(entry -> entry.getKey() + " " + Math.round(entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
