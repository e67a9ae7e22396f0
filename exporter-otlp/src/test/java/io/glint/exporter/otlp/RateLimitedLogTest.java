package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
  @Test
  void fiveMessagesAMinuteAndThenACountOfTheRest() {
    AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    Logger logger = Logger.getLogger(OtlpMetricExporter.class.getName());
    LogCapture capture = new LogCapture();
    try {
      RateLimitedLog log = new RateLimitedLog(logger, nanoTime::get);
      for (int i = 0; i < 12; i++) {
        assertThat(log.log(Level.WARNING, "message {0} " + i)).isEqualTo(i < 5);
      }
      assertThat(capture.records())
          .allMatch(entry -> logger.getName().equals(entry.getSourceClassName()))
          .allMatch(entry -> entry.getSourceMethodName() == null);
      assertThat(capture.warnings()).hasSize(5).last().asString().startsWith("message {0} 4");

      nanoTime.addAndGet(RateLimitedLog.WINDOW_NANOS - 1);
      assertThat(log.log(Level.WARNING, "too early")).isFalse();
      assertThat(capture.warnings()).hasSize(5);

      nanoTime.addAndGet(1);
      assertThat(log.log(Level.WARNING, "later")).isTrue();
      assertThat(capture.warnings())
          .hasSize(6)
          .last()
          .isEqualTo("later (8 more messages were left out before)");
    } finally {
      capture.close();
    }
  }
}
