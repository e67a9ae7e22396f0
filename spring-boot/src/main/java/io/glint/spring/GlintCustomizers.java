package io.glint.spring;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.springframework.beans.factory.ObjectProvider;

/** All beans that change Glint's builder, and whether they were asked to. */
final class GlintCustomizers implements Consumer<GlintMeterProviderBuilder> {
  private final ObjectProvider<GlintMeterProviderCustomizer> customizers;
  private volatile boolean areAsked;

  GlintCustomizers(ObjectProvider<GlintMeterProviderCustomizer> customizers) {
    this.customizers = customizers;
  }

  /** Has them asked by an auto-configuration; does nothing if there are none. */
  void addTo(AutoConfigurationCustomizer autoConfiguration) {
    if (areThere()) {
      GlintAutoConfiguration.customize(autoConfiguration, this);
    }
  }

  private boolean areThere() {
    return customizers.stream().findAny().isPresent();
  }

  @Override
  public void accept(GlintMeterProviderBuilder builder) {
    areAsked = true;
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
  }

  /** Called once the meter provider is made. */
  void tellIfNotAsked() {
    if (!areAsked && areThere()) {
      EnvironmentMetrics.tell(
          Level.WARNING,
          "Beans of type GlintMeterProviderCustomizer, and the Actuator endpoint openmetrics, have no"
              + " effect: Glint's metrics were complete before this application context could ask"
              + " them, because the bean of type OpenTelemetry was made elsewhere. Where it is made,"
              + " call GlintAutoConfiguration.customize with the builder, or remove that bean.");
    }
  }
}
