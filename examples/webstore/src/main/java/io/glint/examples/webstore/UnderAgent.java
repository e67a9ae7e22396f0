package io.glint.examples.webstore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Starts the demo once more, in a JVM of its own under the Java agent, and waits for its end: an
 * agent with all of its settings must be there before a program begins.
 */
final class UnderAgent {

  /** Tells the other JVM where the agent sends to. */
  private static final String RECEIVER_PORT = "glint.webstore.receiver.port";

  private static final long STOP_SECONDS = 15;
  private static final int PORTS_TRIED = 1_000;

  private UnderAgent() {}

  /** Where the agent of this JVM sends to; empty if it is not the other JVM. */
  static OptionalInt receiverPort() {
    final Integer port = Integer.getInteger(RECEIVER_PORT);
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /**
   * Runs the demo.
   *
   * @param arguments those that the options were made of
   * @param stop counted down when the demo is to stop
   * @return its exit status; 0 if it was told to stop
   */
  static int run(Options options, List<String> arguments, CountDownLatch stop)
      throws CannotStartException {
    final int metricsPort = checked(options);
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-javaagent:" + options.agent().orElseThrow());
    final int receiverPort = anyPort();
    settings(options, metricsPort, receiverPort)
        .forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), WebstoreMain.class.getName()));
    command.addAll(arguments);
    // The last one counts.
    command.add("--metrics-port=" + metricsPort);
    try {
      final Process process = new ProcessBuilder(command).inheritIO().start();
      final var unused = process.onExit().thenRun(stop::countDown);
      stop.await();
      if (!process.isAlive()) {
        return process.exitValue();
      }
      process.destroy();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return 0;
    } catch (IOException failure) {
      throw CannotStartException.badEnvironment(
          "no other JVM can be started: " + failure.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** Returns the port for metrics. */
  private static int checked(Options options) throws CannotStartException {
    checkFile("--agent", options.agent().orElseThrow(), "the OpenTelemetry Java agent");
    checkFile(
        "--agent-extension", options.agentExtension().orElseThrow(), "glint-javaagent-extension");
    return options.metricsPort() == 0 ? anyPort() : checkedPort(options.metricsPort());
  }

  private static void checkFile(String flag, String jar, String what) throws CannotStartException {
    if (!Files.isRegularFile(Path.of(jar))) {
      throw CannotStartException.badEnvironment(
          flag + ": there is no file " + jar + ". Name the jar of " + what + ".");
    }
  }

  /**
   * A port of the loopback interface that nobody has, for the other JVM. Operating systems give
   * those from 32768 on to whoever asks for any.
   */
  private static int anyPort() throws CannotStartException {
    for (int i = 0; i < PORTS_TRIED; i++) {
      try {
        return checkedPort(ThreadLocalRandom.current().nextInt(20_000, 32_768));
      } catch (CannotStartException taken) {
        // The next one.
      }
    }
    return checkedPort(0);
  }

  /** The port itself, if nobody has it. */
  private static int checkedPort(int port) throws CannotStartException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw Webstore.cannotListen(failure, port, "--metrics-port");
    }
  }

  private static Map<String, String> settings(Options options, int metricsPort, int receiverPort) {
    final Map<String, String> settings = new TreeMap<>();
    settings.put(RECEIVER_PORT, String.valueOf(receiverPort));
    // What a service has, too. These three would do for it.
    settings.put("otel.javaagent.extensions", options.agentExtension().orElseThrow());
    settings.put("otel.service.name", "webstore");
    settings.put("otel.metrics.exporter", "otlp,prometheus");
    settings.put("otel.exporter.prometheus.port", String.valueOf(metricsPort));
    if (options.allInterfaces()) {
      settings.put("otel.exporter.prometheus.host", "0.0.0.0");
    }
    settings.put("otel.logs.exporter", "none");
    settings.put("otel.traces.sampler", "parentbased_traceidratio");
    settings.put("otel.traces.sampler.arg", String.valueOf(options.sampleRatio()));
    // The demo is the collector, and its pages are new each second.
    settings.put("otel.exporter.otlp.protocol", "http/protobuf");
    settings.put("otel.exporter.otlp.endpoint", "http://127.0.0.1:" + receiverPort);
    settings.put("otel.exporter.otlp.metrics.temporality.preference", "delta");
    settings.put("otel.metric.export.interval", "1000");
    settings.put("otel.bsp.schedule.delay", "200");
    settings.put("otel.bsp.max.queue.size", "32768");
    return settings;
  }
}
