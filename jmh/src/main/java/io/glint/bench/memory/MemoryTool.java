package io.glint.bench.memory;

import io.glint.bench.Statistics;
import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Tool;
import io.glint.bench.tool.ToolOptions;
import io.glint.bench.tool.ToolReport;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Weighs series: of Glint, of the stock SDK, and of client_java. */
public final class MemoryTool extends Tool {
  private static final double TARGET_OFF = 0.25;
  private static final double TARGET_FILLED = 0.35;
  private static final double TOLERANCE = 0.1;
  private static final String NONE = "–";

  /** Makes the tool. */
  public MemoryTool() {
    super("memory", "What a series keeps");
  }

  @Override
  protected String description() {
    return """
    Counts the bytes that a series keeps, object by object (JOL): of each aggregation, without
    exemplars and with, before and after two threads have met in it; for the stock SDK, Glint and
    Prometheus client_java, each in a JVM of its own. What the heap grows by is shown beside it.
    """;
  }

  /**
   * JOL sees into what it may not open as well, but takes a hundred times as long for it. As an
   * agent it asks the JVM for sizes; else it would not see the padding behind contended fields.
   */
  private static List<String> flags() {
    final List<String> flags = new ArrayList<>();
    if (asksJvm()) {
      flags.add("-javaagent:" + System.getProperty("java.class.path"));
    }
    flags.addAll(List.of("-Xms3g", "-Xmx3g", "-Djol.magicFieldOffset=true"));
    flags.add(ClientJavaSubject.SAMPLE_INTERVAL);
    final Module base = Object.class.getModule();
    for (final String name : base.getPackages()) {
      flags.add("--add-opens=" + base.getName() + "/" + name + "=ALL-UNNAMED");
    }
    return flags;
  }

  /** True if this runs from its jar, whose path can be that of an agent. */
  private static boolean asksJvm() {
    final String classPath = System.getProperty("java.class.path");
    return classPath.endsWith(".jar")
        && !classPath.contains(File.pathSeparator)
        && classPath.indexOf('=') < 0;
  }

