package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.Statistics;
import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.LinePlot;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Tool;
import io.glint.bench.tool.ToolOptions;
import io.glint.bench.tool.ToolReport;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures how costs grow: with series, with threads, with buckets. */
public final class ScaleTool extends Tool {
  /** What is measured of collecting, by its index. */
  static final List<CollectCost> COLLECT_COSTS =
      List.of(
          new CollectCost(AggregationTemporality.CUMULATIVE, false, 1),
          new CollectCost(AggregationTemporality.DELTA, false, 1),
          new CollectCost(AggregationTemporality.CUMULATIVE, true, 0),
          new CollectCost(AggregationTemporality.CUMULATIVE, true, 1),
          new CollectCost(AggregationTemporality.CUMULATIVE, true, 16),
          new CollectCost(AggregationTemporality.DELTA, true, 16));

  private static final int COLLECTED_SERIES = 10_000;
  private static final double COLLECT_TARGET = 0.5;

  /** Some bytes are of the collection as a whole, not of its series. */
  private static final double NO_BYTES = 0.1;

  private static final double FLAT = 2;
  private static final int MANY = 1_000_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final String NONE = "–";

  /** Makes the tool. */
  public ScaleTool() {
    super("scale", "How costs grow");
  }

  @Override
  protected String description() {
    return """
    Measures what collecting 10 000 histogram series costs, with and without exemplars; what
    recording, collecting, encoding and keeping a series costs from 100 to 1 000 000 of them; what a
    record costs with 1 to 64 threads, and with 1 to 1000 bucket boundaries. Glint and the stock SDK
    take turns, each in JVMs of their own. The full run needs 6 GB of memory.
    """;
  }

  /** Results of the forks of one kind, by SDK and key. */
  private static final class Measured {
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    void add(Sdk sdk, Map<String, String> results) {
      results.forEach(
          (key, value) ->
              samples
                  .computeIfAbsent(sdk + key, absent -> new ArrayList<>())
                  .add(Double.valueOf(value)));
    }

    /** The median, or NaN if it was not measured. */
    double median(Sdk sdk, String key) {
      final List<Double> values = samples.get(sdk + key);
      return values == null ? Double.NaN : Statistics.median(Numbers.array(values));
    }

    String withRange(Sdk sdk, String key) {
      final List<Double> values = samples.get(sdk + key);
      if (values == null) {
        return NONE;
      }
      return values.size() == 1
          ? Numbers.three(values.get(0))
          : Numbers.withRange(Numbers.array(values));
    }

    double ratio(String key) {
      return median(Sdk.GLINT, key) / median(Sdk.STOCK, key);
    }
  }

  @Override
  protected void measure(ToolOptions options, ToolReport report)
      throws IOException, InterruptedException {
    final int forks = options.choose(1, 2);
    report.text(
        "Each figure is the median of "
            + (forks == 1 ? "one JVM's" : forks + " JVMs'")
            + " medians (and the range of these), each of many rounds after as long a warm-up.");
    collect(options, forks, report);
    sizes(options, forks, report);
    threads(options, forks, report);
    bounds(options, forks, report);
  }

  private static Map<String, String> fork(
      String kind, Sdk sdk, String heap, int millis, int series, List<Integer> numbers)
      throws IOException, InterruptedException {
    final List<Object> words = new ArrayList<>(List.of(kind, sdk, millis, series));
    words.addAll(numbers);
    return ChildJvm.run(
        ScaleFork.class, List.of("-Xms" + heap, "-Xmx" + heap), words(words.toArray()));
  }

  /** Whoever comes first meets the machine in another state than who comes last. */
  private static List<Sdk> order(int fork) {
    return fork % 2 == 0 ? List.of(Sdk.STOCK, Sdk.GLINT) : List.of(Sdk.GLINT, Sdk.STOCK);
  }

