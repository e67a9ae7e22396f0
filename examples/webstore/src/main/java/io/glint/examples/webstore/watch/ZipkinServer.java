package io.glint.examples.webstore.watch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A real Zipkin server, which keeps traces in memory. */
public final class ZipkinServer implements AutoCloseable {

  private static final Pattern LISTENING =
      Pattern.compile("Serving HTTP at /127\\.0\\.0\\.1:(\\d+)");

  private final ServerProcess process;

  private ZipkinServer(ServerProcess process) {
    this.process = process;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param jar Zipkin's server with all that it needs
   * @throws IOException if there is no such jar or it does not start; the message says why
   */
  public static ZipkinServer start(String jar) throws IOException {
    if (!Files.isRegularFile(Path.of(jar))) {
      throw new IOException("there is no file " + jar);
    }
    return new ZipkinServer(
        ServerProcess.start("zipkin", folder -> command(jar), LISTENING, "/health"));
  }

  private static List<String> command(String jar) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx768m",
        "-jar",
        jar,
        "--zipkin.storage.type=mem",
        "--armeria.ports[0].ip=127.0.0.1",
        "--armeria.ports[0].port=0",
        "--armeria.ports[0].protocols[0]=http");
  }

  public URI address() {
    return process.address();
  }

  @Override
  public void close() {
    process.close();
  }
}
