package io.glint.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The command line.
 *
 * @param cases what to measure, with everything else that was asked for
 * @param own what of the user's own is used in place of what benchmarks come with, in words
 * @param out directory to write to, or null
 * @param name of the kind of run, for the name of a directory; empty for a normal one
 */
record Arguments(
    List<Case> cases,
    Effort effort,
    Map<String, String> own,
    Path out,
    String name,
    boolean wantsHelp) {

  static final String USAGE =
      """
      Measures Glint beside the stock OpenTelemetry SDK, Prometheus client_java and Micrometer, and
      writes a table, a plot of each group of cases, and all samples.

      ./bench [options]
                         without any, all comparisons with somebody else: about 20 minutes

      How much
        --quick          P1 to P6, C2, T2 and B1, short: two forks of Glint and stock, one of each
                         other, to see whether something is badly wrong; under three minutes with
                         the build
        --full           all cases, five forks of ten seconds each: to publish; over an hour
        --case ID[,ID]   only these: P1, P2, P1-128, P2-128 histogram; P3, P4, P5 several threads;
                         P6 (P6a and P6b) counter; L1 counter beside maps; T2 threads with
                         congruent ids; B1 beside a collector that never pauses; P7 exponential;
                         P8 bound; M1 all kinds in turn;
                         C all of C2, C8, C2-bound, C2-delta, C2-128, C8-bound-delta-128 and so on:
                         histogram, exemplars off, 2 or 8 threads;
                         E1, E2 exemplar reservoirs; R2 a second reader; P10 what is
                         allocated, by P1, P2 and on paths that are not the usual one
        --forks N        number of forks of each system
        --threads N      number of threads in place of each case's own; no target applies then
        --no-peers       without client_java and Micrometer

      Your own data, for all systems; no target applies then
        --attributes FILE
                         record into these series: one attribute set a line, as
                         key=value,key2=value2 (\\, \\= \\\\ for a comma, an equals sign or a backslash
                         that belongs to a value; {} for no attributes; # begins a comment line)
        --bounds LIST    boundaries of explicit buckets, as in 0.005,0.01,0.1,1
        --values FILE    record these values, drawn at random: one number a line, in the unit of the
                         boundaries

      Where to
        --out DIR        a directory that is new or empty; if none is named, a new one below
                         docs/benchmarks/local of the project: <date>-jdk<version>-<CPU>
        --help           this text

      ./bench tail       latency of single calls, up to the slowest; see ./bench tail --help
      ./bench memory     what a series keeps; see ./bench memory --help
      ./bench scale      cost by number of series, threads and buckets; see ./bench scale --help
      ./bench slowest    the slowest call with many series; see ./bench slowest --help
      ./bench builds     one build of Glint against another; see ./bench builds --help
      ./bench startup    how long a JVM takes to its first exported point; see ./bench startup --help
      ./bench agent      a service under the Java agent, alone and with Glint; see ./bench agent --help
      ./bench --jmh ARGUMENTS
                         JMH's own command line, e.g. ./bench --jmh Histogram -p sdk=GLINT -t 2

      docs/benchmarks/README.md says what is measured, and how to read it.
      Exit status: 0 when all was measured, targets met or not; 1 when a benchmark failed; 2 for a
      command line or a file that is not understood. JAVA_HOME chooses the JDK.
      """;

  private static final String ATTRIBUTES_FILE = "attributesFile";

  /**
   * Reads the command line, and the files that it names.
   *
   * @throws IllegalArgumentException if it is not understood, or a file is not
   */
  static Arguments parse(String... args) {
    final List<String> ids = new ArrayList<>();
    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, String> own = new LinkedHashMap<>();
    String kind = "";
    int forks = 0;
    int threads = 0;
    boolean hasPeers = true;
    Path out = null;
    boolean wantsHelp = false;
    final Deque<String> rest = new ArrayDeque<>(List.of(args));
    while (!rest.isEmpty()) {
      final String option = rest.remove();
      switch (option) {
        case "--quick", "--full" -> {
          if (!kind.isEmpty() && !option.endsWith(kind)) {
            throw new IllegalArgumentException("--quick and --full exclude each other; keep one");
          }
          kind = option.substring(2);
        }
        case "--case" -> ids.addAll(List.of(value(option, rest).split(",")));
        case "--forks" -> forks = positive(option, value(option, rest));
        case "--threads" -> threads = positive(option, value(option, rest));
        case "--no-peers" -> hasPeers = false;
        case "--attributes" -> {
          final String file = absolute(value(option, rest));
          own.put("attributes", UserData.attributes(file).length + " sets from " + file);
          parameters.put(ATTRIBUTES_FILE, file);
        }
        case "--values" -> {
          final String file = absolute(value(option, rest));
          own.put("values", UserData.values(file).length + " from " + file);
          parameters.put("valuesFile", file);
        }
        case "--bounds" -> {
          final String bounds = value(option, rest);
          own.put("bounds", described(UserData.bounds(bounds)));
          parameters.put("bounds", bounds);
        }
        case "--out" -> out = Path.of(value(option, rest));
        case "--help", "-h" -> wantsHelp = true;
        default -> throw new IllegalArgumentException("Unknown option " + option);
      }
    }
    final Effort effort =
        switch (kind) {
          case "quick" -> Effort.QUICK;
          case "full" -> Effort.FULL;
          default -> Effort.NORMAL;
        };
    return new Arguments(
        adapted(cases(ids, kind), parameters, threads, hasPeers),
        forks > 0 ? effort.withForks(forks) : effort,
        own,
        out,
        kind,
        wantsHelp);
  }

  private static List<Case> adapted(
      List<Case> cases, Map<String, String> parameters, int threads, boolean hasPeers) {
    final List<Case> adapted = new ArrayList<>();
    for (final Case original : cases) {
      if (parameters.containsKey(ATTRIBUTES_FILE) && original.hasManySeries()) {
        continue; // It would be the same as the one that has a single series otherwise.
      }
      Case changed = hasPeers ? original : original.withoutOthers();
      changed = threads > 0 ? changed.withThreads(threads) : changed;
      for (final Map.Entry<String, String> parameter : parameters.entrySet()) {
        changed = changed.with(parameter.getKey(), parameter.getValue());
      }
      adapted.add(changed);
    }
    if (adapted.isEmpty()) {
      throw new IllegalArgumentException(
          "With --attributes the number of series is that of the file, so that none of the cases "
              + cases.stream().map(Case::id).toList()
              + " is left; name P1 or P2");
    }
    return adapted;
  }

  private static List<Case> cases(List<String> ids, String kind) {
    if (!ids.isEmpty()) {
      return Cases.named(ids);
    }
    return switch (kind) {
      case "quick" -> Cases.named(Cases.QUICK);
      case "full" -> Cases.ALL;
      default -> Cases.WITH_PEERS;
    };
  }

  private static String described(List<Double> bounds) {
    return bounds
        + (bounds.stream().allMatch(bound -> bound == Math.rint(bound))
            ? ""
            : "; with fractions Micrometer counts differently: it rounds values up first");
  }

  private static String value(String option, Deque<String> rest) {
    if (rest.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.remove();
  }

  /** Forks may run anywhere. */
  private static String absolute(String file) {
    return Path.of(file).toAbsolutePath().normalize().toString();
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
