package io.glint.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A failing program is reduced to what makes it fail. */
class ShrinkerTest {
  private final QuietLogs logs = new QuietLogs();

  @BeforeEach
  void silence() {
    logs.silence();
  }

  @AfterEach
  void restore() {
    logs.restore();
  }

  private static Program firstThat(Predicate<Program> condition) {
    return LongStream.range(1, 10_000)
        .mapToObj(seed -> new Generator(seed).program())
        .filter(condition)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void nothingIsLeftThatDoesNotMatter() {
    final Predicate<Program> fails =
        program ->
            program.steps().stream().anyMatch(step -> step instanceof Step.Close)
                && program.steps().stream().filter(step -> step instanceof Step.Collect).count()
                    >= 2
                && program.views().stream().anyMatch(view -> view.keys() != null);
    final Program large =
        firstThat(
            program ->
                fails.test(program)
                    && program.steps().size() > 30
                    && program.views().size() > 1
                    && program.readers().size() > 1);
    final Program small = new Shrinker(fails).shrink(large);
    assertThat(small.readers()).hasSize(1);
    assertThat(small.views()).hasSize(1);
    final ViewSetup view = small.views().get(0);
    assertThat(view)
        .isEqualTo(
            ViewSetup.of(SelectorSetup.ofName("*")).withKeys(view.keys(), view.isKeysPredicate()));
    assertThat(small.steps()).hasSize(3);
  }

  /** An SDK that loses one series is found out by the three steps that it takes to see it. */
  @Test
  void aDefectIsShownByTheFewestSteps() {
    final Differential differential =
        new Differential(
            new RuleCounts(),
            (program, clock, readers) -> {
              final Sdk glint = Sdk.glint(program, clock, readers);
              readers.forEach(
                  reader ->
                      reader.alter(
                          metrics ->
                              metrics.stream()
                                  .filter(metric -> !metric.getName().equals("queue.depth"))
                                  .toList()));
              return glint;
            });
    final Predicate<Program> fails =
        program ->
            SharedRules.apply(program, new RuleCounts()).equals(program)
                && !differential.judge(program).differences().isEmpty();
    final Program small = new Shrinker(fails).shrink(firstThat(fails));
    assertThat(small.steps()).hasSize(3);
    assertThat(small.readers()).hasSize(1);
    assertThat(small.views()).isEmpty();
    assertThat(small.steps().get(0)).isInstanceOf(Step.Build.class);
    assertThat(small.steps().get(2)).isInstanceOf(Step.Collect.class);
    assertThat(small.code()).contains("queue.depth").contains("reader");
    assertThat(List.of(small.code().split("\n", -1))).hasSizeLessThan(8);
  }
}
