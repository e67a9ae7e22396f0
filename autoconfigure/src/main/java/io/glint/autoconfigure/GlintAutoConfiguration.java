package io.glint.autoconfigure;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import java.util.Objects;

/**
 * Glint from environment variables and system properties, by the names of the specification and of
 * the stock SDK's auto-configuration.
 *
 * <p>With this artifact on the class path, {@code AutoConfiguredOpenTelemetrySdk.initialize()}
 * makes a global OpenTelemetry with Glint's metrics, without a change of code. Traces and logs are
 * as without it. A malformed setting of metrics is logged, and its default used; it does not affect
 * traces and logs.
 */
public final class GlintAutoConfiguration {
  private GlintAutoConfiguration() {}

  /**
   * Makes everything from the environment, and makes it the global OpenTelemetry. It is closed when
   * the JVM ends; closing it earlier does no harm.
   *
   * @return never null; a stock SDK that does nothing with {@code OTEL_SDK_DISABLED=true}, and one
   *     without metrics with {@code OTEL_METRICS_EXPORTER=none}
   * @throws io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException if a setting of traces or
   *     logs is malformed
   * @throws IllegalStateException if there is a global OpenTelemetry already
   */
  public static OpenTelemetry fromEnvironment() {
    return of(AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk());
  }

  /**
   * Makes everything from a builder, which may add to the environment, or be told to make the
   * result the global OpenTelemetry.
   *
   * @return never null; as {@link #of} what it makes
   */
  public static OpenTelemetry build(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    return of(builder.build().getOpenTelemetrySdk());
  }

  /**
   * The OpenTelemetry with Glint's metrics, for code that takes what {@code
   * AutoConfiguredOpenTelemetrySdk.getOpenTelemetrySdk()} returns, which has the stock meter
   * provider.
   *
   * <p>If that SDK is the global OpenTelemetry, or inside it, the global one has Glint's metrics
   * from now on, too.
   *
   * <p>An SDK that was made in another way has its metrics taken over now: readers, views,
   * resource, exemplar filter and cardinality limits. Instruments of it that exist already are no
   * longer read.
   *
   * @param sdk made by auto-configuration, a declarative configuration file, or a builder
   * @return a {@link GlintOpenTelemetry}; or the SDK itself if it has no metrics, or Glint could
   *     not take them over, which is logged
   */
  public static OpenTelemetry of(OpenTelemetrySdk sdk) {
    final GlintOpenTelemetry composed = Composed.get(Objects.requireNonNull(sdk, "sdk"));
    if (composed != null) {
      GlobalSwap.replaceNow(sdk, composed);
      return composed;
    }
    final GlintOpenTelemetry late = LateTakeover.of(sdk);
    return late != null ? late : sdk;
  }
}
