package io.glint.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What is printed in the end: one table, what Glint allocates, and how it was measured. */
final class Report {
  /**
   * JMH allocates some kilobytes of its own around each iteration, which count as well; a call that
   * allocated an object once in a thousand times would be above this.
   */
  private static final double NO_BYTES = 0.01;

  private final List<Comparison> comparisons;
  private final Map<String, String> facts;

  Report(List<Comparison> comparisons, Map<String, String> facts) {
    this.comparisons = List.copyOf(comparisons);
    this.facts = facts;
  }

  String toText() {
    return table().toText()
        + "\n"
        + lines("", conclusions())
        + "\n"
        + lines("", notes())
        + "\n"
        + lines("", factLines());
  }

  String toMarkdown() {
    return table().toMarkdown()
        + "\n"
        + lines("- ", conclusions())
        + "\n"
        + lines("- ", notes())
        + "\n"
        + lines("- ", factLines());
  }

  private static String lines(String bullet, List<String> lines) {
    return lines.stream().map(line -> bullet + line + "\n").collect(Collectors.joining());
  }

  private Table table() {
    final Table table =
        new Table(
            "case",
            "what",
            "peer",
            "peer ns",
            "Glint ns",
            "ratio",
            "(pairs)",
            "target",
            "met",
            "peer B",
            "Glint B");
    for (final Comparison comparison : comparisons) {
      final Case benchmarkCase = comparison.benchmarkCase();
      table.add(
          benchmarkCase.id(),
          benchmarkCase.what(),
          benchmarkCase.peer(),
          nanos(comparison.reference()),
          nanos(comparison.glint()),
          number("%.3f", comparison.ratio()),
          pairs(comparison.ratios()),
          benchmarkCase.hasTarget() ? number("≤ %.2f", benchmarkCase.target()) : "–",
          benchmarkCase.hasTarget() ? yesOrNo(comparison.isMet()) : "–",
          bytes(comparison.reference()),
          bytes(comparison.glint()));
    }
    return table;
  }

  private static String nanos(List<Fork> forks) {
    final double[] samples = Comparison.samples(forks, Fork::nanos);
    return number("%.1f", Statistics.median(samples))
        + number(" ± %.1f", Statistics.halfInterquartileRange(samples));
  }

  private static String pairs(double[] ratios) {
    return number("%.3f", Statistics.quantile(ratios, 0))
        + number("–%.3f", Statistics.quantile(ratios, 1));
  }

  private static String bytes(List<Fork> forks) {
    return number("%.3f", Statistics.median(Comparison.samples(forks, Fork::bytes)));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String yesOrNo(boolean met) {
    return met ? "yes" : "no";
  }

  private List<String> conclusions() {
    final List<String> conclusions = new ArrayList<>();
    conclusions.add(allocation("off", false));
    conclusions.add(allocation("trace_based, sampled span", true));
    conclusions.add(targets());
    return conclusions;
  }

  private String allocation(String exemplars, boolean withExemplars) {
    final List<Comparison> measured =
        comparisons.stream()
            .filter(comparison -> comparison.benchmarkCase().recordsOnly())
            .filter(comparison -> comparison.benchmarkCase().hasExemplars() == withExemplars)
            .toList();
    if (measured.isEmpty()) {
      return "Glint, exemplars " + exemplars + ": bytes allocated per record: not measured";
    }
    final double most = measured.stream().mapToDouble(Comparison::glintBytes).max().getAsDouble();
    return "Glint, exemplars "
        + exemplars
        + ": bytes allocated per record: "
        + number("%.3f", most)
        + " (most of "
        + ids(measured)
        + "; P10, target 0, met: "
        + yesOrNo(most < NO_BYTES)
        + ")";
  }

  private String targets() {
    final List<Comparison> aimed =
        comparisons.stream().filter(comparison -> comparison.benchmarkCase().hasTarget()).toList();
    final List<Comparison> missed =
        aimed.stream().filter(comparison -> !comparison.isMet()).toList();
    return "Targets met: "
        + (aimed.size() - missed.size())
        + " of "
        + aimed.size()
        + (missed.isEmpty() ? "" : "; missed: " + ids(missed));
  }

  private static String ids(List<Comparison> comparisons) {
    return comparisons.stream()
        .map(comparison -> comparison.benchmarkCase().id())
        .collect(Collectors.joining(", "));
  }

  private static List<String> notes() {
    return List.of(
        "ns: time of one call on one thread; median of all iterations of all forks ± half their"
            + " interquartile range.",
        "ratio: median of the pairs' ratios, Glint to peer, each from the medians of two forks run"
            + " next to each other; (pairs): the smallest and the largest.",
        "B: bytes allocated per call by all threads of the JVM, collector and harness included;"
            + number(" below %.2f counts as none.", NO_BYTES));
  }

  private List<String> factLines() {
    return facts.entrySet().stream().map(fact -> fact.getKey() + ": " + fact.getValue()).toList();
  }
}
