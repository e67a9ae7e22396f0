package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

  private final List<String> lines = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final RateLimitedLog limited = new RateLimitedLog(logger(), clock::get);

  @Test
  void problemIsLoggedOnceInAnInterval() {
    limited.warn("a", "x", () -> "first");
    limited.warn("a", "x", () -> "second");
    clock.addAndGet(RateLimitedLog.INTERVAL_NANOS - 1);
    limited.warn("a", "x", () -> "third");
    clock.addAndGet(1);
    limited.warn("a", "x", () -> "fourth");
    assertThat(lines).containsExactly("first", "fourth (3 times since the last message)");
  }

  @Test
  void problemsDoNotSilenceOneAnother() {
    limited.warn("a", "x", () -> "first");
    limited.warn("a", "y", () -> "second");
    assertThat(lines).containsExactly("first", "second");
  }

  @Test
  void problemsBeyondTheBoundShareOneLine() {
    for (int i = 0; i < RateLimitedLog.MAX_PROBLEMS + 10; i++) {
      String problem = "problem " + i;
      limited.warn("kind", problem, () -> problem);
    }
    assertThat(lines).hasSize(RateLimitedLog.MAX_PROBLEMS + 1);
  }

  @Test
  void sourceIsTheLoggersNameAndTheMessageIsMadeOnlyIfLogged() {
    Logger named = Logger.getLogger("glint.test.named");
    List<LogRecord> records = new ArrayList<>();
    named.setFilter(
        entry -> {
          records.add(entry);
          return false;
        });
    RateLimitedLog log = new RateLimitedLog(named, clock::get);
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
    Logger logger = Logger.getAnonymousLogger();
    logger.setFilter(
        entry -> {
          lines.add(entry.getMessage());
          return false;
        });
    return logger;
  }
}
