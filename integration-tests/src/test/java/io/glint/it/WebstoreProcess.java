package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.WebstoreMain;
import java.io.BufferedReader;
import java.io.IOException;
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
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The demo in a process of its own, as a user runs it: without any flag for the JVM. */
final class WebstoreProcess implements AutoCloseable {
  private static final Pattern ADDRESS =
      Pattern.compile("^ +(open|metrics|query|Zipkin) +(http://\\S+)$");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private WebstoreProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "webstore-output");
    reader.start();
  }

  static WebstoreProcess start(Map<String, String> environment, String... flags)
      throws IOException {
    final List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WebstoreMain.class.getName(),
                "--port=0",
                "--metrics-port=0"));
    command.addAll(List.of(flags));
    final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("OTEL_EXPORTER_OTLP_ENDPOINT");
    builder.environment().putAll(environment);
    return new WebstoreProcess(builder.start());
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // The process was destroyed, and its stream with it.
      lines.add(e.toString());
    }
  }

  String output() {
    return String.join("\n", lines);
  }

  URI shop() throws InterruptedException {
    return address("open");
  }

  URI metrics() throws InterruptedException {
    return address("metrics");
  }

  /** Of the Prometheus server that it was told to start. */
  URI prometheus() throws InterruptedException {
    return address("query");
  }

  /** Of the Zipkin server that it was told to start. */
  URI zipkin() throws InterruptedException {
    return address("Zipkin");
  }

  private URI address(String what) throws InterruptedException {
    final String[] found = new String[1];
    await(
        "the address of " + what,
        () -> {
          for (final String line : lines) {
            final Matcher matcher = ADDRESS.matcher(line);
            if (matcher.matches() && matcher.group(1).equals(what)) {
              found[0] = matcher.group(2);
            }
          }
          return found[0] != null;
        });
    return URI.create(found[0]);
  }

  int exitStatus() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the demo ends\n%s", output()).isTrue();
    reader.join(10_000);
    return process.exitValue();
  }

  /** Waits for at most a minute. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no sign of " + what + " in\n" + output());
      }
      Thread.sleep(50);
    }
  }

  /**
   * Returns the trace as JSON once the pattern is found in it, at the latest after a second: an
   * exemplar can be seen some moments before the spans that it names have ended.
   */
  static String trace(URI shop, String traceId, Pattern awaited) throws Exception {
    final URI page = shop.resolve("/traces/" + traceId);
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    String json = get(page, "application/json").body();
    while (!awaited.matcher(json).find() && System.nanoTime() < deadline) {
      Thread.sleep(20);
      json = get(page, "application/json").body();
    }
    return json;
  }

  static HttpResponse<String> get(URI uri, String accept) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(uri)
            .header("Accept", accept)
            .timeout(Duration.ofSeconds(10))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }
    reader.join(10_000);
  }
}
