package io.glint.javaagent;

import com.zaxxer.hikari.HikariDataSource;
import io.glint.testing.FreePort;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.context.Context;
import java.io.BufferedReader;
import java.io.File;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@link Service} under the Java agent, in a process of its own. */
final class AgentProcess implements AutoCloseable {
  static final Path EXTENSION = Path.of(System.getProperty("glint.extension"));

  /** What it has printed. */
  final List<String> lines = new CopyOnWriteArrayList<>();

  private final HttpClient client = HttpClient.newHttpClient();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Process process;
  private final int metricsPort;

  /**
   * Starts it, and returns once it serves.
   *
   * @param agentVersion of the Java agent
   * @param extension the jar
   * @param properties system properties of the process
   */
  AgentProcess(String agentVersion, Path extension, Map<String, String> properties)
      throws Exception {
    this(agentVersion, extension, properties, FreePort.find());
  }

  private AgentProcess(
      String agentVersion, Path extension, Map<String, String> properties, int metricsPort)
      throws Exception {
    this(builder(agentVersion, extension, properties, metricsPort), metricsPort);
  }

  /**
   * Starts it by another JVM, and returns once it serves.
   *
   * @param java the program
   * @param classes what that JVM can load of the service
   */
  static AgentProcess by(
      String java, Path classes, String agentVersion, Map<String, String> properties)
      throws Exception {
    final String classPath = classes + File.pathSeparator + classPath();
    final int metricsPort = FreePort.find();
    return new AgentProcess(
        builder(java, classPath, agentVersion, EXTENSION, properties, metricsPort), metricsPort);
  }

  private static ProcessBuilder builder(
      String agentVersion, Path extension, Map<String, String> properties, int metricsPort) {
    final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return builder(java, classPath(), agentVersion, extension, properties, metricsPort);
  }

  private static ProcessBuilder builder(
      String java,
      String classPath,
      String agentVersion,
      Path extension,
      Map<String, String> properties,
      int metricsPort) {
    final List<String> command = new ArrayList<>();
    command.add(java);
    command.add("-javaagent:" + agent(agentVersion));
    command.add("-Dotel.javaagent.extensions=" + extension);
    command.add("-Dotel.exporter.prometheus.port=" + metricsPort);
    command.add("-Dotel.logs.exporter=none");
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-cp", classPath, Service.class.getName()));
    final ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OTEL_") || name.startsWith("JAVA_TOOL"));
    return builder;
  }

  /** The jar of the Java agent. */
  static Path agent(String version) {
    return Path.of(
        System.getProperty("glint.agents"), "opentelemetry-javaagent-" + version + ".jar");
  }

  /**
   * Starts it, and returns once it serves.
   *
   * @param builder starts the {@link Service} under the agent, in any way
   * @param metricsPort where that serves metrics
   */
  AgentProcess(ProcessBuilder builder, int metricsPort) throws Exception {
    this.metricsPort = metricsPort;
    process = builder.redirectErrorStream(true).start();
    final Thread reader = new Thread(this::readLines, "lines of the service");
    reader.setDaemon(true);
    reader.start();
    try {
      port.get(150, TimeUnit.SECONDS);
    } catch (Exception e) {
      process.destroyForcibly();
      throw new AssertionError("the service did not start: " + lines, e);
    }
  }

  /** No Glint, and no SDK of OpenTelemetry. */
  static String classPath() {
    final Stream<String> libraries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(path -> path.contains("slf4j-api"));
    final Stream<String> needed =
        Stream.of(
                Service.class,
                HikariDataSource.class,
                org.h2.Driver.class,
                OpenTelemetry.class,
                Context.class,
                ExtendedLongCounter.class,
                io.opentelemetry.common.ComponentLoader.class)
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .map(place -> Path.of(URI.create(place.toString())).toString());
    return Stream.concat(needed, libraries)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        if (line.startsWith("port ")) {
          port.complete(Integer.parseInt(line.substring("port ".length())));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port.completeExceptionally(new IllegalStateException("it has ended"));
  }

  /** The lines that are about Glint. */
  List<String> linesOfGlint() {
    return lines.stream()
        .filter(
            line ->
                (line.startsWith("[otel.javaagent ") && line.contains(" io.glint."))
                    || line.contains("Exception"))
        .toList();
  }

  /** Has the service do something. */
  void ask(String path) throws Exception {
    final HttpResponse<String> response = get("http://127.0.0.1:" + port.get() + path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.body() + ", " + lines);
    }
  }

  /** What a scraper gets. */
  String scrape() throws Exception {
    return get("http://localhost:" + metricsPort + "/metrics").body();
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "application/openmetrics-text; version=1.0.0")
            .timeout(Duration.ofSeconds(60))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Has it end in the usual way. */
  int end() throws Exception {
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the service did not end: " + lines);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
