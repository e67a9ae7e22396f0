package io.glint.sdk.internal.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Knows which readers have been registered, because a reader serves one provider only (SDK
 * specification, "MetricReader") and stock readers do not check: the first provider would silently
 * lose its metrics. Holds no reader back from garbage collection.
 */
public final class ReaderRegistry {
  @GuardedBy("CLAIMS")
  private static final Set<Claim> CLAIMS = new HashSet<>();

  private static final ReferenceQueue<MetricReader> COLLECTED = new ReferenceQueue<>();

  private ReaderRegistry() {}

  /**
   * Claims readers for one provider: all of them, or none.
   *
   * @throws IllegalArgumentException if one is claimed already
   */
  public static void claim(List<MetricReader> readers) {
    synchronized (CLAIMS) {
      Reference<? extends MetricReader> collected;
      while ((collected = COLLECTED.poll()) != null) {
        CLAIMS.remove(collected);
      }
      for (final MetricReader reader : readers) {
        if (CLAIMS.contains(new Claim(reader))) {
          throw new IllegalArgumentException(
              "Reader "
                  + LogText.nameOf(reader)
                  + " is registered with another GlintMeterProvider already; a reader collects from"
                  + " one provider. Make a new reader for each provider");
        }
      }
      for (final MetricReader reader : readers) {
        CLAIMS.add(new Claim(reader));
      }
    }
  }

  /** A reader by identity, whatever its own equality is. */
  private static final class Claim extends WeakReference<MetricReader> {
    private final int hash;

    Claim(MetricReader reader) {
      super(reader, COLLECTED);
      this.hash = System.identityHashCode(reader);
    }

    @Override
    public boolean equals(Object object) {
      return this == object
          || (object instanceof Claim other && get() != null && get() == other.get());
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
