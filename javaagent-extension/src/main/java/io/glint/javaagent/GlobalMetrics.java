package io.glint.javaagent;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;

/**
 * Makes Glint's metrics those of the global OpenTelemetry, from which the agent's instrumentation
 * and its bridges for applications take theirs. Whatever goes wrong is logged, never thrown: that
 * would stop the agent.
 */
final class GlobalMetrics {
  private static boolean isReplaced;

  private GlobalMetrics() {}

  /** Before any instrumentation asks for a meter. */
  static void replace(AutoConfiguredOpenTelemetrySdk autoConfigured) {
    replace(autoConfigured, /* isLate= */ false);
  }

  /** After instrumentation was installed. Does nothing if it is done. */
  static void replaceIfNotYet(AutoConfiguredOpenTelemetrySdk autoConfigured) {
    replace(autoConfigured, /* isLate= */ true);
  }

  private static synchronized void replace(
      AutoConfiguredOpenTelemetrySdk autoConfigured, boolean isLate) {
    if (isReplaced || !Support.isGiven()) {
      return;
    }
    isReplaced = true;
    try {
      final OpenTelemetrySdk sdk = autoConfigured.getOpenTelemetrySdk();
      final OpenTelemetry composed = Support.inside().of(sdk);
      if (composed == sdk) {
        // There are no metrics; or it was logged that they could not be taken over.
        return;
      }
      if (GlobalOpenTelemetry.get().getMeterProvider() != composed.getMeterProvider()) {
        warn("its global OpenTelemetry could not be replaced. All metrics are", null);
      } else if (isLate) {
        warn(
            "it did not call Glint before it started. Metrics of what it made till then are", null);
      }
    } catch (Throwable t) {
      warn("its global OpenTelemetry could not be replaced. All metrics are", t);
    }
  }

  private static void warn(String what, Throwable cause) {
    Support.warn(
        "Glint does not know this version of the Java agent: "
            + what
            + " recorded by the stock SDK, and exported with cumulative temporality. Use a version"
            + " that Glint's documentation names.",
        cause);
  }
}
