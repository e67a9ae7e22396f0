package io.glint.exporter.otlp;

import io.glint.sdk.OpenTelemetryVersion;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link OtlpFileMetricExporter}. No argument may be null.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class OtlpFileMetricExporterBuilder {
  AggregationTemporalitySelector temporalitySelector =
      AggregationTemporalitySelector.alwaysCumulative();
  DefaultAggregationSelector aggregationSelector = DefaultAggregationSelector.getDefault();

  /** Null for a stream. */
  private @Nullable Path file;

  /** Null for standard output, unless there is a file. */
  private @Nullable OutputStream stream;

  OtlpFileMetricExporterBuilder() {
    OpenTelemetryVersion.requireSupported();
  }

  /**
   * Sets the file that lines are appended to; it is made if it is not there. The usual extension is
   * {@code jsonl}. Default: standard output.
   */
  public OtlpFileMetricExporterBuilder setOutput(Path file) {
    this.file = Objects.requireNonNull(file, "file");
    this.stream = null;
    return this;
  }

  /** Sets the stream that lines are written to, which is not closed. Default: standard output. */
  public OtlpFileMetricExporterBuilder setOutput(OutputStream stream) {
    this.stream = Objects.requireNonNull(stream, "stream");
    this.file = null;
    return this;
  }

  /** Sets the temporality by kind of instrument. Default: cumulative for all. */
  public OtlpFileMetricExporterBuilder setAggregationTemporalitySelector(
      AggregationTemporalitySelector selector) {
    this.temporalitySelector = Objects.requireNonNull(selector, "selector");
    return this;
  }

  /**
   * Sets the aggregation by kind of instrument, for instruments that no view gives one. Default:
   * {@link DefaultAggregationSelector#getDefault()}.
   */
  public OtlpFileMetricExporterBuilder setDefaultAggregationSelector(
      DefaultAggregationSelector selector) {
    this.aggregationSelector = Objects.requireNonNull(selector, "selector");
    return this;
  }

  /**
   * Builds an exporter, and opens its file.
   *
   * @throws UncheckedIOException if the file cannot be opened; the message names it
   */
  public OtlpFileMetricExporter build() {
    if (file == null) {
      return new OtlpFileMetricExporter(this, stream == null ? System.out : stream, false);
    }
    try {
      final OutputStream opened =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return new OtlpFileMetricExporter(this, opened, true);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file '" + file + "' of the OTLP/JSON exporter cannot be opened: " + e, e);
    }
  }

  String describe() {
    return "OtlpFileMetricExporter{output="
        + (file != null ? "file " + file : stream != null ? "a stream" : "standard output")
        + ", temporality="
        + AggregationTemporalitySelector.asString(temporalitySelector)
        + "}";
  }
}
