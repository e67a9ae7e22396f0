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
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs cases so that what the machine does meanwhile hits all sides: a fork of one, then a fork of
 * the next, and the other way round the next time.
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
   * @throws RunnerException if a contender fails; what JMH wrote is then among the progress
   */
  Comparison run(Case benchmarkCase) throws RunnerException, IOException {
    final List<Contender> contenders = benchmarkCase.contenders();
    final List<List<Fork>> measured =
        Stream.<List<Fork>>generate(ArrayList::new).limit(contenders.size()).toList();
    for (int round = 0; round < effort.forks(); round++) {
      for (int i = 0; i < contenders.size(); i++) {
        final int turn = round % 2 == 0 ? i : contenders.size() - 1 - i;
        final Contender contender = contenders.get(turn);
        final boolean isOther = benchmarkCase.others().contains(contender);
        if (round < (isOther ? effort.otherForks() : effort.forks())) {
          measured.get(turn).add(fork(contender.workload(), benchmarkCase.threads()));
        }
      }
      report(benchmarkCase, round, measured);
    }
    return new Comparison(benchmarkCase, measured);
  }

  private void report(Case benchmarkCase, int round, List<List<Fork>> measured) {
    final StringJoiner times = new StringJoiner(", ");
    for (int i = 0; i < measured.size(); i++) {
      if (round < measured.get(i).size()) {
        times.add(
            String.format(
                Locale.ROOT,
                "%s %.1f ns",
                benchmarkCase.contenders().get(i).name(),
                measured.get(i).get(round).medianNanos()));
      }
    }
    progress.println(
        benchmarkCase.id() + ", fork " + (round + 1) + " of " + effort.forks() + ": " + times);
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
    if (workload.hasCongruentThreads()) {
      options.jvmArgsAppend(CongruentThreads.options());
    }
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
