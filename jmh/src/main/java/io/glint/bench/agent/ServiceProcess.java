package io.glint.bench.agent;

import io.glint.bench.tool.ForkFailedException;
import io.glint.bench.tool.Project;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The service in a process of its own. Used by one thread. */
final class ServiceProcess implements AutoCloseable {
  /** What it has used since it started. */
  record Usage(long processorNanos, long allocatedBytes) {}

  private static final String PORT = "port ";
  private static final int PATIENCE_SECONDS = 120;

  /** What it needs of what the tests of the extension have: neither an SDK nor Glint. */
  private static final List<String> LIBRARIES =
      List.of(
          "HikariCP-",
          "h2-",
          "slf4j-api-",
          "opentelemetry-api-",
          "opentelemetry-context-",
          "opentelemetry-common-");

  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Process process;

  /** Starts it. */
  ServiceProcess(List<String> flags) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(Project.current()), MeasuredService.class.getName()));
    final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OTEL_") || name.startsWith("JAVA_TOOL"));
    process = builder.start();
    final Thread reader = new Thread(this::read, "lines of the service");
    reader.setDaemon(true);
    reader.start();
  }

  private static String classPath(Project project) throws IOException {
    final List<String> elements = new ArrayList<>();
    elements.add(project.resolve("javaagent-extension/target/test-classes").toString());
    elements.add(project.resolve("jmh/target/classes").toString());
    for (final String library : project.classPath("javaagent-extension/target/classpath.txt")) {
      if (isNeeded(library)) {
        elements.add(library);
      }
    }
    return String.join(File.pathSeparator, elements);
  }

  static boolean isNeeded(String library) {
    final String file = Path.of(library).getFileName().toString();
    return LIBRARIES.stream().anyMatch(file::startsWith);
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(PORT)
            || line.startsWith(MeasuredService.USAGE)
            || line.startsWith(MeasuredService.RECORDING)) {
          answers.add(line);
        } else {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      lines.add(e.toString());
    }
    answers.add("it has ended");
  }

  /** Where it serves, once it does. */
  int port() throws InterruptedException {
    return Integer.parseInt(answer(PORT));
  }

  /** Asks what it has used. */
  Usage usage() throws IOException, InterruptedException {
    ask(MeasuredService.ASK_USAGE);
    final String[] parts = answer(MeasuredService.USAGE).split(" ", 2);
    return new Usage(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  /** Has it record, and asks what that cost. */
  RecordingCalls recordingCalls() throws IOException, InterruptedException {
    ask(MeasuredService.ASK_RECORDING);
    return RecordingCalls.parse(answer(MeasuredService.RECORDING));
  }

  private void ask(int question) throws IOException {
    process.getOutputStream().write(question);
    process.getOutputStream().flush();
  }

  private String answer(String prefix) throws InterruptedException {
    final String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null || !answer.startsWith(prefix)) {
      throw failure("it told no " + prefix.strip() + ", but " + answer);
    }
    return answer.substring(prefix.length());
  }

  /** Ends it as a user does: its last metrics are exported. */
  void end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw failure("it did not end");
    }
    if (process.exitValue() != 0) {
      throw failure("it ended with " + process.exitValue());
    }
  }

  /** What to throw, with what the service has written. */
  ForkFailedException failure(String what) {
    return new ForkFailedException(
        String.join("\n", lines) + "\nThe service failed: " + what + "; what it wrote is above.");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
