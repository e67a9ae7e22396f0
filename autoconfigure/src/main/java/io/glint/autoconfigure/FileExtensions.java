package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a declarative configuration file says of metrics that an SDK made from it does not tell, or
 * has no settings for. Not thread-safe.
 */
final class FileExtensions {
  final ViewExtensions views = new ViewExtensions();

  /** Sets what has no node in the schema of the specification. */
  Consumer<GlintMeterProviderBuilder> provider = unchanged -> {};

  /** Answers Glint's reader in place of a stock one, or the same one. */
  UnaryOperator<MetricReader> readers = UnaryOperator.identity();

  /** Those of the file that an SDK was made from; none if it was made in another way. */
  static FileExtensions of(OpenTelemetrySdk sdk) {
    final FileExtensions extensions = new FileExtensions();
    try {
      FileMetrics.read(sdk, extensions);
    } catch (LinkageError e) {
      // Without opentelemetry-api-incubator there is no file.
    }
    return extensions;
  }
}
