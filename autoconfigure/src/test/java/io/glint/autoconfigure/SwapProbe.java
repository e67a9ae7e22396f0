package io.glint.autoconfigure;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An application that makes an OpenTelemetry the global one, as the stock auto-configuration does.
 * Loaded by a class loader of its own, and told in words what to do next.
 */
public final class SwapProbe implements java.util.function.Function<String, Boolean> {
  private volatile boolean isSet;

  /** For reflection. */
  public SwapProbe() {}

  @Override
  public Boolean apply(String step) {
    switch (step) {
      case "begin" -> GlobalSwap.whenSet(sdk -> isSet = true);
      case "set" ->
          Logger.getLogger(
                  "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder")
              .log(
                  Level.FINE,
                  "Global OpenTelemetry set to {0} by autoconfiguration",
                  OpenTelemetrySdk.builder().build());
      default -> throw new IllegalArgumentException(step);
    }
    return isSet;
  }
}
