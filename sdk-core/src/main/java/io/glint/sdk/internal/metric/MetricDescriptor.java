package io.glint.sdk.internal.metric;

import org.jspecify.annotations.Nullable;

/** Name, description and unit of a metric, as they are exported. Thread-safe. */
public final class MetricDescriptor {
  private final boolean isDescribedByView;
  private volatile InstrumentDescriptor descriptor;

  private MetricDescriptor(InstrumentDescriptor descriptor, boolean isDescribedByView) {
    this.descriptor = descriptor;
    this.isDescribedByView = isDescribedByView;
  }

  /** The metric of an instrument that no view has changed. */
  public static MetricDescriptor of(InstrumentDescriptor instrument) {
    return new MetricDescriptor(instrument, /* isDescribedByView= */ false);
  }

  /** The metric that a view makes of an instrument; null stands for what the instrument has. */
  public static MetricDescriptor of(
      InstrumentDescriptor instrument, @Nullable String name, @Nullable String description) {
    return new MetricDescriptor(instrument.renamed(name, description), description != null);
  }

  public InstrumentDescriptor descriptor() {
    return descriptor;
  }

  /** Implements {@code CollectableStream.describe}. */
  public synchronized boolean describe(String description) {
    if (!isDescribedByView && description.length() > descriptor.description().length()) {
      descriptor = descriptor.renamed(null, description);
    }
    return !isDescribedByView;
  }
}
