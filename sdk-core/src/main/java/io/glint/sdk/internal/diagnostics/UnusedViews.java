package io.glint.sdk.internal.diagnostics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.collect.CollectionListener;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.glint.sdk.internal.view.ViewRegistry;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs once which views have matched no instrument when the provider has been collected for a
 * while: most often a name is misspelt. Thread-safe.
 */
public final class UnusedViews implements CollectionListener {
  private static final Logger LOGGER = Logger.getLogger(UnusedViews.class.getName());

  private static final int COLLECTIONS = 10;
  private static final long NANOS = 60_000_000_000L;

  private final ViewRegistry views;
  private final Clock clock;
  private final long startNanos;

  @GuardedBy("this")
  private int collections;

  /** Written under the lock. */
  private volatile boolean isLogged;

  public UnusedViews(ViewRegistry views, Clock clock) {
    this.views = views;
    this.clock = clock;
    this.startNanos = clock.nanoTime();
  }

  @Override
  public void collected(ReaderId reader, long nanos, @Nullable Throwable failure) {
    if (!isLogged && isDue()) {
      views.unmatched().forEach(UnusedViews::log);
    }
  }

  private synchronized boolean isDue() {
    collections++;
    if (isLogged || collections < COLLECTIONS || clock.nanoTime() - startNanos < NANOS) {
      return false;
    }
    isLogged = true;
    return true;
  }

  private static void log(InstrumentSelector selector) {
    SafeLog.log(
        LOGGER,
        Level.INFO,
        "The view that is registered for "
            + LogText.of(selector, 1024)
            + " has matched no instrument so far, and changes nothing. Compare its name, type, unit"
            + " and meter with those of the instruments that were made; names match without regard"
            + " to case, everything else exactly. Logged once.",
        null);
  }
}
