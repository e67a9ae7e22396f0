package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Tool;
import io.glint.bench.tool.ToolOptions;
import io.glint.bench.tool.ToolReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures the slowest recording call of an instrument that has very many series. */
public final class SlowestTool extends Tool {
  private static final double NANOS_PER_MICRO = 1000;

  /** Makes the tool. */
  public SlowestTool() {
    super("slowest", "The slowest recording call with many series");
  }

  @Override
  protected String description() {
    return """
    Measures the slowest recording call while series are made, while a collection evicts idle
    series, beside a collection that evicts nothing, and while recorders make room at the cardinality
    limit; with 100 000 and 500 000 series under delta temporality. Nothing collects garbage
    meanwhile. Glint and the stock SDK take turns, each in JVMs of their own, of 5 GB.
    """;
  }

  @Override
  protected void measure(ToolOptions options, ToolReport report)
      throws IOException, InterruptedException {
    final int[] sizes = options.isQuick() ? new int[] {20_000} : new int[] {100_000, 500_000};
    final int forks = options.choose(1, 3);
    report.text(
        "Microseconds; the largest time of one call in each of "
            + forks
            + (forks == 1 ? " JVM" : " JVMs")
            + ". Two threads record. Elapsed: with waits, and with what the operating system took"
            + " for others. Processor: what the call itself used.");
    final Table table =
        new Table(
            "series",
            "while",
            "stock, elapsed",
            "Glint, elapsed",
            "stock, processor",
            "Glint, processor");
    for (final int size : sizes) {
      final Map<String, List<Double>> slowest = new LinkedHashMap<>();
      for (int fork = 0; fork < forks; fork++) {
        for (final Sdk sdk : Sdk.values()) {
          fork(sdk, size)
              .forEach(
                  (key, nanos) ->
                      slowest
                          .computeIfAbsent(sdk + key, absent -> new ArrayList<>())
                          .add(Double.parseDouble(nanos) / NANOS_PER_MICRO));
        }
        progress(Numbers.count(size) + " series, fork " + (fork + 1));
      }
      for (final SlowestCall.Situation situation : SlowestCall.Situation.values()) {
        table.add(
            Numbers.count(size),
            situation.describe(),
            times(slowest.get(Sdk.STOCK + situation.name() + SlowestCall.ELAPSED)),
            times(slowest.get(Sdk.GLINT + situation.name() + SlowestCall.ELAPSED)),
            times(slowest.get(Sdk.STOCK + situation.name() + SlowestCall.PROCESSOR)),
            times(slowest.get(Sdk.GLINT + situation.name() + SlowestCall.PROCESSOR)));
      }
    }
    report.table(table);
  }

  private static Map<String, String> fork(Sdk sdk, int series)
      throws IOException, InterruptedException {
    return ChildJvm.run(
        SlowestCall.class,
        List.of(
            "-Xms5g",
            "-Xmx5g",
            "-XX:+UnlockExperimentalVMOptions",
            "-XX:+UseEpsilonGC",
            "-XX:+AlwaysPreTouch"),
        words(sdk, series));
  }

  private static String times(List<Double> micros) {
    return String.join(", ", micros.stream().sorted().map(each -> Numbers.fixed(each, 0)).toList());
  }
}
