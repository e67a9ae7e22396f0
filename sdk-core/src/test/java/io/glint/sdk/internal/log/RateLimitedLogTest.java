package io.glint.sdk.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Also of {@link ProblemLog}, which is many of them. */
class RateLimitedLogTest {
  private static final Duration INTERVAL = Duration.ofMinutes(10);

  private final List<String> lines = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

  private final ProblemLog problems = ProblemLog.every(INTERVAL, logger(), 1024, clock::get);

  private RateLimitedLog limited(int messages) {
    return new RateLimitedLog(logger(), Level.WARNING, messages, INTERVAL, clock::get);
  }

  @Test
  void eventIsLoggedAtOnceAndThenOnceInAnInterval() {
    final RateLimitedLog log = limited(1);
    assertThat(log.event(null, () -> "first")).isTrue();
    assertThat(log.event(null, () -> "second")).isFalse();
    clock.addAndGet(INTERVAL.toNanos() - 1);
    assertThat(log.event(null, () -> "third")).isFalse();
    clock.addAndGet(1);
    assertThat(log.event(null, () -> "fourth")).isTrue();
    assertThat(lines).containsExactly("first", "fourth (3 times since the last message)");
  }

  @Test
  void severalInAnIntervalAndThenTheRestIsCounted() {
    final RateLimitedLog log = limited(5);
    for (int i = 0; i < 12; i++) {
      final int number = i;
      assertThat(log.event(null, () -> "message {0} " + number)).isEqualTo(i < 5);
    }
    assertThat(lines).hasSize(5).startsWith("message {0} 0", "message {0} 1");
    assertThat(lines.get(4))
        .isEqualTo(
            "message {0} 4 (further messages of this kind are left out for a while, and counted)");
    clock.addAndGet(INTERVAL.toNanos());
    assertThat(log.event(null, () -> "later")).isTrue();
    assertThat(lines).last().isEqualTo("later (8 times since the last message)");
  }

  @Test
  void problemIsLoggedOnceInAnInterval() {
    problems.warn("a", "x", () -> "first");
    problems.warn("a", "x", () -> "second");
    clock.addAndGet(INTERVAL.toNanos() - 1);
    problems.warn("a", "x", () -> "third");
    clock.addAndGet(1);
    problems.warn("a", "x", () -> "fourth");
    assertThat(lines).containsExactly("first", "fourth (3 times since the last message)");
  }

  @Test
  void problemsDoNotSilenceOneAnother() {
    problems.warn("a", "x", () -> "first");
    problems.warn("a", "y", () -> "second");
    problems.warn("b", "x", () -> "third");
    assertThat(lines).containsExactly("first", "second", "third");
  }

  @Test
  void problemsBeyondTheBoundShareOneLine() {
    for (int i = 0; i < 1024 + 10; i++) {
      final String problem = "problem " + i;
      problems.warn("kind", problem, () -> problem);
    }
    assertThat(lines).hasSize(1024);
    clock.addAndGet(INTERVAL.toNanos());
    problems.warn("kind", "another", () -> "another");
    assertThat(lines).last().isEqualTo("another (11 times since the last message)");
  }

  @Test
  void sourceIsTheLoggersNameAndTheMessageIsMadeOnlyIfLogged() {
    final Logger named = Logger.getLogger("glint.test.named");
    final List<LogRecord> records = new ArrayList<>();
    named.setFilter(
        entry -> {
          records.add(entry);
          return false;
        });
    final ProblemLog log = ProblemLog.once(named);
    log.warn("a", "x", () -> "message");
    log.warn(
        "a",
        "x",
        () -> {
          throw new AssertionError("not to be called");
        });
    assertThat(records).hasSize(1);
    assertThat(records.get(0).getSourceClassName()).isEqualTo("glint.test.named");
    assertThat(records.get(0).getSourceMethodName()).isNull();
  }

  private Logger logger() {
    final Logger logger = Logger.getAnonymousLogger();
    logger.setFilter(
        entry -> {
          lines.add(entry.getMessage());
          return false;
        });
    return logger;
  }
}