  @Override
  protected void measure(ToolOptions options, ToolReport report)
      throws IOException, InterruptedException {
    final int series = options.choose(1000, 10_000);
    final int rounds = options.choose(1, 2);
    final Map<Library, List<Map<String, String>>> results = new EnumMap<>(Library.class);
    for (final Library library : Library.values()) {
      results.put(library, new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (final Library library : Library.values()) {
        results.get(library).add(ChildJvm.run(MemoryFork.class, flags(), words(library, series)));
        progress(library.title() + ", round " + (round + 1) + " of " + rounds);
      }
    }
    report.text(
        "Bytes for each of "
            + Numbers.count(series)
            + " series; what "
            + 2L * series
            + " keep less what "
            + series
            + " keep, so that what does not depend on their number cancels out. Attributes and"
            + " label values that the application holds are not counted; copies of them are. All 16"
            + " buckets have measurements. Steady: two collections with reusable data behind it,"
            + " and measurements since, in each bucket, each sampled one in a span of its own."
            + " Two threads have met: the same two in each series. New: not collected yet. Heap:"
            + " what the heap in use grows by after collecting garbage, steady state, as a check."
            + " Median of "
            + rounds
            + (rounds == 1 ? " round." : " rounds."));
    for (final Kind kind : Kind.values()) {
      report.heading(kind.title());
      report.table(table(kind, results));
    }
    if (!asksJvm()) {
      report.text(
          "Sizes were reckoned, without the padding of contended fields: not run from the jar.");
    }
    report.text(check(results));
    report.heading("Targets");
    report.list(
        List.of(
            target(results, State.OFF, TARGET_OFF), target(results, State.FILLED, TARGET_FILLED)));
    report.heading("Where the bytes of an explicit histogram are");
    report.text("Bytes for a series in its steady state, by class; the largest.");
    final List<String> lines = new ArrayList<>();
    for (final State state : List.of(State.OFF, State.FILLED)) {
      for (final Library library : Library.values()) {
        lines.add(
            library.title()
                + ", "
                + state.title()
                + ": "
                + results
                    .get(library)
                    .get(0)
                    .getOrDefault(MemoryFork.key(Kind.EXPLICIT, state, MemoryFork.CLASSES), NONE));
      }
    }
    report.list(lines);
  }

  /** The two ways of counting know nothing of each other. */
  private static String check(Map<Library, List<Map<String, String>>> results) {
    final List<String> differing = new ArrayList<>();
    for (final Kind kind : Kind.values()) {
      for (final State state : State.values()) {
        for (final Library library : Library.values()) {
          final double counted = bytes(results, library, kind, state, MemoryFork.STEADY);
          final double heap = bytes(results, library, kind, state, MemoryFork.HEAP);
          if (Math.abs(heap - counted) > TOLERANCE * counted) {
            differing.add(
                library.title()
                    + ", "
                    + kind.title()
                    + ", "
                    + state.title()
                    + " ("
                    + Numbers.fixed(counted, 0)
                    + ", heap "
                    + Numbers.fixed(heap, 0)
                    + ")");
          }
        }
      }
    }
    return "Check: the heap grows by another amount than was counted, by more than a tenth: "
        + (differing.isEmpty() ? "nowhere." : String.join("; ", differing) + ".");
  }

  private static Table table(Kind kind, Map<Library, List<Map<String, String>>> results) {
    final List<String> header = new ArrayList<>();
    header.add("state");
    for (final Library library : Library.values()) {
      header.add(library.title());
    }
    header.add("Glint / stock");
    header.add("Glint / client_java");
    for (final Library library : Library.values()) {
      header.add(library.title() + ", new");
    }
    for (final Library library : Library.values()) {
      header.add(library.title() + ", heap");
    }
    final Table table = new Table(header.toArray(new String[0]));
    for (final State state : State.values()) {
      final List<String> row = new ArrayList<>();
      row.add(state.title());
      addBytes(row, results, kind, state, MemoryFork.STEADY);
      for (final Library peer : List.of(Library.STOCK, Library.CLIENT_JAVA)) {
        final double ratio =
            bytes(results, Library.GLINT, kind, state, MemoryFork.STEADY)
                / bytes(results, peer, kind, state, MemoryFork.STEADY);
        row.add(Double.isNaN(ratio) ? NONE : Numbers.fixed(ratio, 3));
      }
      addBytes(row, results, kind, state, MemoryFork.NEW);
      addBytes(row, results, kind, state, MemoryFork.HEAP);
      table.add(row.toArray(new String[0]));
    }
    return table;
  }

  private static void addBytes(
      List<String> row,
      Map<Library, List<Map<String, String>>> results,
      Kind kind,
      State state,
      String what) {
    for (final Library library : Library.values()) {
      final double bytes = bytes(results, library, kind, state, what);
      row.add(Double.isNaN(bytes) ? NONE : Numbers.fixed(bytes, 0));
    }
  }

  /** Median of the rounds, or NaN if the library has no such thing. */
  static double bytes(
      Map<Library, List<Map<String, String>>> results,
      Library library,
      Kind kind,
      State state,
      String what) {
    final double[] rounds =
        results.get(library).stream()
            .map(round -> round.get(MemoryFork.key(kind, state, what)))
            .filter(value -> value != null)
            .mapToDouble(Double::parseDouble)
            .toArray();
    return rounds.length == 0 ? Double.NaN : Statistics.median(rounds);
  }

  private static String target(
      Map<Library, List<Map<String, String>>> results, State state, double target) {
    final double ratio =
        bytes(results, Library.GLINT, Kind.EXPLICIT, state, MemoryFork.STEADY)
            / bytes(results, Library.STOCK, Kind.EXPLICIT, state, MemoryFork.STEADY);
    return "P11, explicit histogram, "
        + state.title()
        + ": "
        + Numbers.fixed(ratio, 3)
        + " of stock; target ≤ "
        + target
        + ", met: "
        + (ratio <= target ? "yes" : "no");
  }
}
