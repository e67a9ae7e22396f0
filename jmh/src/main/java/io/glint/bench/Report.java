package io.glint.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /** The same with links to the plots, which are expected beside it. */
  String toMarkdown() {
    return "# Benchmark results\n\n"
        + table().toMarkdown()
        + "\n"
        + lines("- ", conclusions())
        + "\n"
        + lines("- ", notes())
        + "\n## Environment\n\n"
        + lines("- ", factLines())
        + "\n## Plots\n"
        + groups().stream()
            .map(group -> "\n![" + group.title() + "](" + group.fileName() + ")\n")
            .collect(Collectors.joining());
  }

  /** All samples, one a line. */
  String toCsv() {
    final StringBuilder csv = new StringBuilder("case,system,fork,iteration,ns,bytes\n");
    for (final Comparison comparison : comparisons) {
      final Case benchmarkCase = comparison.benchmarkCase();
      for (int i = 0; i < comparison.measured().size(); i++) {
        final String prefix =
            benchmarkCase.id() + "," + benchmarkCase.contenders().get(i).name() + ",";
        for (int fork = 0; fork < comparison.measured().get(i).size(); fork++) {
          appendSamples(csv, prefix + (fork + 1) + ",", comparison.measured().get(i).get(fork));
        }
      }
    }
    return csv.toString();
  }

  private static void appendSamples(StringBuilder csv, String prefix, Fork fork) {
    for (int iteration = 0; iteration < fork.nanos().length; iteration++) {
      csv.append(prefix)
          .append(iteration + 1)
          .append(number(",%.3f", fork.nanos()[iteration]))
          .append(number(",%.3f\n", fork.bytes()[iteration]));
    }
  }

  /** Those of which a case was measured. */
  Set<Group> groups() {
    return comparisons.stream()
        .map(comparison -> comparison.benchmarkCase().group())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Group.class)));
  }

  Svg chart(Group group) {
    return new BarChart(
            group,
            comparisons.stream()
                .filter(comparison -> comparison.benchmarkCase().group() == group)
                .toList(),
            Stream.of(
                    List.of("date", "CPU", "processors", "JDK"),
                    List.of("Glint", Contender.STOCK),
                    List.of(Contender.CLIENT_JAVA, Contender.MICROMETER))
                .map(this::footnote)
                .filter(footnote -> !footnote.isEmpty())
                .toList())
        .draw();
  }

  private String footnote(List<String> names) {
    return names.stream()
        .filter(facts::containsKey)
        .map(name -> name + ": " + facts.get(name))
        .collect(Collectors.joining("; "));
  }

  private static String lines(String bullet, List<String> lines) {
    return lines.stream().map(line -> bullet + line + "\n").collect(Collectors.joining());
  }

  private Table table() {
    final Table table =
        new Table("case", "what", "system", "ns", "ratio", "(forks)", "target", "met", "B");
    for (final Comparison comparison : comparisons) {
      for (int i = 0; i < comparison.measured().size(); i++) {
        addRow(table, comparison, i);
      }
    }
    return table;
  }

  private static void addRow(Table table, Comparison comparison, int contender) {
    final Case benchmarkCase = comparison.benchmarkCase();
    final boolean isReference = Comparison.isReference(contender);
    final boolean isAimed = benchmarkCase.hasTarget() && Comparison.isGlint(contender);
    table.add(
        isReference ? benchmarkCase.id() : "",
        isReference ? benchmarkCase.what() : "",
        benchmarkCase.contenders().get(contender).name(),
        nanos(comparison.nanos(contender)),
        isReference ? "1" : number("%.3f", Statistics.median(comparison.ratios(contender))),
        comparison.ratios(contender).length == 1 || isReference
            ? "–"
            : range(comparison.ratios(contender)),
        isAimed ? number("≤ %.2f", benchmarkCase.target()) : "–",
        isAimed ? yesOrNo(comparison.isMet()) : "–",
        number("%.3f", Statistics.median(comparison.bytes(contender))));
  }

  private static String nanos(double[] samples) {
    return number("%.1f", Statistics.median(samples))
        + number(" ± %.1f", Statistics.halfInterquartileRange(samples));
  }

  private static String range(double[] ratios) {
    return number("%.3f", Statistics.quantile(ratios, 0))
        + number("–%.3f", Statistics.quantile(ratios, 1));
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
    conclusions.add(allocation("trace_based", true));
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
        "ratio: to the first system of the case; median of the ratios of the forks, each from the"
            + " medians of two forks run next to each other; (forks): the smallest and the largest.",
        "B: bytes allocated per call by all threads of the JVM, collector and harness included;"
            + number(" below %.2f counts as none.", NO_BYTES),
        "What each system does in a case, and what it does not: docs/benchmarks/README.md");
  }

  private List<String> factLines() {
    return facts.entrySet().stream().map(fact -> fact.getKey() + ": " + fact.getValue()).toList();
  }
}
