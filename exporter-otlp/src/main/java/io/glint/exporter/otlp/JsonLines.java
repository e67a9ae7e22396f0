package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Collection;

/**
 * A stream of lines, each the OTLP/JSON of one collection. Thread-safe: one thread writes at a
 * time, and flushes.
 */
final class JsonLines {
  /** Answered in place of a number of points: nothing is written any more. */
  static final int CLOSED = -1;

  /** The most that an array can hold on every JVM. */
  private static final int MAX_SIZE = Integer.MAX_VALUE - 8;

  private final OutputStream out;
  private final boolean isOwn;

  @GuardedBy("this")
  private final MetricsEncoder encoder = new MetricsEncoder(MAX_SIZE);

  @GuardedBy("this")
  private boolean isLineBroken;

  @GuardedBy("this")
  private boolean isClosed;

  /**
   * Creates the lines of a stream.
   *
   * @param isOwn whether the stream is closed with it
   */
  JsonLines(OutputStream out, boolean isOwn) {
    this.out = out;
    this.isOwn = isOwn;
  }

  /**
   * Writes the metrics that have points as one line, if there are any.
   *
   * @param exemplars gets the exemplars of each metric
   * @return the number of points, or {@link #CLOSED}
   * @throws IOException if the line may not be there as a whole; the next one begins a new line
   */
  synchronized int write(Collection<MetricData> metrics, RequestExemplars exemplars)
      throws IOException {
    if (isClosed) {
      return CLOSED;
    }
    final int points = encoder.encode(metrics, exemplars);
    if (points > 0) {
      write(OtlpJson.of(encoder.toByteArray()));
    }
    return points;
  }

  @GuardedBy("this")
  private void write(byte[] json) throws IOException {
    final ByteArrayOutputStream line = new ByteArrayOutputStream(json.length + 2);
    if (isLineBroken) {
      line.write('\n');
    }
    line.write(json);
    line.write('\n');
    isLineBroken = true;
    // In one call, so that other output of the process comes before or after it.
    out.write(line.toByteArray());
    out.flush();
    if (out instanceof PrintStream print && print.checkError()) {
      throw new IOException(
          "the stream reports an error, of this line or of anything that was written to it before");
    }
    isLineBroken = false;
  }

  /**
   * Ends writing, and closes the stream if it is its own. Does nothing the second time.
   *
   * @throws IOException if the stream says only now that what was written is not on the disk
   */
  synchronized void close() throws IOException {
    if (!isClosed) {
      isClosed = true;
      if (isOwn) {
        out.close();
      }
    }
  }
}