  private static void collect(ToolOptions options, int forks, ToolReport report)
      throws IOException, InterruptedException {
    final int millis = options.choose(300, 1500);
    final Measured measured = new Measured();
    for (int fork = 0; fork < forks; fork++) {
      for (int cost = 0; cost < COLLECT_COSTS.size(); cost++) {
        for (final Sdk sdk : order(fork)) {
          measured.add(
              sdk, fork(ScaleFork.COLLECT, sdk, "1g", millis, COLLECTED_SERIES, List.of(cost)));
        }
        progress("collecting, " + COLLECT_COSTS.get(cost).title() + ", fork " + (fork + 1));
      }
    }
    report.heading("Collecting " + COLLECTED_SERIES + " histogram series");
    final Table table =
        new Table("what", "stock ns", "Glint ns", "ratio", "met", "stock B", "Glint B");
    for (final CollectCost cost : COLLECT_COSTS) {
      final String nanos = cost.key() + ScaleFork.NANOS;
      final String bytes = cost.key() + ScaleFork.BYTES;
      final double ratio = measured.ratio(nanos);
      final double glintBytes = measured.median(Sdk.GLINT, bytes);
      table.add(
          cost.title(),
          measured.withRange(Sdk.STOCK, nanos),
          measured.withRange(Sdk.GLINT, nanos),
          Numbers.three(ratio),
          (ratio <= COLLECT_TARGET ? "time" : "not time")
              + (glintBytes < NO_BYTES ? ", bytes" : ", not bytes"),
          Numbers.three(measured.median(Sdk.STOCK, bytes)),
          Numbers.three(glintBytes));
    }
    report.table(table);
    report.text(
        "For each series, by the collecting thread, with reusable data; in between, outside of the"
            + " measurement, series were recorded into as the row says, each time inside of a new"
            + " sampled span. Reads the count of each point. Under"
            + " cumulative temporality a point of Glint shows an exemplar until a newer one replaces"
            + " it, one of the stock SDK only what is new. P12: ratio ≤ "
            + COLLECT_TARGET
            + " and 0 B for a series.");
  }

  private static void sizes(ToolOptions options, int forks, ToolReport report)
      throws IOException, InterruptedException {
    final int[] sizes =
        options.isQuick()
            ? new int[] {100, 10_000, 100_000}
            : new int[] {100, 1000, 10_000, 100_000, MANY};
    final int millis = options.choose(200, 1000);
    final Map<Integer, Measured> bySize = new LinkedHashMap<>();
    for (final int size : sizes) {
      final Measured measured = new Measured();
      for (int fork = 0; fork < forks; fork++) {
        for (final Sdk sdk : order(fork)) {
          measured.add(
              sdk, fork(ScaleFork.SIZE, sdk, size == MANY ? "6g" : "2g", millis, size, List.of()));
        }
        progress(Numbers.count(size) + " series, fork " + (fork + 1));
      }
      bySize.put(size, measured);
    }
    report.heading("Number of series");
    final Table table =
        new Table(
            "series",
            "record, stock ns",
            "record, Glint ns",
            "collect, stock ns",
            "collect, Glint ns",
            "collect, stock B",
            "collect, Glint B",
            "OTLP, Glint ns",
            "keep, stock B",
            "keep, Glint B");
    bySize.forEach(
        (size, measured) ->
            table.add(
                Numbers.count(size),
                measured.withRange(Sdk.STOCK, SizeCost.RECORD + ScaleFork.NANOS),
                measured.withRange(Sdk.GLINT, SizeCost.RECORD + ScaleFork.NANOS),
                measured.withRange(Sdk.STOCK, SizeCost.COLLECT + ScaleFork.NANOS),
                measured.withRange(Sdk.GLINT, SizeCost.COLLECT + ScaleFork.NANOS),
                measured.withRange(Sdk.STOCK, SizeCost.COLLECT + ScaleFork.BYTES),
                measured.withRange(Sdk.GLINT, SizeCost.COLLECT + ScaleFork.BYTES),
                measured.withRange(Sdk.GLINT, SizeCost.ENCODE + ScaleFork.NANOS),
                measured.withRange(Sdk.STOCK, SizeCost.MEMORY + ScaleFork.BYTES),
                measured.withRange(Sdk.GLINT, SizeCost.MEMORY + ScaleFork.BYTES)));
    report.table(table);
    report.text(
        "One thread records in an order that jumps between all series, exemplars off; each figure"
            + " is of one record or one series. Collect: what was recorded before, nothing new."
            + " OTLP: encoding and sending over the loopback interface, to a receiver in the same"
            + " JVM that keeps nothing; with few series it is mostly the round trip. Keep: what the"
            + " heap grows by, after collecting; with few series it is mostly what does not depend"
            + " on their number.");
    final List<String> verdicts = new ArrayList<>();
    for (final String what : List.of(SizeCost.RECORD, SizeCost.COLLECT, SizeCost.ENCODE)) {
      verdicts.add(flatness(what, bySize, Sdk.GLINT));
      if (!what.equals(SizeCost.ENCODE)) {
        verdicts.add(flatness(what, bySize, Sdk.STOCK));
      }
    }
    report.list(verdicts);
    report.list(
        bySize.entrySet().stream()
            .map(entry -> service(entry.getKey(), entry.getValue()))
            .toList());
    plotSizes(bySize, report);
  }

