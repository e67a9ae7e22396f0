package io.glint.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The command line.
 *
 * @param threads number of threads in place of each case's own, or 0
 * @param out file to write the Markdown table to, or null
 */
record Arguments(List<Case> cases, Effort effort, int threads, Path out, boolean wantsHelp) {

  static final String USAGE =
      """
      Measures Glint beside the stock OpenTelemetry SDK and prints one table.

      ./bench [options]
        --quick          two short forks of each of P1 to P6, or of those that --case names, to see
                         whether something is badly wrong
        --case ID[,ID]   only these: P1, ..., P6 (P6a and P6b), P7, P8; P10 for those that show
                         allocation; E1, E2 for exemplar reservoirs; R2 for a second reader
        --forks N        number of forks of each side
        --threads N      number of threads in place of each case's own; no target applies then
        --out FILE       also write the table as Markdown
        --help           this text
      ./bench --jmh ARGUMENTS
                         JMH's own command line, e.g. ./bench --jmh Histogram -p sdk=GLINT -t 2

      Exit status: 0 when all was measured, targets met or not; 1 when a benchmark failed; 2 for a
      command line that is not understood. JAVA_HOME chooses the JDK.
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if it is not understood
   */
  static Arguments parse(String... args) {
    final List<String> ids = new ArrayList<>();
    Effort effort = Effort.FULL;
    boolean isQuick = false;
    int forks = 0;
    int threads = 0;
    Path out = null;
    boolean wantsHelp = false;
    final Deque<String> rest = new ArrayDeque<>(List.of(args));
    while (!rest.isEmpty()) {
      final String option = rest.remove();
      switch (option) {
        case "--quick" -> {
          effort = Effort.QUICK;
          isQuick = true;
        }
        case "--case" -> ids.addAll(List.of(value(option, rest).split(",")));
        case "--forks" -> forks = positive(option, value(option, rest));
        case "--threads" -> threads = positive(option, value(option, rest));
        case "--out" -> out = Path.of(value(option, rest));
        case "--help", "-h" -> wantsHelp = true;
        default -> throw new IllegalArgumentException("Unknown option " + option);
      }
    }
    return new Arguments(
        ids.isEmpty() && isQuick ? Cases.named(Cases.QUICK) : Cases.named(ids),
        forks > 0 ? effort.withForks(forks) : effort,
        threads,
        out,
        wantsHelp);
  }

  private static String value(String option, Deque<String> rest) {
    if (rest.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.remove();
  }

  private static int positive(String option, String value) {
    try {
      final int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new IllegalArgumentException(option + " needs a number above 0, not " + value);
  }
}
