package io.glint.bench.builds;

import io.glint.bench.Statistics;
import io.glint.bench.tool.ChildJvm;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** One JVM in which builds take turns. */
public final class BuildsFork {
  /** What follows the number of a build: its nanoseconds a recording. */
  static final String NANOS = ".nanos";

  /** And by how many more it takes than the build that is the reference. */
  static final String DIFFERENCE = ".difference";

  /** Where objects lie makes one histogram slower than the next, so there are some. */
  private static final int PLACES = 6;

  private static final int RECORDINGS = 200_000;
  private static final int WARMUP_ROUNDS = 30;

  private BuildsFork() {}

  /**
   * Entry point: workload, number of series, seed, rounds, which build is the reference, builds.
   */
  public static void main(String[] args) throws Exception {
    final List<List<URL>> builds = new ArrayList<>();
    for (final String build : Arrays.asList(args).subList(5, args.length)) {
      builds.add(List.of(url(build)));
    }
    final double[][] nanos =
        measure(
            builds,
            Workload.valueOf(args[0]),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            RECORDINGS);
    final double[] reference = nanos[Integer.parseInt(args[4])];
    for (int build = 0; build < nanos.length; build++) {
      ChildJvm.tell(build + NANOS, Statistics.median(nanos[build]));
      ChildJvm.tell(build + DIFFERENCE, Statistics.median(differences(nanos[build], reference)));
    }
  }

  private static URL url(String jar) throws MalformedURLException {
    return Path.of(jar).toUri().toURL();
  }

  private static double[] differences(double[] some, double[] others) {
    final double[] differences = new double[some.length];
    for (int i = 0; i < some.length; i++) {
      differences[i] = some[i] - others[i];
    }
    return differences;
  }

  /**
   * Measures.
   *
   * @param builds class path of each
   * @param recordings of one turn
   * @return for each build the nanoseconds a recording took in each turn; turns of the same number
   *     followed each other
   */
  static double[][] measure(
      List<List<URL>> builds, Workload workload, int series, int seed, int rounds, int recordings)
      throws ReflectiveOperationException {
    final LongUnaryOperator[][] laps = new LongUnaryOperator[builds.size()][PLACES];
    for (int build = 0; build < laps.length; build++) {
      // Its classes are needed as long as the JVM lives.
      @SuppressWarnings("resource")
      final Class<?> lap = new BuildLoader(builds.get(build)).loadClass(Lap.class.getName());
      for (int place = 0; place < PLACES; place++) {
        laps[build][place] =
            (LongUnaryOperator)
                lap.getConstructor(String.class, int.class, int.class)
                    .newInstance(workload.name(), series, seed);
      }
    }
    run(laps, WARMUP_ROUNDS, recordings);
    return run(laps, rounds, recordings);
  }

  private static double[][] run(LongUnaryOperator[][] laps, int rounds, int recordings) {
    final double[][] nanos = new double[laps.length][rounds * PLACES];
    for (int turn = 0; turn < rounds * PLACES; turn++) {
      final int place = turn % PLACES;
      final boolean isForward = (turn / PLACES & 1) == 0;
      for (int i = 0; i < laps.length; i++) {
        // One round forward, one back: who comes first does so as often as who comes last. And all
        // come from elsewhere, with other data in the caches.
        final int build = isForward ? i : laps.length - 1 - i;
        nanos[build][turn] = (double) laps[build][place].applyAsLong(recordings) / recordings;
      }
    }
    return nanos;
  }
}
