package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Case P1 = Cases.named(List.of("P1")).get(0);
  private static final Case P2 = Cases.named(List.of("P2")).get(0);

  private static Fork fork(double nanos, double bytes) {
    return new Fork(new double[] {nanos - 1, nanos, nanos + 1}, new double[] {bytes});
  }

  private static Comparison comparison(Case benchmarkCase, double stock, double glint) {
    return new Comparison(benchmarkCase, List.of(fork(stock, 16)), List.of(fork(glint, 0)));
  }

  private static Report report(Comparison... comparisons) {
    return new Report(List.of(comparisons), Map.of("CPU", "abacus"));
  }

  @Test
  void ratioIsTheMedianOfPairsSoThatDriftOfTheMachineCancels() {
    final Comparison drifting =
        new Comparison(
            P1,
            List.of(fork(20, 0), fork(200, 0), fork(20, 0)),
            List.of(fork(10, 0), fork(100, 0), fork(8, 0)));

    assertThat(drifting.ratios()).containsExactly(0.5, 0.5, 0.4);
    assertThat(drifting.ratio()).isEqualTo(0.5);
  }

  @Test
  void targetIsMetAtTheTargetAndMissedAboveIt() {
    final Case half = new Case("X", "x", "stock", P1.reference(), P1.glint(), 1, 0.5);

    assertThat(comparison(half, 20, 10).isMet()).isTrue();
    assertThat(comparison(half, 20, 10.1).isMet()).isFalse();
  }

  @Test
  void textIsAlignedAndSaysEverything() {
    final String text = report(comparison(P1, 20, 5), comparison(P2, 60, 30)).toText();

    final List<String> lines = text.lines().toList();
    assertThat(lines.get(2)).matches("P1 .*20\\.0 ± 0\\.5 +5\\.0 ± 0\\.5 +0\\.250 .* yes .*");
    assertThat(lines.get(3)).matches("P2 .*60\\.0 ± 0\\.5 +30\\.0 ± 0\\.5 +0\\.500 .* no .*");
    assertThat(lines.get(2).indexOf('±')).isEqualTo(lines.get(3).indexOf('±'));
    assertThat(text)
        .contains("exemplars off: bytes allocated per record: 0.000 (most of P1;")
        .contains("sampled span: bytes allocated per record: 0.000 (most of P2;")
        .contains("Targets met: 1 of 2; missed: P2")
        .contains("CPU: abacus");
  }

  @Test
  void markdownRowsHaveAsManyCellsAsTheHeader() {
    final List<String> table =
        report(comparison(P1, 20, 5)).toMarkdown().lines().takeWhile(l -> !l.isEmpty()).toList();

    assertThat(table).hasSize(3);
    assertThat(table).allSatisfy(row -> assertThat(row.split("\\|")).hasSize(12));
  }

  @Test
  void allocationIsReportedWhenItHappensAndWhenItWasNotMeasured() {
    final Comparison allocating = new Comparison(P1, List.of(fork(20, 0)), List.of(fork(5, 24)));

    assertThat(report(allocating).toText())
        .contains(
            "exemplars off: bytes allocated per record: 24.000 (most of P1; P10, target 0, met: no)")
        .contains("sampled span: bytes allocated per record: not measured");
  }

  @Test
  void noTargetAppliesToAnotherNumberOfThreads() {
    final Case other = P1.withThreads(4);

    assertThat(other.threads()).isEqualTo(4);
    assertThat(other.glint()).isEqualTo(P1.glint());
    assertThat(report(comparison(other, 20, 5)).toText()).contains("Targets met: 0 of 0");
    assertThat(P1.withThreads(1).hasTarget()).isTrue();
  }
}
