package io.glint.bench.tail;

import io.glint.bench.Statistics;
import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.LinePlot;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Tool;
import io.glint.bench.tool.ToolOptions;
import io.glint.bench.tool.ToolReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** Measures how long the slowest recording calls take, and what of it the machine takes itself. */
public final class TailTool extends Tool {
  private static final int PER_SECOND = 100_000;
  private static final double TARGET = 0.1;

  /** Up to this multiple of the floor's percentile a call is as good as no call. */
  private static final double AT_THE_FLOOR = 2;

  /** Makes the tool. */
  public TailTool() {
    super("tail", "Latency of single recording calls");
  }

  @Override
  protected String description() {
    return """
    Measures single recording calls of two threads, or of one, each at a mean rate of 100 000 a
    second, into 128 series of a histogram, inside of sampled spans: while a collector never pauses,
    while another thread makes series (whose calls are measured, too), and while the heap is under
    pressure. The stock SDK, Glint and two that record nothing take turns, each in a JVM of its
    own: one calls nothing, one does nothing for as long as Glint's calls take.
    """;
  }

  /** What one JVM measured. */
  private record Fork(
      Histogram service,
      Histogram response,
      Histogram hiccups,
      Histogram first,
      double collections,
      double creations,
      double garbageCollections,
      double garbageMillis) {
    static Fork of(Map<String, String> results) {
      return new Fork(
          Latencies.decode(results.get(TailFork.SERVICE)),
          Latencies.decode(results.get(TailFork.RESPONSE)),
          Latencies.decode(results.get(TailFork.HICCUPS)),
          Latencies.decode(results.get(TailFork.FIRST)),
          Double.parseDouble(results.get(TailFork.COLLECTIONS)),
          Double.parseDouble(results.getOrDefault(TailFork.CREATIONS, "0")),
          Double.parseDouble(results.get(TailFork.GARBAGE_COLLECTIONS)),
          Double.parseDouble(results.get(TailFork.GARBAGE_MILLIS)));
    }
  }

  @Override
  protected void measure(ToolOptions options, ToolReport report)
      throws IOException, InterruptedException {
    final int forks = options.choose(1, 3);
    final int warmupMillis = options.choose(900, 1500);
    final int measuredMillis = options.choose(1500, 5500);
    report.text(
        forks
            + (forks == 1 ? " JVM" : " JVMs")
            + " of each side, taking turns; warm-up "
            + warmupMillis
            + " ms, measured "
            + measuredMillis
            + " ms. Service time: from just before a call to just after it, the cost of"
            + " System.nanoTime included. Response time: from when the call was due, so that calls"
            + " that had to wait for a slow one count as late. The baseline does the same but"
            + " calls nothing; because a call that takes longer is interrupted more often, another"
            + " one takes as long to do nothing as a call of Glint's in the JVM before, the mean of"
            + " all but the slowest thousandth. Where the collector never pauses, a thread of these"
            + " never does either. Hiccups are how late a thread wakes that"
            + " sleeps a millisecond. The recorders spin until a call is due:"
            + " with more busy threads than processors the response time is mostly that of the"
            + " scheduler, for the baseline too, and the service time is what tells SDKs apart.");
    final HistogramFile all = new HistogramFile();
    for (final Scenario scenario : Scenario.values()) {
      final Map<Side, List<Fork>> measured = new EnumMap<>(Side.class);
      for (final Side side : Side.values()) {
        measured.put(side, new ArrayList<>());
      }
      for (int i = 0; i < forks; i++) {
        for (final Side side : order(i)) {
          final long idleNanos = side == Side.IDLE ? idleNanos(measured, i) : 0;
          final Fork fork = fork(side, scenario, warmupMillis, measuredMillis, idleNanos);
          measured.get(side).add(fork);
          all.add(scenario, side, i, TailFork.SERVICE, fork.service());
          all.add(scenario, side, i, TailFork.RESPONSE, fork.response());
          all.add(scenario, side, i, TailFork.HICCUPS, fork.hiccups());
          if (scenario.createsSeries()) {
            all.add(scenario, side, i, TailFork.FIRST, fork.first());
          }
          progress(
              String.format(
                  Locale.ROOT,
                  "%s, %s, fork %d of %d: p99.99 %s",
                  scenario,
                  side.title(),
                  i + 1,
                  forks,
                  Numbers.duration(Latencies.judged(fork.service()))));
        }
      }
      report(scenario, measured, report);
    }
    report.file("tail.hlog", all.text());
  }

