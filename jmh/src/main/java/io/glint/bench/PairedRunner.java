package io.glint.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs cases so that what the machine does meanwhile hits both sides: a fork of one, then a fork of
 * the other, and the other way round the next time.
 */
final class PairedRunner {
  private static final String BYTES_PER_CALL = "gc.alloc.rate.norm";

  private final Effort effort;
  private final PrintStream progress;

  PairedRunner(Effort effort, PrintStream progress) {
    this.effort = effort;
    this.progress = progress;
  }

  /**
   * Measures a case.
   *
   * @throws RunnerException if either side fails; what JMH wrote is then among the progress
   */
  Comparison run(Case benchmarkCase) throws RunnerException, IOException {
    final List<Fork> reference = new ArrayList<>();
    final List<Fork> glint = new ArrayList<>();
    for (int i = 0; i < effort.forks(); i++) {
      if (i % 2 == 0) {
        reference.add(fork(benchmarkCase.reference(), benchmarkCase.threads()));
        glint.add(fork(benchmarkCase.glint(), benchmarkCase.threads()));
      } else {
        glint.add(fork(benchmarkCase.glint(), benchmarkCase.threads()));
        reference.add(fork(benchmarkCase.reference(), benchmarkCase.threads()));
      }
      progress.printf(
          Locale.ROOT,
          "%s, fork %d of %d: %s %.1f ns, Glint %.1f ns%n",
          benchmarkCase.id(),
          i + 1,
          effort.forks(),
          benchmarkCase.peer(),
          reference.get(i).medianNanos(),
          glint.get(i).medianNanos());
    }
    return new Comparison(benchmarkCase, reference, glint);
  }

  private Fork fork(Workload workload, int threads) throws RunnerException, IOException {
    final Path log = Files.createTempFile("glint-bench", ".log");
    try {
      return toFork(runJmh(workload, threads, log));
    } catch (RunnerException e) {
      progress.println(Files.readString(log));
      throw e;
    } finally {
      Files.delete(log);
    }
  }

  private RunResult runJmh(Workload workload, int threads, Path log) throws RunnerException {
    final ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(workload.benchmark()) + "$")
            .threads(threads)
            .forks(1)
            .warmupIterations(effort.warmups())
            .warmupTime(effort.time())
            .measurementIterations(effort.iterations())
            .measurementTime(effort.time())
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .output(log.toString());
    for (final Map.Entry<String, String> parameter : workload.parameters().entrySet()) {
      options.param(parameter.getKey(), parameter.getValue());
    }
    final Collection<RunResult> results = new Runner(options.build()).run();
    if (results.size() != 1) {
      throw new IllegalStateException(
          workload + " stands for " + results.size() + " benchmarks; name one, and all parameters");
    }
    return results.iterator().next();
  }

  private static Fork toFork(RunResult result) {
    return new Fork(
        scores(result, iteration -> iteration.getPrimaryResult().getScore()),
        scores(
            result, iteration -> iteration.getSecondaryResults().get(BYTES_PER_CALL).getScore()));
  }

  private static double[] scores(RunResult result, ToDoubleFunction<IterationResult> score) {
    return result.getBenchmarkResults().stream()
        .map(BenchmarkResult::getIterationResults)
        .flatMap(Collection::stream)
        .mapToDouble(score)
        .toArray();
  }
}
