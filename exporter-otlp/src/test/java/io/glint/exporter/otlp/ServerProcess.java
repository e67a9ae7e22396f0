package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that listens at some ports, and can be ended and begun again. */
final class ServerProcess implements AutoCloseable {
  private final List<String> command;
  private final File log;
  private final int[] ports;
  private Process process;

  /** Starts it, and waits until it listens at all ports. */
  ServerProcess(List<String> command, Path log, int... ports) throws Exception {
    this.command = command;
    this.log = log.toFile();
    this.ports = ports;
    start();
  }

  /** What it has written so far. */
  String log() throws IOException {
    return Files.readString(log.toPath());
  }

  /** Ends it in order, and begins again at the same ports after a while. */
  void restart(long downMillis) throws Exception {
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    Thread.sleep(downMillis);
    start();
  }

  private void start() throws Exception {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (final int port : ports) {
      while (!listens(port)) {
        assertThat(process.isAlive() && System.nanoTime() < end)
            .as("%s listens; its log: %s", command.get(0), log())
            .isTrue();
        Thread.sleep(50);
      }
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
