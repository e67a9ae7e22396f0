package io.glint.sdk.internal.async;

/**
 * Stands for one registration of a callback among the {@link Sources} of a stream. It holds nothing
 * of the callback, for it may be remembered for longer than that. Thread-safe.
 */
public final class Observer {
  /** Tells apart what callbacks observe, in a hash table. */
  final int salt = System.identityHashCode(this);

  private volatile boolean isGone;

  /** Notes that the callback is closed: no run of it begins any more. */
  void leave() {
    isGone = true;
  }

  boolean isGone() {
    return isGone;
  }
}
