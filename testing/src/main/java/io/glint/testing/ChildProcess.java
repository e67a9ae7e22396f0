package io.glint.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** An application in a JVM of its own, that ends when its standard input does. */
public final class ChildProcess implements AutoCloseable {
  /** What it has printed, to both streams. */
  public final List<String> lines = new CopyOnWriteArrayList<>();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Thread reader = new Thread(this::read, "lines of an application");

  /**
   * Starts it, without settings of OpenTelemetry or Glint from outside.
   *
   * @param environment variables that it has besides
   * @param arguments of {@code java}
   */
  public ChildProcess(Map<String, String> environment, List<String> arguments) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    final ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(
            name ->
                name.startsWith("OTEL_") || name.startsWith("GLINT_") || name.startsWith("JAVA_T"));
    builder.environment().putAll(environment);
    process = builder.redirectErrorStream(true).start();
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line that begins so, and returns the rest of it. */
  public String await(String beginning) {
    try {
      Await.until(() -> !process.isAlive() || rest(beginning) != null);
    } catch (AssertionError e) {
      throw new AssertionError("no " + beginning + ": " + lines, e);
    }
    final String rest = rest(beginning);
    if (rest == null) {
      throw new AssertionError("it has ended without " + beginning + ": " + lines);
    }
    return rest;
  }

  private String rest(String beginning) {
    return lines.stream()
        .filter(line -> line.startsWith(beginning))
        .findFirst()
        .map(line -> line.substring(beginning.length()))
        .orElse(null);
  }

  /** What it answers; a scraper that takes OpenMetrics asks. */
  public String get(String url, String... headers) throws Exception {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "application/openmetrics-text; version=1.0.0, */*;q=0.1")
            .timeout(Duration.ofSeconds(60));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Has it end in the usual way, and all be exported and printed. */
  public void end() throws Exception {
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end: " + lines);
    }
    reader.join(TimeUnit.SECONDS.toMillis(60));
    if (process.exitValue() != 0) {
      throw new AssertionError("it has ended with " + process.exitValue() + ": " + lines);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
