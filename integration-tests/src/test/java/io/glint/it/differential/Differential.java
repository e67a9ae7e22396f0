package io.glint.it.differential;

import java.util.ArrayList;
import java.util.List;

/** Runs programs on both SDKs and compares. */
final class Differential {
  private final RuleCounts counts;
  private final Sdk.Factory glintFactory;

  Differential(RuleCounts counts) {
    this(counts, Sdk::glint);
  }

  /** Compares with what another factory than {@link Sdk#glint} makes; to test the comparison. */
  Differential(RuleCounts counts, Sdk.Factory glint) {
    this.counts = counts;
    this.glintFactory = glint;
  }

  /** What both SDKs made of a program, and in what they differ. */
  record Verdict(Outcome stock, Outcome glint, List<String> differences) {}

  /** Compares what both SDKs make of a program that {@link SharedRules} need not change. */
  Verdict judge(Program program) {
    final ResultRules results = new ResultRules(program, counts);
    final Outcome glint = Runner.run(program, glintFactory);
    final Outcome stock = results.expected(stock(program));
    final List<String> differences =
        new ArrayList<>(Comparison.differences(stock, results.actual(glint)));
    differences.addAll(new ExemplarCheck(program).problems(glint));
    return new Verdict(stock, glint, differences);
  }

  /**
   * What the stock SDK makes of the program. Each reader has a provider of its own, as what the
   * stock SDK must be told to follow the specification depends on the reader.
   */
  private Outcome stock(Program program) {
    final Outcome all = Outcome.empty();
    for (final ReaderSetup reader : program.readers()) {
      all.add(
          Runner.run(StockRules.apply(program.withReaders(List.of(reader)), counts), Sdk::stock));
    }
    return all;
  }
}
