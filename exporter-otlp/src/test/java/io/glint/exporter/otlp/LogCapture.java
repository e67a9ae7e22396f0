package io.glint.exporter.otlp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Keeps what the exporter logs, and keeps it off the console. */
final class LogCapture extends Handler implements AutoCloseable {
  private final Logger logger;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  LogCapture() {
    this(OtlpMetricExporter.class);
  }

  LogCapture(Class<?> exporter) {
    logger = Logger.getLogger(exporter.getName());
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  List<String> messages(Level level) {
    SimpleFormatter formatter = new SimpleFormatter();
    return records.stream()
        .filter(logRecord -> logRecord.getLevel().equals(level))
        .map(formatter::formatMessage)
        .toList();
  }

  List<LogRecord> records() {
    return records;
  }

  List<String> warnings() {
    return messages(Level.WARNING);
  }

  @Override
  public void publish(LogRecord logRecord) {
    records.add(logRecord);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