  private static String flatness(String what, Map<Integer, Measured> bySize, Sdk sdk) {
    final double[] costs = costs(what + ScaleFork.NANOS, bySize, sdk);
    final double spread = spread(costs);
    return "P16, "
        + what
        + ", "
        + (sdk == Sdk.GLINT ? "Glint" : "stock")
        + ": the dearest size costs "
        + Numbers.three(spread)
        + " times the cheapest"
        + (sdk == Sdk.GLINT
            ? "; target ≤ " + (int) FLAT + ", met: " + (spread <= FLAT ? "yes" : "no")
            : "");
  }

  /** The largest by the smallest. */
  static double spread(double... costs) {
    return Arrays.stream(costs).max().orElseThrow() / Arrays.stream(costs).min().orElseThrow();
  }

  private static double[] costs(String key, Map<Integer, Measured> bySize, Sdk sdk) {
    return bySize.values().stream().mapToDouble(measured -> measured.median(sdk, key)).toArray();
  }

  /** What it means for a service. */
  private static String service(int series, Measured measured) {
    return "A service with "
        + Numbers.count(series)
        + " histogram series: a collection takes "
        + total(measured, SizeCost.COLLECT + ScaleFork.NANOS, series / NANOS_PER_MILLI)
        + " ms with Glint (stock "
        + stockTotal(measured, SizeCost.COLLECT + ScaleFork.NANOS, series / NANOS_PER_MILLI)
        + "), sending it "
        + total(measured, SizeCost.ENCODE + ScaleFork.NANOS, series / NANOS_PER_MILLI)
        + " ms more, and the series keep "
        + total(measured, SizeCost.MEMORY + ScaleFork.BYTES, series / BYTES_PER_MEGABYTE)
        + " MB (stock "
        + stockTotal(measured, SizeCost.MEMORY + ScaleFork.BYTES, series / BYTES_PER_MEGABYTE)
        + ").";
  }

  private static String total(Measured measured, String key, double times) {
    return Numbers.three(measured.median(Sdk.GLINT, key) * times);
  }

  private static String stockTotal(Measured measured, String key, double times) {
    return Numbers.three(measured.median(Sdk.STOCK, key) * times);
  }

  private static void plotSizes(Map<Integer, Measured> bySize, ToolReport report) {
    final double[] sizes = bySize.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
    final String title = "Cost of one record or one series, by the number of series";
    final LinePlot plot =
        new LinePlot(
            title, "series", size -> Numbers.count((long) size), "time", Numbers::duration);
    for (final String what : List.of(SizeCost.RECORD, SizeCost.COLLECT)) {
      for (final Sdk sdk : Sdk.values()) {
        plot.add(
            what + ", " + (sdk == Sdk.GLINT ? "Glint" : "stock"),
            sizes,
            costs(what + ScaleFork.NANOS, bySize, sdk));
      }
    }
    plot.add("OTLP, Glint", sizes, costs(SizeCost.ENCODE + ScaleFork.NANOS, bySize, Sdk.GLINT));
    report.plot("scale-series", title, plot.draw());
  }

