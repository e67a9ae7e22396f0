package io.glint.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Glint's auto-configuration logs. */
final class LogLines extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger(GlintAutoConfiguration.class.getName());
  private final List<LogRecord> lines = new CopyOnWriteArrayList<>();

  LogLines() {
    logger.addHandler(this);
  }

  List<String> messages() {
    return lines.stream().map(LogRecord::getMessage).toList();
  }

  /** Those that are more than informational. */
  List<String> warnings() {
    return lines.stream()
        .filter(line -> line.getLevel().intValue() > java.util.logging.Level.INFO.intValue())
        .map(LogRecord::getMessage)
        .toList();
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(line);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
