package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
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
  final OutcomeCounts exemplars = new OutcomeCounts();

  private final ScrapeExemplars tally = new ScrapeExemplars();
  private final ExpositionWriter writer;

  Renderer() {
    this(true, true, true);
  }

  Renderer(boolean scopeLabels, boolean targetInfo, boolean createdSamples) {
    this(
        new ExpositionSettings(
            TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES,
            scopeLabels,
            targetInfo,
            createdSamples,
            null));
  }

  Renderer(ExpositionSettings settings) {
    final Logger logger = Logger.getAnonymousLogger();
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
            settings, ProblemLog.every(Duration.ofMinutes(10), logger, 1024, () -> 0));
  }

  /** A renderer that leaves out {@code _created}, so that the rest is short to compare. */
  static Renderer plain() {
    return new Renderer(true, true, false);
  }

  /** The same for another strategy. */
  static Renderer plain(TranslationStrategy strategy) {
    return new Renderer(new ExpositionSettings(strategy, true, true, false, null));
  }

  String openMetrics(MetricData... metrics) {
    final byte[] bytes = render(ScrapeFormat.OPEN_METRICS, Escaping.UNDERSCORES, metrics);
    StrictOpenMetricsParser.parse(bytes);
    return new String(bytes, UTF_8);
  }

  Exposition parsed(MetricData... metrics) {
    return StrictOpenMetricsParser.parse(
        render(ScrapeFormat.OPEN_METRICS, Escaping.UNDERSCORES, metrics));
  }

  String text(MetricData... metrics) {
    return text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.UNDERSCORES, metrics);
  }

  /** Any format but protobuf, unchecked. */
  String text(ScrapeFormat format, Escaping escaping, MetricData... metrics) {
    return new String(render(format, escaping, metrics), UTF_8);
  }

  String openMetrics2(MetricData... metrics) {
    return text(ScrapeFormat.OPEN_METRICS_2, Escaping.UNDERSCORES, metrics);
  }

  List<MetricFamily> protobuf(MetricData... metrics) {
    return protobuf(Escaping.UNDERSCORES, metrics);
  }

  /** As the protobuf library and the classes of Prometheus' Java client read it. */
  List<MetricFamily> protobuf(Escaping escaping, MetricData... metrics) {
    return MetricFamilies.parse(render(ScrapeFormat.PROTOBUF, escaping, metrics));
  }

  byte[] render(ScrapeFormat format, Escaping escaping, MetricData... metrics) {
    final TextBuffer out = new TextBuffer(16);
    writer.write(List.of(metrics), format, escaping, NameFilter.ALL, out, tally);
    tally.addTo(exemplars, Outcome.EXPORTED);
    return out.toByteArray();
  }
}
