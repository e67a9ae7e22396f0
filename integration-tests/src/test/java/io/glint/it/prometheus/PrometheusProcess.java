package io.glint.it.prometheus;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Prometheus server in a process of its own, on a free port, with all its files in one directory.
 */
public final class PrometheusProcess implements AutoCloseable {
  /** Names the program to run; tests are skipped without it. */
  public static final String PROPERTY = "glint.prometheus";

  /** Names another one, of version 3; tests of it are skipped without it. */
  public static final String NEWER_PROPERTY = "glint.prometheus.newer";

  public static final String WHY_SKIPPED =
      "the system property " + PROPERTY + " names no Prometheus server to run";

  private static final Pattern LISTENING =
      Pattern.compile("msg=\"Listening on\"(?: component=web)? address=(127\\.0\\.0\\.1:\\d+)");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path log;
  private URI address;

  private PrometheusProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts the server and waits until it is ready. */
  public static PrometheusProcess start(Path directory, String configuration, String... flags)
      throws IOException, InterruptedException {
    return start(System.getProperty(PROPERTY), directory, configuration, flags);
  }

  /** The same for a program of another path. */
  public static PrometheusProcess start(
      String program, Path directory, String configuration, String... flags)
      throws IOException, InterruptedException {
    final Path file = Files.writeString(directory.resolve("prometheus.yml"), configuration);
    final Path log = directory.resolve("prometheus.log");
    final List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "--enable-feature=exemplar-storage",
                "--config.file=" + file,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:0"));
    command.addAll(List.of(flags));
    final PrometheusProcess prometheus =
        new PrometheusProcess(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start(),
            log);
    try {
      prometheus.awaitReady();
      return prometheus;
    } catch (Throwable e) {
      prometheus.close();
      throw e;
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (address == null || !isReady()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError("Prometheus did not start:\n" + String.join("\n", log()));
      }
      Thread.sleep(100);
      for (final String line : log()) {
        final Matcher matcher = LISTENING.matcher(line);
        if (matcher.find()) {
          address = URI.create("http://" + matcher.group(1));
        }
      }
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      return send("/-/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where it answers. */
  public URI address() {
    return address;
  }

  /** What it has logged so far. */
  public List<String> log() throws IOException {
    return Files.readAllLines(log);
  }

  /** The body that it answers at a path. */
  public String get(String path) throws IOException, InterruptedException {
    final HttpResponse<String> response = send(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  private HttpResponse<String> send(String path) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(20)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Text as a parameter of a path. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    }
  }
}
