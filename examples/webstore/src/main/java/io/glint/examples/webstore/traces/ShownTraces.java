package io.glint.examples.webstore.traces;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Keeps the traces that the metrics endpoint shows.
 *
 * <p>A server that stores exemplars shows them long after they are gone from the metrics. For it,
 * the latest of the traces that were shown are kept, too, as many as its exemplars lead to.
 * Thread-safe.
 */
public final class ShownTraces {

  private static final String HOLDER = "metrics endpoint";

  private final TraceStore traces;
  private final int late;

  /** From the one that has not been shown for longest to those shown now. */
  private final Set<String> shown = new LinkedHashSet<>();

  /**
   * Creates one that keeps nothing yet.
   *
   * @param late how many traces to keep at least, if as many were shown
   */
  public ShownTraces(TraceStore traces, int late) {
    this.traces = traces;
    this.late = late;
  }

  /** These traces are shown, and no others. */
  public synchronized void show(Set<String> now) {
    now.forEach(shown::remove);
    shown.addAll(now);
    final Iterator<String> oldest = shown.iterator();
    while (shown.size() > Math.max(now.size(), late)) {
      oldest.next();
      oldest.remove();
    }
    traces.pin(HOLDER, shown);
  }
}
