package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RateLimitedLoggerTest {

  private final List<String> lines = new ArrayList<>();
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final RateLimitedLogger limited = new RateLimitedLogger(logger(), clock::get);

  @Test
  void problemIsLoggedOnceInAnInterval() {
    limited.warn("a", () -> "first");
    limited.warn("a", () -> "second");
    clock.addAndGet(RateLimitedLogger.INTERVAL_NANOS - 1);
    limited.warn("a", () -> "third");
    clock.addAndGet(1);
    limited.warn("a", () -> "fourth");
    assertThat(lines).containsExactly("first", "fourth");
  }

  @Test
  void problemsDoNotSilenceOneAnother() {
    limited.warn("a", () -> "first");
    limited.warn("b", () -> "second");
    assertThat(lines).containsExactly("first", "second");
  }

  @Test
  void problemsBeyondTheBoundShareOneLine() {
    for (int i = 0; i < RateLimitedLogger.MAX_PROBLEMS + 10; i++) {
      String problem = "problem " + i;
      limited.warn(problem, () -> problem);
    }
    assertThat(lines).hasSize(RateLimitedLogger.MAX_PROBLEMS + 1);
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
