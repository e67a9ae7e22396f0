package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;

/**
 * The parsers of OpenMetrics and of Prometheus text in Python's {@code prometheus_client}, which is
 * the reference implementation of OpenMetrics. One process reads one exposition after the other.
 */
final class ReferenceParser implements AutoCloseable {

  private static final String PROGRAM =
      """
      import io, struct, sys
      from prometheus_client.openmetrics.parser import text_fd_to_metric_families as openmetrics
      from prometheus_client.parser import text_fd_to_metric_families as text
      source = sys.stdin.buffer
      print('ready', flush=True)
      while True:
        header = source.read(5)
        if len(header) < 5:
          break
        kind, length = struct.unpack('>bi', header)
        body = source.read(length).decode('utf-8')
        try:
          for family in (openmetrics if kind else text)(io.StringIO(body, newline='\\n')):
            pass
          print('good', flush=True)
        except Exception as e:
          print(repr(e), flush=True)
      """;

  private final Process process;
  private final DataOutputStream requests;
  private final BufferedReader answers;

  private ReferenceParser(Process process) {
    this.process = process;
    requests = new DataOutputStream(process.getOutputStream());
    answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /**
   * Starts the parser, or returns null where it is not installed: Debian has it as {@code
   * python3-prometheus-client}.
   */
  static ReferenceParser start() throws IOException {
    for (final String python : new String[] {"/usr/bin/python3", "python3"}) {
      try {
        final ReferenceParser parser =
            new ReferenceParser(
                new ProcessBuilder(python, "-c", PROGRAM)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        if ("ready".equals(parser.answers.readLine())) {
          return parser;
        }
        parser.close();
      } catch (IOException e) {
        // There is no such program.
      }
    }
    return null;
  }

  /** Returns "good" or what is wrong. */
  String parse(ScrapeFormat format, String exposition) throws IOException {
    final byte[] bytes = exposition.getBytes(UTF_8);
    requests.writeByte(format == ScrapeFormat.OPEN_METRICS ? 1 : 0);
    requests.writeInt(bytes.length);
    requests.write(bytes);
    requests.flush();
    return answers.readLine();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
