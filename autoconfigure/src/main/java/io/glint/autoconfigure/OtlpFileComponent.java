package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpFileMetricExporter;
import io.glint.exporter.otlp.OtlpFileMetricExporterBuilder;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ComponentProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exporter that a declarative configuration file names {@code otlp_file/development},
 * where the stock artifact that has one is not on the class path: the stock SDK would refuse the
 * file. For the service loader.
 */
public final class OtlpFileComponent implements ComponentProvider {
  private static final String NAME = "otlp_file/development";

  /** Of opentelemetry-exporter-logging-otlp. Two providers with one name are refused. */
  private static final String STOCK =
      "io.opentelemetry.exporter.logging.otlp.internal.metrics"
          + ".OtlpStdoutMetricExporterComponentProvider";

  private static final String DEFAULT_OUTPUT = "stdout";

  /** For the service loader. */
  public OtlpFileComponent() {}

  @Override
  public Class<?> getType() {
    return MetricExporter.class;
  }

  @Override
  public String getName() {
    return nameBeside(STOCK);
  }

  /** Another one, which no file has, beside a class that makes the same. */
  static String nameBeside(String stock) {
    return Stream.of(
                ComponentProvider.class.getClassLoader(),
                OtlpFileComponent.class.getClassLoader(),
                Thread.currentThread().getContextClassLoader())
            .anyMatch(loader -> has(loader, stock))
        ? "glint_otlp_file"
        : NAME;
  }

  private static boolean has(@Nullable ClassLoader loader, String type) {
    try {
      Class.forName(type, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  @Override
  public Object create(DeclarativeConfigProperties config) {
    final FileNode node = new FileNode(NAME, config);
    node.refuseOthersThan(
        List.of("output_stream", "temporality_preference", "default_histogram_aggregation"));
    final OtlpFileMetricExporterBuilder builder =
        OtlpFileMetricExporter.builder()
            .setAggregationTemporalitySelector(FileReaders.temporality(node))
            .setDefaultAggregationSelector(FileReaders.aggregation(node));
    node.use(
        "output_stream",
        output -> {
          if (!output.equals(DEFAULT_OUTPUT)) {
            builder.setOutput(Path.of(URI.create(output)));
          }
        },
        "stdout, or a file as file:///path",
        DEFAULT_OUTPUT);
    try {
      return builder.build();
    } catch (UncheckedIOException e) {
      node.refuse("output_stream", "a file that can be written (" + e.getMessage() + ")", "stdout");
      return builder.setOutput(System.out).build();
    }
  }
}