  private static void threads(ToolOptions options, int forks, ToolReport report)
      throws IOException, InterruptedException {
    final List<Integer> counts =
        options.isQuick() ? List.of(1, 2, 8, 64) : List.of(1, 2, 4, 8, 16, 32, 64);
    final List<Integer> cardinalities = List.of(1, 128);
    final int millis = options.choose(250, 1000);
    final Measured measured = new Measured();
    for (int fork = 0; fork < forks; fork++) {
      for (final int series : cardinalities) {
        for (final Sdk sdk : order(fork)) {
          measured.add(sdk, fork(ScaleFork.THREADS, sdk, "1g", millis, series, counts));
        }
        progress("threads on " + series + " series, fork " + (fork + 1));
      }
    }
    report.heading("Number of threads");
    final String title = "Processor time of one record, by the number of threads";
    final LinePlot plot =
        new LinePlot(
            title, "threads", count -> Numbers.count((long) count), "time", Numbers::duration);
    final double[] xs = counts.stream().mapToDouble(Integer::doubleValue).toArray();
    final Table table = new Table("threads", "series", "stock ns", "Glint ns", "ratio");
    for (final int series : cardinalities) {
      for (final int count : counts) {
        final String key = ThreadCost.key(series, count) + ScaleFork.NANOS;
        table.add(
            Integer.toString(count),
            Integer.toString(series),
            measured.withRange(Sdk.STOCK, key),
            measured.withRange(Sdk.GLINT, key),
            Numbers.three(measured.ratio(key)));
      }
      for (final Sdk sdk : Sdk.values()) {
        plot.add(
            (sdk == Sdk.GLINT ? "Glint, " : "stock, ") + series + " series",
            xs,
            counts.stream()
                .mapToDouble(
                    count -> measured.median(sdk, ThreadCost.key(series, count) + ScaleFork.NANOS))
                .toArray());
      }
    }
    report.table(table);
    report.text(
        "Inside of sampled spans. Elapsed time, times the processors that the threads can use,"
            + " busy or not, by the number of records of all threads: it stays the same if threads do"
            + " not get in each other's way.");
    report.plot("scale-threads", title, plot.draw());
  }

  private static void bounds(ToolOptions options, int forks, ToolReport report)
      throws IOException, InterruptedException {
    final List<Integer> counts =
        options.isQuick() ? List.of(1, 15, 1000) : List.of(1, 5, 15, 50, 100, 300, 1000);
    final int millis = options.choose(250, 700);
    final Measured measured = new Measured();
    for (int fork = 0; fork < forks; fork++) {
      for (final int count : counts) {
        for (final Sdk sdk : order(fork)) {
          measured.add(sdk, fork(ScaleFork.BOUNDS, sdk, "512m", millis, 1, List.of(count)));
        }
      }
      progress("bounds, fork " + (fork + 1));
    }
    report.heading("Number of bucket boundaries");
    final Table table = new Table("boundaries", "stock ns", "Glint ns", "ratio");
    for (final int count : counts) {
      final String key = BoundCost.key(count) + ScaleFork.NANOS;
      table.add(
          Integer.toString(count),
          measured.withRange(Sdk.STOCK, key),
          measured.withRange(Sdk.GLINT, key),
          Numbers.three(measured.ratio(key)));
    }
    report.table(table);
    report.text(
        "One thread, one series, exemplars off; values and boundaries are spread evenly over the"
            + " logarithm from 1 to 10 000, so that a branch predictor cannot guess the bucket.");
    final String title = "Cost of one record, by the number of bucket boundaries";
    final LinePlot plot =
        new LinePlot(
            title, "boundaries", count -> Numbers.count((long) count), "time", Numbers::duration);
    final double[] xs = counts.stream().mapToDouble(Integer::doubleValue).toArray();
    for (final Sdk sdk : Sdk.values()) {
      plot.add(
          sdk == Sdk.GLINT ? "Glint" : "stock",
          xs,
          counts.stream()
              .mapToDouble(count -> measured.median(sdk, BoundCost.key(count) + ScaleFork.NANOS))
              .toArray());
    }
    report.plot("scale-bounds", title, plot.draw());
  }
}
