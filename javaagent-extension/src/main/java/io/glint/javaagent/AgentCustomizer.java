package io.glint.javaagent;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;

/** Takes over metrics while the agent makes its SDK. For the service loader of the agent. */
public final class AgentCustomizer
    implements AutoConfigurationCustomizerProvider, AutoConfigureListener {

  /** Null if Glint is not active. */
  private AutoConfigureListener glint;

  /** For the service loader. */
  public AgentCustomizer() {}

  /** The last one, so that it sees what the others have done. */
  @Override
  public int order() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void customize(AutoConfigurationCustomizer autoConfiguration) {
    if (!Support.isGiven()) {
      return;
    }
    try {
      final AutoConfigurationCustomizerProvider provider = Support.inside().customizer();
      provider.customize(autoConfiguration);
      glint = (AutoConfigureListener) provider;
    } catch (Throwable t) {
      Support.giveUp(
          "Glint could not take over the metrics of the Java agent. They are recorded by the stock"
              + " SDK.",
          t);
    }
  }

  @Override
  public void afterAutoConfigure(OpenTelemetrySdk sdk) {
    if (glint != null) {
      glint.afterAutoConfigure(sdk);
    }
  }
}
