package io.glint.sdk;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What Glint logs while it is open; kept off the console. */
public final class LogCapture extends Handler implements AutoCloseable {
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  private final Logger logger = Logger.getLogger("io.glint");
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  public LogCapture() {
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  public List<String> messages() {
    return messages;
  }

  List<LogRecord> records() {
    return records;
  }

  @Override
  public void publish(LogRecord logRecord) {
    records.add(logRecord);
    messages.add(FORMATTER.formatMessage(logRecord));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.setUseParentHandlers(true);
    logger.removeHandler(this);
  }
}
