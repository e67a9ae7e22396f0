package io.glint.it.fidelity;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.List;

/** Runs all combinations in all setups on both SDKs, and reports. */
final class Fidelity {
  /** Measurements of each thread, in each combination and round, at a scale of 1. */
  private static final int PER_THREAD_ALONE = 40;

  private static final int PER_THREAD_OF_SEVERAL = 8;
  private static final int PER_THREAD_RACING = 150;
  private static final int LARGEST_SCALE = 8;

  /** Collections while a round is recorded, at most. */
  private static final int LOOKS = 8;

  private static final int LOOKS_RACING = 40;

  private final Report report = new Report();

  /** Repeats with ever new measurements until Glint has recorded so many. */
  Report run(long records) throws Exception {
    final long nominal = nominalRecords();
    long salt = System.nanoTime();
    try (Driver glint = new Driver(Sdk.GLINT);
        Driver stock = new Driver(Sdk.STOCK)) {
      while (report.records(Sdk.GLINT) < records) {
        final double scale =
            Math.min(LARGEST_SCALE, (double) (records - report.records(Sdk.GLINT)) / nominal);
        for (final Setup setup : Setup.all()) {
          run(glint, setup, Sdk.GLINT, scale, salt++);
          run(stock, setup, Sdk.STOCK, scale, salt++);
        }
        runAlone(glint, Sdk.GLINT, salt++);
        runAlone(stock, Sdk.STOCK, salt++);
      }
    }
    return report;
  }

  private void run(Driver driver, Setup setup, Sdk sdk, double scale, long salt) throws Exception {
    Checker.check(
        driver.run(setup, combinations(sdk), perThread(setup, scale), LOOKS, salt), report);
  }

  /**
   * Each combination in a provider of its own, so that all threads meet in it, and many small
   * collections race with them.
   */
  private void runAlone(Driver driver, Sdk sdk, long salt) throws Exception {
    for (final Combination combination : combinations(sdk)) {
      for (final AggregationTemporality temporality : AggregationTemporality.values()) {
        final boolean isBound = (combination.id() + salt & 1) == 0;
        final Setup setup = new Setup(Filter.ALWAYS_ON, temporality, ReaderKind.PULL, 8, isBound);
        Checker.check(
            driver.run(setup, List.of(combination), PER_THREAD_RACING, LOOKS_RACING, salt), report);
      }
    }
  }

  private static List<Combination> combinations(Sdk sdk) {
    return Combination.all().stream().filter(sdk::supports).toList();
  }

  private static int perThread(Setup setup, double scale) {
    final int nominal = setup.threads() == 1 ? PER_THREAD_ALONE : PER_THREAD_OF_SEVERAL;
    return (int) Math.max(1, Math.ceil(nominal * scale));
  }

  private static long nominalRecords() {
    final long combinations =
        combinations(Sdk.GLINT).stream().filter(c -> !c.kind().isObservable()).count();
    return Setup.all().stream()
            .mapToLong(setup -> (long) Driver.ROUNDS * setup.threads() * perThread(setup, 1))
            .sum()
        * combinations;
  }
}
