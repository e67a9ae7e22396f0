package io.glint.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Counts exemplars that are not true, and those that are missing, for Glint and the stock SDK, and
 * prints a table. Of Glint there must be none.
 *
 * <p>{@code -Dglint.fidelity.records=} says how many measurements Glint has to record at least.
 */
@Tag("incubator")
@Tag("long")
class FidelityTest {
  private static final long RECORDS = Long.getLong("glint.fidelity.records", 3_000_000);
  private static final Logger GLINT = Logger.getLogger("io.glint");
  private static final Logger STOCK = Logger.getLogger("io.opentelemetry");

  /** Both have much to say about values below zero. */
  @BeforeAll
  static void silence() {
    GLINT.setLevel(Level.OFF);
    STOCK.setLevel(Level.OFF);
  }

  @AfterAll
  static void restore() {
    GLINT.setLevel(null);
    STOCK.setLevel(null);
  }

  @Test
  @Timeout(7200)
  void everyExemplarOfGlintIsTrueAndNoneIsMissing() throws Exception {
    final long start = System.nanoTime();
    final Report report = new Fidelity().run(RECORDS);
    System.out.printf("%s%.1f s%n", report, (System.nanoTime() - start) / 1e9);
    for (final Figure figure : Figure.values()) {
      assertThat(report.total(Sdk.GLINT).violations(figure)).as(figure.text()).isZero();
      assertThat(report.total(Sdk.GLINT).checks(figure)).as(figure.text()).isPositive();
    }
  }
}
