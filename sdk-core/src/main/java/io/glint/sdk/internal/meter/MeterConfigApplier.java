package io.glint.sdk.internal.meter;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Has the meters of a provider decided on by what its current meter configurator says, each once.
 *
 * <p>Thread-safe. A meter that is made while the configurator changes adopts the new one: it is
 * known to the provider before it is first decided on, and all decisions are taken under one lock.
 * The lock is re-entrant, because a configurator may make meters itself.
 */
final class MeterConfigApplier {
  private static final Logger LOGGER = Logger.getLogger(MeterConfigApplier.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  /** Written under the lock. */
  private volatile Predicate<InstrumentationScopeInfo> configurator = scope -> true;

  /** Decides on a meter, unless the current configurator has done so. */
  void configure(GlintMeter meter) {
    if (meter.isConfiguredBy(configurator)) {
      return;
    }
    lock.lock();
    try {
      if (!meter.isConfiguredBy(configurator)) {
        configure(meter, configurator);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sets the configurator, and decides on all meters again. */
  void configureAll(
      Collection<GlintMeter> meters, Predicate<InstrumentationScopeInfo> configurator) {
    lock.lock();
    try {
      this.configurator = configurator;
      meters.forEach(meter -> configure(meter, configurator));
    } finally {
      lock.unlock();
    }
  }

  private void configure(GlintMeter meter, Predicate<InstrumentationScopeInfo> configurator) {
    meter.setEnabled(isEnabled(configurator, meter.scope()), configurator);
  }

  private boolean isEnabled(
      Predicate<InstrumentationScopeInfo> configurator, InstrumentationScopeInfo scope) {
    try {
      return configurator.test(scope);
    } catch (Throwable t) {
      failures.event(
          t,
          () ->
              "The meter configurator threw for meter '"
                  + LogText.of(scope.getName())
                  + "'. The meter is enabled. Meter configurators must not throw; return null for"
                  + " the default");
      return true;
    }
  }
}
