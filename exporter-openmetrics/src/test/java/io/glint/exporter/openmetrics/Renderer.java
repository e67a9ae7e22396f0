package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Renders metrics without HTTP, checks OpenMetrics by the strict parser and keeps the log. */
final class Renderer {

  final List<String> warnings = new ArrayList<>();

  /** What became of the exemplars of all that was rendered. */
  final ExemplarOutcomes exemplars = new ExemplarOutcomes();

  private final ScrapeExemplars tally = new ScrapeExemplars();
  private final ExpositionWriter writer;

  Renderer() {
    this(true, true, true);
  }

  Renderer(boolean scopeLabels, boolean targetInfo, boolean createdSamples) {
    Logger logger = Logger.getAnonymousLogger();
    logger.setUseParentHandlers(false);
    logger.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            warnings.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    writer =
        new ExpositionWriter(
            scopeLabels,
            targetInfo,
            createdSamples,
            ProblemLog.every(Duration.ofMinutes(10), logger, 1024, () -> 0));
  }

  /** A renderer that leaves out {@code _created}, so that the rest is short to compare. */
  static Renderer plain() {
    return new Renderer(true, true, false);
  }

  String openMetrics(MetricData... metrics) {
    byte[] bytes = render(ScrapeFormat.OPEN_METRICS, metrics);
    StrictOpenMetricsParser.parse(bytes);
    return new String(bytes, UTF_8);
  }

  Exposition parsed(MetricData... metrics) {
    return StrictOpenMetricsParser.parse(render(ScrapeFormat.OPEN_METRICS, metrics));
  }

  String text(MetricData... metrics) {
    return new String(render(ScrapeFormat.PROMETHEUS_TEXT, metrics), UTF_8);
  }

  private byte[] render(ScrapeFormat format, MetricData... metrics) {
    TextBuffer out = new TextBuffer(16);
    writer.write(List.of(metrics), format, NameFilter.ALL, out, tally);
    tally.enterIn(exemplars, Outcome.EXPORTED);
    return out.toByteArray();
  }
}
