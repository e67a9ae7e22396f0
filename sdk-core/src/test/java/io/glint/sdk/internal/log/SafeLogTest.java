package io.glint.sdk.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class SafeLogTest {
  private final Logger logger = Logger.getAnonymousLogger();
  private final List<LogRecord> records = new ArrayList<>();

  private void keep() {
    logger.setFilter(
        logRecord -> {
          records.add(logRecord);
          return false;
        });
  }

  @Test
  void whatAFilterThrowsStaysInside() {
    logger.setFilter(
        logRecord -> {
          throw new AssertionError("filter");
        });
    assertThatCode(() -> SafeLog.log(logger, Level.WARNING, "message", null))
        .doesNotThrowAnyException();
  }

  @Test
  void whatAHandlerThrowsStaysInside() {
    logger.setUseParentHandlers(false);
    logger.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            throw new StackOverflowError();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    assertThatCode(() -> SafeLog.log(logger, Level.WARNING, "message", null))
        .doesNotThrowAnyException();
  }

  @Test
  void messageIsOneLineWhateverWasForgotten() {
    keep();
    SafeLog.log(logger, Level.WARNING, "a {0}\nb", null);
    assertThat(records).singleElement().extracting(LogRecord::getMessage).isEqualTo("a {0} b");
  }

  @Test
  void throwableWithSafeTextIsLoggedItself() {
    keep();
    final IllegalStateException cause = new IllegalStateException("outer", new Error("inner"));
    SafeLog.log(logger, Level.WARNING, "message", cause);
    assertThat(records).singleElement().extracting(LogRecord::getThrown).isSameAs(cause);
  }

  @Test
  void throwableThatForgesLinesIsLoggedOnItsLinesOnly() {
    keep();
    final IllegalStateException cause =
        new IllegalStateException("outer", new IllegalArgumentException("in\nWARNING: forged"));
    cause.addSuppressed(new Error("also\u001b[2J"));
    SafeLog.log(logger, Level.WARNING, "message", cause);
    final StringWriter text = new StringWriter();
    records.get(0).getThrown().printStackTrace(new PrintWriter(text));
    assertThat(text.toString().lines().toList())
        .first()
        .isEqualTo("java.lang.IllegalStateException: outer");
    assertThat(text.toString())
        .contains("Caused by: java.lang.IllegalArgumentException: in WARNING: forged")
        .contains("Suppressed: java.lang.Error: also [2J")
        .contains("at " + SafeLogTest.class.getName() + ".throwableThatForges");
    assertThat(text.toString().lines()).noneMatch(line -> line.startsWith("WARNING"));
  }

  @Test
  void throwableThatCannotSayWhatItIsIsLoggedByItsClass() {
    keep();
    SafeLog.log(logger, Level.WARNING, "message", new Mute());
    assertThat(records.get(0).getThrown()).hasToString(Mute.class.getName());
  }

  @Test
  void circlesOfCausesEnd() {
    keep();
    final IllegalStateException first = new IllegalStateException("a\nb");
    first.initCause(new IllegalStateException("second", first));
    SafeLog.log(logger, Level.WARNING, "message", first);
    assertThat(records).hasSize(1);
  }

  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message");
    }
  }
}
