package io.glint.sdk;

import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Knows which readers have been registered, because a reader serves one provider only (SDK
 * specification, "MetricReader") and stock readers do not check: the first provider would silently
 * lose its metrics. Holds no reader back from garbage collection.
 */
final class ReaderRegistry {
  private static final List<WeakReference<MetricReader>> CLAIMED = new ArrayList<>();

  private ReaderRegistry() {}

  /**
   * Claims a reader for one provider.
   *
   * @throws IllegalArgumentException if it is claimed already
   */
  static void claim(MetricReader reader) {
    synchronized (CLAIMED) {
      CLAIMED.removeIf(claimed -> claimed.get() == null);
      for (final WeakReference<MetricReader> claimed : CLAIMED) {
        if (claimed.get() == reader) {
          throw new IllegalArgumentException(
              "Reader "
                  + reader
                  + " is registered with another GlintMeterProvider already; a reader collects from"
                  + " one provider. Make a new reader for each provider");
        }
      }
      CLAIMED.add(new WeakReference<>(reader));
    }
  }
}
