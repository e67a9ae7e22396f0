package io.glint.sdk.internal.async;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread at a time use what observations change: the one that runs a callback, for one
 * observation, or the collecting one. The code of the user's attributes runs meanwhile, and may
 * hang. So a holder can be given up; until it gives the turn back, no thread waits for it.
 *
 * <p>Waits are short for all others. The threads of one reader use a stream one after another, but
 * for a callback that was left behind. Who leaves it behind closes its round and calls {@link
 * #await}: from then on that thread has the turn only to see that its round is closed, or it is
 * given up.
 */
public final class StreamTurn {
  private static final long POLL_NANOS = 100_000;

  /** Is in the place of a thread that was given up. */
  private static final Object GIVEN_UP = new Object();

  /** The thread that has it; null if there is none. */
  private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();

  /**
   * Takes it; false if its holder was given up.
   *
   * @throws IllegalStateException if the current thread has it: attributes may observe while they
   *     are observed
   */
  public boolean take() {
    final Thread current = Thread.currentThread();
    while (!holder.compareAndSet(null, current)) {
      final Object other = holder.get();
      if (other == GIVEN_UP) {
        return false;
      }
      if (other == current) {
        throw new IllegalStateException("The equals or hashCode of attributes has observed");
      }
      LockSupport.parkNanos(this, POLL_NANOS);
    }
    return true;
  }

  /** Whether the holder, who asks, was given up. */
  public boolean isGivenUp() {
    return holder.get() == GIVEN_UP;
  }

  /** Gives it back. */
  public void release() {
    holder.setRelease(null);
  }

  /** Waits until a thread does not have it, and gives that thread up after a time. */
  public void await(Thread thread, long nanos) {
    final long begin = System.nanoTime();
    while (holder.get() == thread) {
      if (System.nanoTime() - begin >= nanos) {
        // Otherwise it has just given it back.
        holder.compareAndSet(thread, GIVEN_UP);
        return;
      }
      LockSupport.parkNanos(this, POLL_NANOS);
    }
  }
}