  /** What a call of Glint's took, without the clock, which who does nothing looks at, too. */
  private static long idleNanos(Map<Side, List<Fork>> measured, int fork) {
    return Math.max(
        1,
        Math.round(
            Latencies.typical(measured.get(Side.GLINT).get(fork).service())
                - Latencies.typical(measured.get(Side.BASELINE).get(fork).service())));
  }

  /**
   * Whoever comes first meets the machine in another state than who comes last; but how long to do
   * nothing is known last.
   */
  private static List<Side> order(int fork) {
    return fork % 2 == 0
        ? List.of(Side.BASELINE, Side.STOCK, Side.GLINT, Side.IDLE)
        : List.of(Side.GLINT, Side.STOCK, Side.BASELINE, Side.IDLE);
  }

  private static Fork fork(
      Side side, Scenario scenario, int warmupMillis, int measuredMillis, long idleNanos)
      throws IOException, InterruptedException {
    final String heap = scenario.heapMegabytes() + "m";
    return Fork.of(
        ChildJvm.run(
            TailFork.class,
            List.of("-Xms" + heap, "-Xmx" + heap),
            words(
                side,
                scenario,
                scenario.recorders(),
                PER_SECOND,
                warmupMillis,
                measuredMillis,
                idleNanos)));
  }

  private static void report(Scenario scenario, Map<Side, List<Fork>> measured, ToolReport report) {
    report.heading(scenario.title());
    report.text("Service time:");
    report.table(table(measured, Fork::service));
    report.text("Response time:");
    report.table(table(measured, Fork::response));
    final double[] ratios =
        ratios(
            judged(measured.get(Side.GLINT), Fork::service),
            judged(measured.get(Side.STOCK), Fork::service));
    final double floor = Statistics.median(judged(measured.get(Side.BASELINE), Fork::service));
    final double idle = Statistics.median(judged(measured.get(Side.IDLE), Fork::service));
    final double glint = Statistics.median(judged(measured.get(Side.GLINT), Fork::service));
    report.text(verdict(scenario, ratios, floor, idle, glint));
    final double[] responses =
        ratios(
            judged(measured.get(Side.GLINT), Fork::response),
            judged(measured.get(Side.STOCK), Fork::response));
    report.text(
        "p99.99 of the response time, Glint to stock: " + Numbers.withRange(responses) + ".");
    report.text(
        "In a second, warm-up included, "
            + rates("collections", measured, Fork::collections)
            + ".");
    report.text(
        "Garbage collections in a JVM, warm-up included, and milliseconds of all of them: "
            + rates("number", measured, Fork::garbageCollections)
            + "; "
            + rates("milliseconds", measured, Fork::garbageMillis)
            + ".");
    if (scenario.createsSeries()) {
      report.text("Service time of the calls with which attribute sets were seen first:");
      report.table(firstTable(measured));
      report.text(
          "In a second, warm-up included, "
              + rates("new attribute sets", measured, Fork::creations)
              + ".");
    }
    final String title = "Service time: " + scenario.title();
    report.plot(
        "tail-" + scenario.name().toLowerCase(Locale.ROOT).replace('_', '-'),
        title,
        plot(title, measured).draw());
  }

  /** How much the SDKs were disturbed. */
  private static String rates(
      String what, Map<Side, List<Fork>> measured, ToDoubleFunction<Fork> rate) {
    return Stream.of(Side.STOCK, Side.GLINT)
        .map(
            side ->
                side.title()
                    + " "
                    + Numbers.three(
                        Statistics.median(measured.get(side).stream().mapToDouble(rate).toArray())))
        .collect(Collectors.joining(", ", what + ": ", ""));
  }

  /** Ratios of pairs of forks run next to each other. */
  static double[] ratios(double[] glint, double[] stock) {
    final double[] ratios = new double[glint.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = glint[i] / stock[i];
    }
    return ratios;
  }

