package io.glint.javaagent;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/**
 * Called when the agent has instrumented: later than Glint wants, but part of the interface that
 * the agent publishes, which {@link BeforeAgentHook}'s is not.
 */
public final class AfterAgentHook implements AgentListener {
  /** For the service loader. */
  public AfterAgentHook() {}

  /** The first one, as some of the others ask for meters. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk autoConfigured) {
    GlobalMetrics.replaceIfNotYet(autoConfigured);
  }
}
