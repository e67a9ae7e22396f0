package io.glint.examples.webstore.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server as a process of its own, on a free port of this machine. Its files are in a temporary
 * folder, which it takes along when it is closed.
 */
final class ServerProcess implements AutoCloseable {

  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 3;
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final int TOLD_LINES = 3;

  /** Writes what the server needs into its folder, and says how to start it. */
  @FunctionalInterface
  interface Preparation {
    List<String> command(Path folder) throws IOException;
  }

  private final Process process;
  private final Path folder;
  private final Path log;
  private URI address;

  private ServerProcess(Process process, Path folder, Path log) {
    this.process = process;
    this.folder = folder;
    this.log = log;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param name for its folder
   * @param listening finds the port in what the server prints, as its first group
   * @param ready a path that is answered with 200 once the server is ready
   * @throws IOException if it does not start; the message says why
   */
  static ServerProcess start(String name, Preparation preparation, Pattern listening, String ready)
      throws IOException {
    final Path folder = Files.createTempDirectory("webstore-" + name);
    final Path log = folder.resolve(name + ".log");
    final Process process;
    try {
      process =
          new ProcessBuilder(preparation.command(folder))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException | RuntimeException failure) {
      delete(folder);
      throw failure;
    }
    final ServerProcess server = new ServerProcess(process, folder, log);
    try {
      server.awaitReady(listening, ready);
      return server;
    } catch (IOException | RuntimeException failure) {
      server.close();
      throw failure;
    }
  }

  private void awaitReady(Pattern listening, String ready) throws IOException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!isReady(listening, ready)) {
      if (!process.isAlive()) {
        throw new IOException("it ended with status " + process.exitValue() + lastLines());
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("it is not ready after " + START_SECONDS + " s" + lastLines());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("the demo was told to stop", interrupted);
      }
    }
  }

  private boolean isReady(Pattern listening, String ready) throws IOException {
    if (address == null) {
      final Matcher found = listening.matcher(Files.readString(log));
      if (!found.find()) {
        return false;
      }
      address = URI.create("http://127.0.0.1:" + found.group(1) + "/");
    }
    final HttpURLConnection connection =
        (HttpURLConnection) address.resolve(ready).toURL().openConnection();
    try {
      // A kept connection would leave a JDK thread behind after close.
      connection.setRequestProperty("Connection", "close");
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      return connection.getResponseCode() == 200;
    } catch (IOException notYet) {
      return false;
    } finally {
      connection.disconnect();
    }
  }

  private String lastLines() throws IOException {
    final List<String> lines = Files.readAllLines(log);
    return lines.isEmpty()
        ? ""
        : ": "
            + String.join(
                " / ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
  }

  URI address() {
    return address;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }

  /** As far as it can be: what is left is in the folder for temporary files. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException inUse) {
      // The system removes it one day.
    }
  }
}
