package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  private static final Case P1 = Cases.named(List.of("P1")).get(0);
  private static final Case P2 = Cases.named(List.of("P2")).get(0);

  private static Fork fork(double nanos, double bytes) {
    return new Fork(new double[] {nanos - 1, nanos, nanos + 1}, new double[] {bytes, bytes, bytes});
  }

  private static Comparison comparison(Case benchmarkCase, double stock, double glint) {
    return new Comparison(
        benchmarkCase.withoutOthers(), List.of(List.of(fork(stock, 16)), List.of(fork(glint, 0))));
  }

  private static Report report(Comparison... comparisons) {
    return new Report(List.of(comparisons), Map.of("CPU", "abacus"));
  }

  @Test
  void ratioIsTheMedianOfPairsSoThatDriftOfTheMachineCancels() {
    final Comparison drifting =
        new Comparison(
            P1.withoutOthers(),
            List.of(
                List.of(fork(20, 0), fork(200, 0), fork(20, 0)),
                List.of(fork(10, 0), fork(100, 0), fork(8, 0))));

    assertThat(drifting.ratios(1)).containsExactly(0.5, 0.5, 0.4);
    assertThat(drifting.ratio()).isEqualTo(0.5);
  }

  @Test
  void targetIsMetAtTheTargetAndMissedAboveIt() {
    final Case half = new Case("X", P1.group(), "x", P1.reference(), P1.glint(), List.of(), 1, 0.5);

    assertThat(comparison(half, 20, 10).isMet()).isTrue();
    assertThat(comparison(half, 20, 10.1).isMet()).isFalse();
  }

  @Test
  void textIsAlignedAndSaysEverything() {
    final String text = report(comparison(P1, 20, 5), comparison(P2, 60, 30)).toText();

    final List<String> lines = text.lines().toList();
    assertThat(lines.get(2)).matches("P1 .* stock +20\\.0 ± 0\\.5 +1 .* 16\\.000");
    assertThat(lines.get(3)).matches(" +Glint +5\\.0 ± 0\\.5 +0\\.250 .*≤ 0\\.45 +yes .*");
    assertThat(lines.get(5)).matches(" +Glint +30\\.0 ± 0\\.5 +0\\.500 .*≤ 0\\.18 +no .*");
    assertThat(lines.get(2).indexOf('±')).isEqualTo(lines.get(5).indexOf('±'));
    assertThat(text)
        .contains("exemplars off: bytes allocated per record: 0.000 (most of P1;")
        .contains("trace_based: bytes allocated per record: 0.000 (most of P2;")
        .contains("Targets met: 1 of 2; missed: P2")
        .contains("CPU: abacus");
  }

  @Test
  void markdownRowsHaveAsManyCellsAsTheHeader() {
    final List<String> table =
        report(comparison(P1, 20, 5)).toMarkdown().lines().filter(l -> l.startsWith("|")).toList();

    assertThat(table).hasSize(4);
    assertThat(table).allSatisfy(row -> assertThat(row.split("\\|")).hasSize(10));
  }

  @Test
  void allocationIsReportedWhenItHappensAndWhenItWasNotMeasured() {
    final Comparison allocating =
        new Comparison(P1.withoutOthers(), List.of(List.of(fork(20, 0)), List.of(fork(5, 24))));

    assertThat(report(allocating).toText())
        .contains(
            "exemplars off: bytes allocated per record: 24.000 (most of P1; P10, target 0, met: no)")
        .contains("trace_based: bytes allocated per record: not measured");
  }

  @Test
  void noTargetAppliesToAnotherNumberOfThreads() {
    final Case other = P1.withThreads(4);

    assertThat(other.threads()).isEqualTo(4);
    assertThat(other.glint()).isEqualTo(P1.glint());
    assertThat(report(comparison(other, 20, 5)).toText()).contains("Targets met: 0 of 0");
    assertThat(P1.withThreads(1).hasTarget()).isTrue();
  }

  @Test
  void everybodyWhoTookPartHasARowAndABarWithTheRatioToTheFirst() {
    final List<List<Fork>> measured =
        List.of(
            List.of(fork(20, 0), fork(22, 0)),
            List.of(fork(10, 0), fork(11, 0)),
            List.of(fork(30, 24)),
            List.of(fork(70, 100)));
    final Report report = report(new Comparison(P1, measured));

    assertThat(report.toText())
        .containsPattern("client_java +30\\.0 ± 0\\.5 +1\\.500 ")
        .containsPattern("Micrometer +70\\.0 ± 0\\.5 +3\\.500 .*100\\.000")
        .contains("Targets met: 0 of 1; missed: P1");
    assertThat(report.chart(Group.HISTOGRAM).toString())
        .contains(">stock<", ">Glint<", ">client_java<", ">Micrometer<")
        .contains(">70.0 ± 0.5<", "P1: histogram", "abacus");
  }

  @Test
  void whatWasNotMeasuredIsNotCompared() {
    assertThatThrownBy(() -> new Comparison(P1, List.of(List.of(fork(1, 0)), List.of(fork(1, 0)))))
        .hasMessageContaining("4 took part, 2 were measured");
    assertThatThrownBy(
            () -> new Comparison(P1.withoutOthers(), List.of(List.of(fork(1, 0)), List.<Fork>of())))
        .hasMessageContaining("[1, 0] forks");
  }

  @Test
  void samplesAreAllThere() {
    assertThat(report(comparison(P1, 20, 5)).toCsv().lines())
        .containsExactly(
            "case,system,fork,iteration,ns,bytes",
            "P1,stock,1,1,19.000,16.000",
            "P1,stock,1,2,20.000,16.000",
            "P1,stock,1,3,21.000,16.000",
            "P1,Glint,1,1,4.000,0.000",
            "P1,Glint,1,2,5.000,0.000",
            "P1,Glint,1,3,6.000,0.000");
  }

  @ParameterizedTest
  @CsvSource({"1", "7", "9.99", "33", "100", "1234", "98765"})
  void axisHasAFewRoundTicksThatReachAcrossMostOfIt(double largest) {
    final List<Double> ticks = BarChart.ticks(largest);

    assertThat(ticks).hasSizeBetween(3, 9).startsWith(0d);
    assertThat(ticks.get(ticks.size() - 1)).isBetween(largest * 0.6, largest);
  }
}
