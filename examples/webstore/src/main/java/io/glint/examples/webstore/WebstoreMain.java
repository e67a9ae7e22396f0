package io.glint.examples.webstore;

import io.glint.sdk.GlintPeriodicMetricReader;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Runs the demo from the command line. */
public final class WebstoreMain {

  private static final int CANNOT_START = 2;

  /** Longer than closing takes at its slowest, and short enough for whoever pressed Ctrl-C. */
  private static final long CLOSE_SECONDS = 15;

  /** Held here because the log manager lets go of a logger, and of its level, that nobody holds. */
  private static final Logger READER_LOGGER =
      Logger.getLogger(GlintPeriodicMetricReader.class.getName());

  private WebstoreMain() {}

  /** Exits with 0 after {@code --duration}, with 2 and one line on stderr if it cannot start. */
  public static void main(String[] arguments) {
    keepLogShort();
    final CountDownLatch stop = new CountDownLatch(1);
    final CountDownLatch stopped = new CountDownLatch(1);
    final Thread hook =
        new Thread(
            () -> {
              stop.countDown();
              awaitQuietly(stopped);
            },
            "webstore-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    final int status = run(List.of(arguments), System.getenv(), System.out, System.err, stop);
    stopped.countDown();
    System.exit(status);
  }

  /** Returns the exit status, once the demo has stopped by itself or was told to. */
  static int run(
      List<String> arguments,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err,
      CountDownLatch stop) {
    sendAtOnce();
    try {
      final Options options = Options.parse(arguments, environment);
      if (options.help()) {
        out.print(Options.USAGE);
        return 0;
      }
      if (options.agent().isPresent() && UnderAgent.receiverPort().isEmpty()) {
        return UnderAgent.run(options, arguments, stop);
      }
      final Webstore webstore = Webstore.start(options, out);
      try {
        awaitStop(options, stop);
      } finally {
        webstore.close();
      }
      return 0;
    } catch (CannotStartException problem) {
      err.println("webstore: " + problem.getMessage());
      if (problem.wantsUsage()) {
        err.println();
        err.print(Options.USAGE);
      }
      return CANNOT_START;
    }
  }

  /**
   * The JDK's HTTP server leaves it to the network to hold an answer back for some 40 ms, unless
   * told otherwise before the first server is made.
   */
  private static void sendAtOnce() {
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
  }

  /** A warning, say of an OTLP endpoint that does not answer, is one line between the reports. */
  private static void keepLogShort() {
    final String format = "java.util.logging.SimpleFormatter.format";
    if (System.getProperty(format) == null) {
      System.setProperty(format, "%4$s: %5$s%6$s%n");
    }
    // It says only that an export failed; the exporter has said why.
    READER_LOGGER.setLevel(Level.SEVERE);
    for (final Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFilter(WebstoreMain::shorten);
    }
  }

  /** The stock exporter of spans shows a stack trace where a line does. */
  private static boolean shorten(LogRecord entry) {
    final Throwable thrown = entry.getThrown();
    if (thrown != null && String.valueOf(entry.getLoggerName()).startsWith("io.opentelemetry.")) {
      entry.setMessage(entry.getMessage() + " " + thrown);
      entry.setThrown(null);
    }
    return true;
  }

  private static void awaitStop(Options options, CountDownLatch stop) {
    try {
      if (options.duration().isPresent()) {
        final boolean unused =
            stop.await(options.duration().get().toMillis(), TimeUnit.MILLISECONDS);
      } else {
        stop.await();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      final boolean unused = latch.await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
