package io.glint.sdk.internal.metric;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the instruments of one meter have to know of their meter and provider. Instruments of one
 * meter share one, and those of different meters do not. Thread-safe.
 */
public final class RecordingContext {
  private final InstrumentationScopeInfo scope;
  private final DropCounters losses;
  private final boolean isNoop;

  /** That of the provider. A final class, as some ask {@code isEnabled()} for each recording. */
  private final AtomicBoolean isShutdown;

  private volatile boolean isEnabled;

  /**
   * The context of a meter that is enabled unless it is a no-op.
   *
   * @param isShutdown that of the provider
   */
  public RecordingContext(
      InstrumentationScopeInfo scope,
      DropCounters losses,
      boolean isNoop,
      AtomicBoolean isShutdown) {
    this.scope = scope;
    this.losses = losses;
    this.isNoop = isNoop;
    this.isShutdown = isShutdown;
    this.isEnabled = !isNoop;
  }

  public InstrumentationScopeInfo scope() {
    return scope;
  }

  public DropCounters losses() {
    return losses;
  }

  /** True if the instruments of the meter record nothing, and no reader knows the meter. */
  public boolean isNoop() {
    return isNoop;
  }

  /** True if the provider was shut down. */
  public boolean isShutdown() {
    return isShutdown.get();
  }

  /** If not, nothing is recorded, no callback runs, and readers leave the meter out. */
  public boolean isEnabled() {
    return isEnabled;
  }

  public void setEnabled(boolean isEnabled) {
    this.isEnabled = isEnabled;
  }
}
