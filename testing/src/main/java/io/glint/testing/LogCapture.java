package io.glint.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a logger logs while this is open; kept off the console. Thread-safe. */
public class LogCapture extends Handler implements AutoCloseable {
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  private final Logger logger;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  /** All loggers of Glint. */
  @SuppressWarnings("this-escape") // Nothing is logged before the end.
  public LogCapture() {
    this("io.glint");
  }

  /** The logger of a class. */
  @SuppressWarnings("this-escape") // Nothing is logged before the end.
  public LogCapture(Class<?> loggingClass) {
    this(loggingClass.getName());
  }

  private LogCapture(String name) {
    logger = Logger.getLogger(name);
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  public final List<LogRecord> records() {
    return records;
  }

  /** The messages, formatted, of all levels. */
  public final List<String> messages() {
    return records.stream().map(FORMATTER::formatMessage).toList();
  }

  /** Those of one level. */
  public final List<String> messages(Level level) {
    return records.stream()
        .filter(logRecord -> logRecord.getLevel().equals(level))
        .map(FORMATTER::formatMessage)
        .toList();
  }

  /** Those of {@code WARNING} and {@code SEVERE}. */
  public final List<String> warnings() {
    return records.stream()
        .filter(logRecord -> logRecord.getLevel().intValue() >= Level.WARNING.intValue())
        .map(FORMATTER::formatMessage)
        .toList();
  }

  @Override
  public final void publish(LogRecord logRecord) {
    records.add(logRecord);
  }

  @Override
  public final void flush() {}

  @Override
  public final void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
