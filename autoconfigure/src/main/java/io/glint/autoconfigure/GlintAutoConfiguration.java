package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import java.util.Objects;
import java.util.function.Consumer;

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
   * longer read. Where a declarative configuration file names OTLP or the endpoint for Prometheus,
   * Glint's own is in its place.
   *
   * @param sdk made by auto-configuration, a declarative configuration file, or a builder
   * @return a {@link GlintOpenTelemetry}; or the SDK itself if it has no metrics, or Glint could
   *     not take them over, which is logged
   */
  public static OpenTelemetry of(OpenTelemetrySdk sdk) {
    return of(sdk, builder -> {});
  }

  /**
   * As {@link #of(OpenTelemetrySdk)}, with what is to be done with Glint's builder if metrics are
   * taken over now. Where auto-configuration has made the SDK, and so Glint's metrics, they are
   * complete, and nothing is asked: see {@link #customize}.
   *
   * @param customizer called at most once, in the current thread, after all but the readers was
   *     taken over. If it throws, metrics stay with the stock SDK, which is logged
   */
  public static OpenTelemetry of(
      OpenTelemetrySdk sdk, Consumer<? super GlintMeterProviderBuilder> customizer) {
    Objects.requireNonNull(customizer, "customizer");
    final GlintOpenTelemetry composed = Composed.get(Objects.requireNonNull(sdk, "sdk"));
    if (composed != null) {
      GlobalSwap.replaceNow(sdk, composed);
      return composed;
    }
    final GlintOpenTelemetry late = LateTakeover.of(sdk, customizer);
    return late != null ? late : sdk;
  }

  /**
   * Has the builder of Glint's meter provider customized before the provider is made: for what has
   * no setting, such as views with reservoirs and readers of one's own.
   *
   * <pre>{@code
   * public final class Views implements AutoConfigurationCustomizerProvider {
   *   public void customize(AutoConfigurationCustomizer autoConfiguration) {
   *     GlintAutoConfiguration.customize(
   *         autoConfiguration, builder -> builder.registerView(selector, view));
   *   }
   * }
   * }</pre>
   *
   * <p>With it there are metrics even if {@code OTEL_METRICS_EXPORTER} is {@code none}. There are
   * none with {@code OTEL_SDK_DISABLED=true}. It is not called with a declarative configuration
   * file, where no customizer is.
   *
   * @param autoConfiguration what an {@code AutoConfigurationCustomizerProvider} is given, or an
   *     {@code AutoConfiguredOpenTelemetrySdkBuilder} before it builds; not null
   * @param customizer called once for each SDK that is built, in the thread that builds it, after
   *     all settings were applied; not null. It must not hold the first parameter. If it throws,
   *     metrics stay with the stock SDK, which is logged
   */
  public static void customize(
      AutoConfigurationCustomizer autoConfiguration,
      Consumer<? super GlintMeterProviderBuilder> customizer) {
    Customizers.add(
        Objects.requireNonNull(autoConfiguration, "autoConfiguration"),
        Objects.requireNonNull(customizer, "customizer"));
  }
}
