package io.glint.it.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs random programs on the stock SDK and on Glint and demands the same data of both, except for
 * the {@linkplain KnownDifference known differences}.
 *
 * <p>{@code -Dglint.differential.seed=} sets the seed of the first program, those after it have the
 * seeds that follow; {@code -Dglint.differential.programs=} says how many there are. A program that
 * fails is shrunk and printed.
 */
@Tag("long")
class DifferentialTest {
  private static final int PROGRAMS = Integer.getInteger("glint.differential.programs", 4_000);
  private static final long SEED =
      Long.getLong("glint.differential.seed", System.currentTimeMillis() * 100_000);

  private final QuietLogs logs = new QuietLogs();
  private final RuleCounts counts = new RuleCounts();

  @BeforeEach
  void silence() {
    logs.silence();
  }

  @AfterEach
  void restore() {
    logs.restore();
  }

  @Test
  void randomProgramsYieldTheSameDataAsTheStockSdk() {
    run("programs", PROGRAMS, seed -> new Generator(seed).program());
  }

  @Test
  void exemplarsOfSingleMeasurementsAreThoseOfTheStockSdk() {
    run(
        "programs with exemplars",
        Math.max(1, PROGRAMS / 4),
        seed -> new Generator(seed).programWithExemplars());
  }

  private void run(String what, int programs, Function<Long, Program> generator) {
    System.out.println(programs + " " + what + ", -Dglint.differential.seed=" + SEED);
    final long start = System.nanoTime();
    final Differential differential = new Differential(counts);
    long points = 0;
    for (int i = 0; i < programs; i++) {
      final Program program = SharedRules.apply(generator.apply(SEED + i), counts);
      final Differential.Verdict verdict = differential.judge(program);
      if (!verdict.differences().isEmpty()) {
        fail(report(SEED + i, program));
      }
      points +=
          verdict.glint().collections().stream()
              .flatMap(collected -> collected.metrics().stream())
              .mapToLong(metric -> metric.points().size())
              .sum();
    }
    System.out.printf(
        "%d %s and %d points alike in %.1f s; applied rules:%n%s%n",
        programs, what, points, (System.nanoTime() - start) / 1e9, counts.report());
    assertThat(points).isGreaterThanOrEqualTo(programs / 10);
  }

  private static String report(long seed, Program failing) {
    final Differential differential = new Differential(new RuleCounts());
    final Program smallest =
        new Shrinker(
                program ->
                    SharedRules.apply(program, new RuleCounts()).equals(program)
                        && (!program.comparesExemplars() || SingleMeasurements.only(program))
                        && !differential.judge(program).differences().isEmpty())
            .shrink(failing);
    final Differential.Verdict verdict = differential.judge(smallest);
    return "The two SDKs differ, seed "
        + seed
        + " (-Dglint.differential.seed="
        + seed
        + " -Dglint.differential.programs=1). Shrunk to:\n"
        + smallest.code()
        + "\nDifferences:\n  "
        + String.join("\n  ", verdict.differences())
        + "\nStock:\n"
        + describe(verdict.stock())
        + "Glint:\n"
        + describe(verdict.glint());
  }

  private static String describe(Outcome outcome) {
    final StringBuilder text = new StringBuilder();
    for (final Outcome.Collected collected : outcome.collections()) {
      text.append("  step ").append(collected.step());
      text.append(", reader").append(collected.reader()).append('\n');
      for (final Metric metric : collected.metrics()) {
        text.append("    ").append(metric.key()).append('\n');
        describePoints(metric.points(), text);
      }
    }
    return text.toString();
  }

  private static void describePoints(List<Metric.Point> points, StringBuilder text) {
    points.forEach(point -> text.append("      ").append(point).append('\n'));
  }
}
