package io.glint.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds asynchronous instruments whose attribute sets come and go against a model of what was
 * observed: the stock SDK cannot be held against there, as it forgets what vanishes.
 *
 * <p>{@code -Dglint.differential.seed=} sets the seed of the first program, those after it have the
 * seeds that follow; {@code -Dglint.differential.programs=} says how many there are.
 */
@Tag("long")
class ObservationModelTest {
  private static final int PROGRAMS = Integer.getInteger("glint.differential.programs", 4_000);
  private static final long SEED =
      Long.getLong("glint.differential.seed", System.currentTimeMillis() * 100_000);

  private final QuietLogs logs = new QuietLogs();

  @BeforeEach
  void silence() {
    logs.silence();
  }

  @AfterEach
  void restore() {
    logs.restore();
  }

  @Test
  void pointsAddUpToWhatSourcesHaveAddedWhateverComesAndGoes() {
    run("programs of observations", PROGRAMS, seed -> new ObservationProgram(seed));
  }

  @Test
  @Tag("incubator")
  void attributesAdviceFoldsAsAViewDoes() {
    run(
        "programs of observations with advice",
        Math.max(1, PROGRAMS / 4),
        seed -> new ObservationProgram(seed, AttributesAdvice::give));
  }

  private static void run(String what, int programs, LongFunction<ObservationProgram> maker) {
    System.out.println(programs + " " + what + ", -Dglint.differential.seed=" + SEED);
    long checked = 0;
    for (long seed = SEED; seed < SEED + programs; seed++) {
      try (ObservationProgram program = maker.apply(seed)) {
        run(program, seed);
        checked += program.checked();
      }
    }
    System.out.println(checked + " collections are as the model expects");
    assertThat(checked).isGreaterThanOrEqualTo(programs);
  }

  private static void run(ObservationProgram program, long seed) {
    try {
      program.run();
    } catch (AssertionError e) {
      throw new AssertionError(
          "-Dglint.differential.seed="
              + seed
              + " -Dglint.differential.programs=1: "
              + e.getMessage()
              + "\nafter\n"
              + program.code(),
          e);
    }
  }
}
