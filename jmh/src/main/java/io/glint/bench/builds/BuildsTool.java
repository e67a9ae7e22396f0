package io.glint.bench.builds;

import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Command;
import io.glint.bench.tool.Numbers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;

/**
 * Says by how much one build of Glint is faster than another. They take turns of some milliseconds
 * in one JVM, each with its own class loader, so what the machine does to one it does to the other:
 * a tenth of a nanosecond can be seen where two runs of JMH differ by several.
 */
public final class BuildsTool extends Command<BuildsTool.Options> {
  private static final int ROUNDS = 40;

  /** What tells benchmarks.jar, with all that Glint needs, from other archives. */
  private static final List<String> CONTENTS =
      List.of("io/glint/sdk/GlintMeterProvider.class", "org/openjdk/jmh/Main.class");

  /** Below the cardinality limit of a stream. */
  private static final int MOST_SERIES = 1999;

  private static final String USAGE =
      """
      ./bench builds OLD.jar NEW.jar [MORE.jar ...] [options]

      By how much one build of Glint records faster than another: both take turns of some
      milliseconds in one JVM. To keep a build, run ./bench --help in its checkout and copy
      jmh/target/benchmarks.jar; the same jar given twice shows what is noise.

        --workload NAME  %s; histogram if none is named
        --series N       so many attribute sets, in an order that repeats after 16384 recordings;
                         1 by default, and for bound instruments; at most 1999
        --jvms N         so many JVMs, one after the other; 6 by default
        --help           this text

      Exit status: 0 when all was measured; 1 when a measurement failed; 2 for a command line that
      is not understood. JAVA_HOME chooses the JDK.
      """
          .formatted(
              Workload.words().replace(", exponential,", ",\n                   exponential,"));

  /** What was asked for. */
  record Options(List<String> builds, Workload workload, int series, int jvms, boolean wantsHelp) {
    static Options parse(List<String> args) {
      final List<String> builds = new ArrayList<>();
      Workload workload = Workload.HISTOGRAM;
      int series = 1;
      int jvms = 6;
      final Iterator<String> rest = args.iterator();
      while (rest.hasNext()) {
        final String arg = rest.next();
        switch (arg) {
          case "--workload" -> workload = Workload.of(value(arg, rest));
          case "--series" -> series = positive(arg, rest, MOST_SERIES);
          case "--jvms" -> jvms = positive(arg, rest, Integer.MAX_VALUE);
          case "--help", "-h" -> {
            return new Options(List.of(), workload, series, jvms, true);
          }
          default -> builds.add(build(arg));
        }
      }
      if (builds.size() < 2) {
        throw new IllegalArgumentException("Name two builds at least, or one twice");
      }
      if (workload.isBound() && series > 1) {
        throw new IllegalArgumentException("A bound instrument has one series");
      }
      return new Options(builds, workload, series, jvms, false);
    }

    private static String build(String arg) {
      if (arg.startsWith("-")) {
        throw new IllegalArgumentException("Unknown option " + arg);
      }
      if (!Files.isRegularFile(Path.of(arg))) {
        throw new IllegalArgumentException("No such file: " + arg);
      }
      try (JarFile jar = new JarFile(arg)) {
        if (CONTENTS.stream().allMatch(entry -> jar.getEntry(entry) != null)) {
          return arg;
        }
      } catch (IOException e) {
        // Told below.
      }
      throw new IllegalArgumentException(
          arg + " is not the jmh/target/benchmarks.jar of a build of Glint");
    }
  }

  @Override
  protected Options parse(List<String> args) {
    return Options.parse(args);
  }

  @Override
  protected boolean wantsHelp(Options options) {
    return options.wantsHelp();
  }

  @Override
  protected String usage() {
    return USAGE;
  }

  @Override
  protected void execute(Options options, String[] args, PrintStream out)
      throws IOException, InterruptedException {
    out.print(measure(options).toText());
  }

  private static Table measure(Options options) throws IOException, InterruptedException {
    final int count = options.builds().size();
    final double[][] nanos = new double[count][options.jvms()];
    final double[][] differences = new double[count][options.jvms()];
    for (int jvm = 0; jvm < options.jvms(); jvm++) {
      progress("JVM " + (jvm + 1) + " of " + options.jvms());
      // Who is loaded first is last in the next JVM.
      final boolean isReversed = jvm % 2 == 1;
      final List<String> order = new ArrayList<>(options.builds());
      if (isReversed) {
        Collections.reverse(order);
      }
      final List<String> args =
          new ArrayList<>(
              List.of(
                  options.workload().name(),
                  Integer.toString(options.series()),
                  Integer.toString(jvm),
                  Integer.toString(ROUNDS),
                  Integer.toString(isReversed ? count - 1 : 0)));
      args.addAll(order);
      // Attributes hash by the identity of an enumeration's constants. One identity hash for all
      // objects makes the same series collide in each build.
      final Map<String, String> results =
          ChildJvm.run(
              BuildsFork.class,
              List.of("-Xmx1g", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2"),
              args);
      for (int build = 0; build < count; build++) {
        final int place = isReversed ? count - 1 - build : build;
        nanos[build][jvm] = Double.parseDouble(results.get(place + BuildsFork.NANOS));
        differences[build][jvm] = Double.parseDouble(results.get(place + BuildsFork.DIFFERENCE));
      }
    }
    final Table table =
        new Table(
            "build",
            "ns a recording: median of JVMs (lowest to highest)",
            "slower than the first, ns");
    for (int build = 0; build < count; build++) {
      table.add(
          options.builds().get(build),
          Numbers.withRange(nanos[build]),
          build == 0 ? "–" : Numbers.differenceWithRange(differences[build]));
    }
    return table;
  }
}
