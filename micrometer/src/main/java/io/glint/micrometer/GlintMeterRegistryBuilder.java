package io.glint.micrometer;

import io.micrometer.core.instrument.Clock;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import java.util.Objects;

/**
 * Configures a {@link GlintMeterRegistry}. Not thread-safe. Null arguments are refused by {@link
 * NullPointerException}, as this is set-up code.
 */
public final class GlintMeterRegistryBuilder {
  private final OpenTelemetry openTelemetry;
  private Clock clock = Clock.SYSTEM;
  private List<Double> timerBoundaries =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

  GlintMeterRegistryBuilder(OpenTelemetry openTelemetry) {
    this.openTelemetry = openTelemetry;
  }

  /** Sets the clock that timers measure with. The default is that of the system. */
  public GlintMeterRegistryBuilder setClock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the boundaries of timers that have none of their own, in seconds. The default are those
   * that the semantic conventions of OpenTelemetry advise for HTTP requests: 5 ms to 10 s.
   *
   * @param seconds in ascending order; empty for one bucket, as timers have in other registries
   *     unless they publish a histogram. There is one exemplar for each bucket.
   * @throws IllegalArgumentException if they are not finite, or not in ascending order
   */
  public GlintMeterRegistryBuilder setTimerBoundaries(List<Double> seconds) {
    final List<Double> copy = List.copyOf(Objects.requireNonNull(seconds, "seconds"));
    for (int i = 0; i < copy.size(); i++) {
      if (!Double.isFinite(copy.get(i)) || (i > 0 && copy.get(i) <= copy.get(i - 1))) {
        throw new IllegalArgumentException(
            "The boundaries of timers are "
                + copy
                + "; they must be finite numbers of seconds, each larger than the one before");
      }
    }
    this.timerBoundaries = copy;
    return this;
  }

  /** Makes the registry. */
  public GlintMeterRegistry build() {
    return new GlintMeterRegistry(
        openTelemetry.getMeter(GlintMeterRegistry.SCOPE), clock, timerBoundaries);
  }
}
