package io.glint.examples.webstore;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The whole demo in this process, on free ports. */
public final class RunningWebstore implements AutoCloseable {

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final Webstore webstore;

  private RunningWebstore(List<String> flags) throws CannotStartException {
    final List<String> all = new ArrayList<>(List.of("--port=0", "--metrics-port=0"));
    all.addAll(flags);
    webstore =
        Webstore.start(
            Options.parse(all, Map.of()), new PrintStream(console, true, StandardCharsets.UTF_8));
  }

  /** Starts it with some of the flags of the command line. */
  public static RunningWebstore start(String... flags) throws CannotStartException {
    return new RunningWebstore(List.of(flags));
  }

  public URI address() {
    return webstore.address();
  }

  public URI metricsAddress() {
    return webstore.metricsAddress();
  }

  public String console() {
    return console.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    webstore.close();
  }
}
