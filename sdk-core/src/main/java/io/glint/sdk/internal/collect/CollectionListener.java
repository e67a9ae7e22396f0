package io.glint.sdk.internal.collect;

import org.jspecify.annotations.Nullable;

/**
 * A listener that is called after each collection of a provider's readers, by the thread that has
 * collected, with no lock held. What it throws is reported, and harms nothing.
 */
@FunctionalInterface
public interface CollectionListener {
  /**
   * A collection has ended.
   *
   * @param nanos how long it took
   * @param failure null if everything was collected, otherwise one of the causes
   */
  void collected(ReaderId reader, long nanos, @Nullable Throwable failure);
}