  /** What the ratios say of the target, and the floor of what can be said. */
  static String verdict(
      Scenario scenario, double[] ratios, double floorNanos, double idleNanos, double glintNanos) {
    final String target =
        "; target (P9) ≤ "
            + TARGET
            + ", met: "
            + (Statistics.median(ratios) <= TARGET ? "yes" : "no");
    return "p99.99 of the service time, Glint to stock: "
        + Numbers.withRange(ratios)
        + (scenario.isJudged() ? target : "")
        + ". Noise floor: "
        + Numbers.duration(floorNanos)
        + " for a call of no length, "
        + Numbers.duration(idleNanos)
        + " for one that does nothing for as long as Glint's"
        + "; Glint, at "
        + Numbers.duration(glintNanos)
        + ", is "
        + (glintNanos <= AT_THE_FLOOR * Math.max(floorNanos, idleNanos)
            ? "at the floor: its own part cannot be told from the machine's."
            : Numbers.three(glintNanos / idleNanos) + " times the latter.");
  }

  private static double[] judged(List<Fork> forks, Function<Fork, Histogram> which) {
    return forks.stream().map(which).mapToDouble(Latencies::judged).toArray();
  }

  private static Histogram merged(List<Fork> forks, Function<Fork, Histogram> which) {
    return Latencies.merge(forks.stream().map(which).toList());
  }

  private static Table table(Map<Side, List<Fork>> measured, Function<Fork, Histogram> which) {
    final Table table = emptyTable();
    for (final Map.Entry<Side, List<Fork>> side : measured.entrySet()) {
      addRow(table, side.getKey().title(), side.getValue(), which);
    }
    addRow(
        table, "hiccups", measured.values().stream().flatMap(List::stream).toList(), Fork::hiccups);
    return table;
  }

  private static Table firstTable(Map<Side, List<Fork>> measured) {
    final Table table = emptyTable();
    for (final Side side : List.of(Side.BASELINE, Side.STOCK, Side.GLINT)) {
      addRow(table, side.title(), measured.get(side), Fork::first);
    }
    return table;
  }

  private static Table emptyTable() {
    return new Table("", "p50", "p90", "p99", "p99.9", "p99.99", "p99.99, forks", "max", "calls");
  }

  private static void addRow(
      Table table, String title, List<Fork> forks, Function<Fork, Histogram> which) {
    final Histogram all = merged(forks, which);
    final List<String> cells = new ArrayList<>();
    cells.add(title);
    for (final double percentile : Latencies.PERCENTILES) {
      cells.add(Numbers.duration((double) all.getValueAtPercentile(percentile)));
    }
    final double[] judged = judged(forks, which);
    cells.add(
        Numbers.duration(Statistics.quantile(judged, 0))
            + " – "
            + Numbers.duration(Statistics.quantile(judged, 1)));
    cells.add(Numbers.duration((double) all.getMaxValue()));
    cells.add(Long.toString(all.getTotalCount()));
    table.add(cells.toArray(new String[0]));
  }

  private static LinePlot plot(String title, Map<Side, List<Fork>> measured) {
    final LinePlot plot =
        new LinePlot(title, "percentile", TailTool::percentile, "time", Numbers::duration);
    for (final Map.Entry<Side, List<Fork>> side : measured.entrySet()) {
      add(plot, side.getKey().title(), merged(side.getValue(), Fork::service));
    }
    add(
        plot,
        "hiccups",
        merged(measured.values().stream().flatMap(List::stream).toList(), Fork::hiccups));
    return plot;
  }

  /** As many points as the histogram has: the last one stands for a single call. */
  private static void add(LinePlot plot, String name, Histogram histogram) {
    final List<Double> xs = new ArrayList<>();
    final List<Double> ys = new ArrayList<>();
    for (double above = 1; above <= (double) histogram.getTotalCount(); above *= 1.15) {
      xs.add(above);
      ys.add((double) histogram.getValueAtPercentile(100 - 100 / above));
    }
    plot.add(name, Numbers.array(xs), Numbers.array(ys));
  }

  /** Names the percentile that one in {@code above} calls is above. */
  static String percentile(double above) {
    if (above < 2) {
      return "0 %";
    }
    final int nines = (int) Math.round(Math.log10(above));
    return (nines <= 2
            ? "9".repeat(nines) + (nines == 1 ? "0" : "")
            : "99." + "9".repeat(nines - 2))
        + " %";
  }
}
