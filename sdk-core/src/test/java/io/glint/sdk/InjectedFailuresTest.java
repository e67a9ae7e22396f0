package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever fails, nothing stays owned, nothing is counted twice, nothing is lost that is not
 * counted, and later collections are right. Every place in which recording, observing and
 * collecting allocate memory, or call code that is not Glint's, fails once in each way in which it
 * can.
 */
@Tag("long")
class InjectedFailuresTest {
  private static final int MOST_REPORTED = 20;

  /** How often one place fails in a life of an instrument, each time in a new one. */
  private static final int MOST_TIMES = 3;

  private static Method scenario;
  private static Method asyncScenario;

  @BeforeAll
  static void loadGlintAnew() throws Exception {
    Logger.getLogger("io.glint").setUseParentHandlers(false);
    final ClassLoader woven = new Woven();
    scenario =
        Class.forName("io.glint.sdk.FailureScenario", true, woven)
            .getDeclaredMethod(
                "run",
                String.class,
                boolean.class,
                boolean.class,
                boolean.class,
                int.class,
                Supplier.class);
    scenario.setAccessible(true);
    asyncScenario =
        Class.forName("io.glint.sdk.AsyncFailureScenario", true, woven)
            .getDeclaredMethod(
                "run", boolean.class, boolean.class, boolean.class, int.class, Supplier.class);
    asyncScenario.setAccessible(true);
  }

  /** One life of instruments, in which the site of this number fails; -1 for none. */
  private interface Life {
    Object play(int number, Supplier<Throwable> failure) throws ReflectiveOperationException;
  }

  @AfterAll
  static void logAgain() {
    Logger.getLogger("io.glint").setUseParentHandlers(true);
  }

  @ParameterizedTest(name = "{0}, delta {1}, reused {2}, view {3}")
  @CsvSource({
    "sum, false, false, false",
    "sum, false, true, true",
    "sum, true, false, true",
    "sum, true, true, false",
    "last value, false, false, true",
    "last value, false, true, false",
    "last value, true, false, false",
    "last value, true, true, true",
    "histogram, false, false, false",
    "histogram, false, true, true",
    "histogram, true, false, true",
    "histogram, true, true, false",
    "exponential, false, false, true",
    "exponential, false, true, false",
    "exponential, true, false, false",
    "exponential, true, true, true",
  })
  void nothingStaysOwnedAndNothingIsLostUncounted(
      String aggregation, boolean isDelta, boolean isReused, boolean isFiltered) throws Exception {
    failEverywhere(
        (number, failure) ->
            scenario.invoke(null, aggregation, isDelta, isReused, isFiltered, number, failure));
  }

  @ParameterizedTest(name = "delta {0}, reused {1}, view {2}")
  @CsvSource({
    "false, false, true",
    "false, true, false",
    "true, false, false",
    "true, true, true",
  })
  void whatIsObservedIsNeitherMissingNorCountedTwiceInLaterCollections(
      boolean isDelta, boolean isReused, boolean isFiltered) throws Exception {
    failEverywhere(
        (number, failure) ->
            asyncScenario.invoke(null, isDelta, isReused, isFiltered, number, failure));
  }

  private static void failEverywhere(Life life) throws Exception {
    final List<Supplier<Throwable>> failures =
        List.of(
            () -> new OutOfMemoryError("injected"),
            () -> new StackOverflowError("injected"),
            () -> new IllegalStateException("injected"));
    // Once more for classes that are initialized on the way.
    for (int i = 0; i < 2; i++) {
      assertThat(life.play(-1, null)).as("without a failure").isEqualTo(List.of());
    }
    final List<Integer> sites = Sites.reached();
    assertThat(sites).hasSizeGreaterThan(200);
    final Map<Integer, Integer> times = new HashMap<>();
    final List<String> violations = new ArrayList<>();
    for (int number = 0; number < sites.size(); number++) {
      if (times.merge(sites.get(number), 1, Integer::sum) > MOST_TIMES) {
        continue;
      }
      for (final Supplier<Throwable> failure : failures) {
        List<?> found;
        try {
          found = (List<?>) life.play(number, failure);
        } catch (InvocationTargetException e) {
          found = List.of("unexpected " + e.getCause());
        }
        if (!found.isEmpty()) {
          violations.add(failure.get() + " at " + Sites.thrownAt() + ": " + found);
        }
      }
    }
    assertThat(violations.stream().limit(MOST_REPORTED)).as("of %d", violations.size()).isEmpty();
  }
}
