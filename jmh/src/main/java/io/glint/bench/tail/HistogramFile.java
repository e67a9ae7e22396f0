package io.glint.bench.tail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/** All histograms of a run as HdrHistogram's own tools read them, one line for each. */
final class HistogramFile {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final HistogramLogWriter log =
      new HistogramLogWriter(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  HistogramFile() {
    log.outputComment("[Nanoseconds. Tags: what goes on, who records, JVM, what was measured.]");
    log.outputLogFormatVersion();
    log.outputLegend();
  }

  /** Adds what one JVM measured, with the number of that JVM. */
  void add(Scenario scenario, Side side, int fork, String what, Histogram histogram) {
    final Histogram tagged = histogram.copy();
    tagged.setStartTimeStamp(0);
    tagged.setEndTimeStamp(0);
    tagged.setTag(scenario + "." + side + "." + (fork + 1) + "." + what);
    log.outputIntervalHistogram(tagged);
  }

  String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
