package io.glint.exporter.otlp;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Writes metrics as OTLP/JSON to a file or a stream, for debugging and for platforms that collect
 * the output of processes: one line for each collection, which is a {@code MetricsData} (<a
 * href="https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/">OpenTelemetry Protocol
 * File Exporter</a>).
 *
 * <pre>{@code
 * MetricExporter exporter = OtlpFileMetricExporter.builder().setOutput(Path.of("metrics.jsonl")).build();
 * }</pre>
 *
 * <p>An export writes on the calling thread, and flushes. A line that cannot be written is lost
 * with its points, which is counted ({@link #deliveryCounts}) and which a warning says, at most
 * once a minute; what comes after a broken line is on a line of its own. A {@code PrintStream},
 * such as standard output, does not say of which line an error was: from the first one on, all
 * lines count as lost. Nothing rotates the file. All methods may be called by several threads at
 * once; one writes at a time.
 */
public final class OtlpFileMetricExporter implements MetricExporter, ExemplarOutcomes.Source {
  private static final Logger LOGGER = Logger.getLogger(OtlpFileMetricExporter.class.getName());

  private final String description;
  private final JsonLines lines;
  private final AggregationTemporalitySelector temporalitySelector;
  private final DefaultAggregationSelector aggregationSelector;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final OutcomeCounts exemplarOutcomes = new OutcomeCounts();
  private final DeliveryCounters counters = new DeliveryCounters();

  /**
   * Creates an exporter.
   *
   * @param isOwn whether the stream is closed with it
   */
  OtlpFileMetricExporter(OtlpFileMetricExporterBuilder builder, OutputStream out, boolean isOwn) {
    this.description = builder.describe();
    this.lines = new JsonLines(out, isOwn);
    this.temporalitySelector = builder.temporalitySelector;
    this.aggregationSelector = builder.aggregationSelector;
  }

  /** A builder with the defaults of the specification: to standard output, cumulative. */
  public static OtlpFileMetricExporterBuilder builder() {
    return new OtlpFileMetricExporterBuilder();
  }

  /**
   * Writes the metrics that have points as one line, if there are any.
   *
   * @param metrics must not be null nor contain null; not read after this method returns
   * @return a failure if they could not be written, or the exporter is shut down
   */
  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    Objects.requireNonNull(metrics, "metrics");
    final RequestExemplars exemplars = new RequestExemplars();
    try {
      final int points = lines.write(metrics, exemplars);
      if (points == JsonLines.CLOSED) {
        return failed(metrics, "the exporter was shut down");
      }
      if (points > 0) {
        counters.delivered(0);
      }
    } catch (IOException | RuntimeException | StackOverflowError e) {
      return failed(metrics, LogText.of(e, ExportFailure.MAX_CHARS));
    }
    exemplars.addTo(exemplarOutcomes, Outcome.EXPORTED);
    return CompletableResultCode.ofSuccess();
  }

  private CompletableResultCode failed(Collection<MetricData> metrics, String why) {
    RequestExemplars.in(metrics).addTo(exemplarOutcomes, Outcome.EXPORT_FAILED);
    final UndeliveredPoints points = UndeliveredPoints.of(metrics);
    counters.failed(Fate.NOT_DELIVERED, /* isRefused= */ false);
    counters.lost(points.delta());
    final String message =
        "Writing "
            + UndeliveredPoints.count(points.all(), "metric point")
            + " as OTLP/JSON failed: "
            + why
            + ". "
            + points.notDelivered()
            + " Check "
            + description
            + ".";
    failures.event(null, () -> message);
    return CompletableResultCode.ofExceptionalFailure(new LoggedFailure(message));
  }

  /** Does nothing: each export flushes. */
  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  /** Closes the file, if it is one that was opened here. Exports from now on fail. */
  @Override
  public CompletableResultCode shutdown() {
    try {
      lines.close();
      return CompletableResultCode.ofSuccess();
    } catch (IOException e) {
      final String message =
          "Closing "
              + description
              + " failed: "
              + LogText.of(e, ExportFailure.MAX_CHARS)
              + ". Lines that were written before may be lost. Check the disk.";
      SafeLog.log(LOGGER, Level.WARNING, message, null);
      return CompletableResultCode.ofExceptionalFailure(new LoggedFailure(message));
    }
  }

  /**
   * What has become of the lines so far, each of which is a request here: written lines are
   * delivered requests, lost ones are failed requests, and their delta points are lost. The other
   * counts are 0.
   */
  public OtlpDeliveryCounts deliveryCounts() {
    return counters.counts(/* waitingPoints= */ 0);
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return temporalitySelector.getAggregationTemporality(instrumentType);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return aggregationSelector.getDefaultAggregation(instrumentType);
  }

  /** Data objects may be reused: they are not read after {@link #export} has returned. */
  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
  }

  @Override
  public ExemplarOutcomes exemplarOutcomes() {
    return exemplarOutcomes;
  }

  @Override
  public String toString() {
    return description;
  }
}
