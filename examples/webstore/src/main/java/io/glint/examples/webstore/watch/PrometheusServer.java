package io.glint.examples.webstore.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real Prometheus server, as a process of its own on a free port of this machine: it scrapes the
 * metrics endpoint, and stores exemplars. Its files are in a temporary folder, which it takes along
 * when it is closed.
 */
public final class PrometheusServer implements AutoCloseable {

  /** How many exemplars it stores. One more takes the place of the oldest. */
  public static final int EXEMPLARS = 50_000;

  private static final Pattern LISTENING =
      Pattern.compile("msg=\"Listening on\".* address=([0-9.]+:\\d+)");

  private static final String QUERY =
      "histogram_quantile(0.95, sum by (le) (rate(webstore_payment_duration_seconds_bucket[30s])))";

  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 3;
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final int TOLD_LINES = 3;

  private final Process process;
  private final Path folder;
  private final Path log;
  private URI address;

  private PrometheusServer(Process process, Path folder, Path log) {
    this.process = process;
    this.folder = folder;
    this.log = log;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param program its path, or its name if it is on the {@code PATH}
   * @param metrics what to scrape
   * @throws IOException if there is no such program or it does not start; the message says why
   */
  public static PrometheusServer start(String program, URI metrics) throws IOException {
    Path folder = Files.createTempDirectory("webstore-prometheus");
    Path log = folder.resolve("prometheus.log");
    Path configuration = folder.resolve("prometheus.yml");
    Process process;
    try {
      Files.writeString(configuration, configuration(metrics));
      process =
          new ProcessBuilder(
                  program,
                  "--config.file=" + configuration,
                  "--storage.tsdb.path=" + folder.resolve("data"),
                  "--web.listen-address=127.0.0.1:0",
                  "--enable-feature=exemplar-storage,native-histograms")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException | RuntimeException failure) {
      delete(folder);
      throw failure;
    }
    PrometheusServer server = new PrometheusServer(process, folder, log);
    try {
      server.awaitReady();
      return server;
    } catch (IOException | RuntimeException failure) {
      server.close();
      throw failure;
    }
  }

  private static String configuration(URI metrics) {
    return """
    global:
      scrape_interval: 2s
      scrape_timeout: 2s
    storage:
      exemplars:
        max_exemplars: %d
    scrape_configs:
      - job_name: webstore
        static_configs:
          - targets: ['%s']
    """
        .formatted(EXEMPLARS, metrics.getAuthority());
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!isReady()) {
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

  private boolean isReady() throws IOException {
    if (address == null) {
      Matcher listening = LISTENING.matcher(Files.readString(log));
      if (!listening.find()) {
        return false;
      }
      address = URI.create("http://" + listening.group(1) + "/");
    }
    HttpURLConnection connection =
        (HttpURLConnection) address.resolve("/-/ready").toURL().openConnection();
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
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty()
        ? ""
        : ": "
            + String.join(
                " / ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
  }

  public URI address() {
    return address;
  }

  /** The 95th percentile of payments as a graph, with exemplars. */
  public URI graph() {
    return address.resolve(
        "/graph?g0.expr="
            + URLEncoder.encode(QUERY, StandardCharsets.UTF_8)
            + "&g0.tab=0&g0.show_exemplars=1&g0.range_input=5m");
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
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException inUse) {
      // The system removes it one day.
    }
  }
}
