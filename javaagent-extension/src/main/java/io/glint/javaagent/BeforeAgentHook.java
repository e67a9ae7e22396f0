package io.glint.javaagent;

import io.opentelemetry.javaagent.tooling.BeforeAgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/** Called when the agent has made its SDK, and before it instruments anything. */
public final class BeforeAgentHook implements BeforeAgentListener {
  /** For the service loader. */
  public BeforeAgentHook() {}

  /** The first one, so that no other one asks for a meter of the stock SDK. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }

  @Override
  public void beforeAgent(AutoConfiguredOpenTelemetrySdk autoConfigured) {
    GlobalMetrics.replace(autoConfigured);
  }
}
