package io.glint.examples.webstore.watch;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A real Prometheus server, which scrapes the metrics endpoint and stores exemplars. */
public final class PrometheusServer implements AutoCloseable {

  /** How many exemplars it stores. One more takes the place of the oldest. */
  public static final int EXEMPLARS = 50_000;

  private static final Pattern LISTENING =
      Pattern.compile("msg=\"Listening on\".* address=127\\.0\\.0\\.1:(\\d+)");

  private static final String QUERY =
      "histogram_quantile(0.95, sum by (le) (rate(webstore_payment_duration_seconds_bucket[30s])))";

  private final ServerProcess process;

  private PrometheusServer(ServerProcess process) {
    this.process = process;
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param program its path, or its name if it is on the {@code PATH}
   * @param metrics what to scrape
   * @throws IOException if there is no such program or it does not start; the message says why
   */
  public static PrometheusServer start(String program, URI metrics) throws IOException {
    return new PrometheusServer(
        ServerProcess.start(
            "prometheus", folder -> command(program, metrics, folder), LISTENING, "/-/ready"));
  }

  private static List<String> command(String program, URI metrics, Path folder) throws IOException {
    final Path configuration =
        Files.writeString(folder.resolve("prometheus.yml"), configuration(metrics));
    return List.of(
        program,
        "--config.file=" + configuration,
        "--storage.tsdb.path=" + folder.resolve("data"),
        "--web.listen-address=127.0.0.1:0",
        "--enable-feature=exemplar-storage,native-histograms");
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

  public URI address() {
    return process.address();
  }

  /** The 95th percentile of payments as a graph, with exemplars. */
  public URI graph() {
    return address()
        .resolve(
            "/graph?g0.expr="
                + URLEncoder.encode(QUERY, StandardCharsets.UTF_8)
                + "&g0.tab=0&g0.show_exemplars=1&g0.range_input=5m");
  }

  @Override
  public void close() {
    process.close();
  }
}
