package io.glint.jcstress;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * An executor without threads: it runs each task on the thread that brings it, and what is
 * scheduled only when a test says that its time has come.
 */
final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();

  /** Runs what is scheduled with a delay of this many nanoseconds and was not cancelled. */
  void fire(long delayNanos) {
    // A copy: what runs may schedule itself again.
    for (final Entry entry : List.copyOf(entries)) {
      if (entry.delayNanos == delayNanos) {
        entry.run();
      }
    }
  }

  /** How often something was scheduled with this delay. */
  int scheduled(long delayNanos) {
    int scheduled = 0;
    for (final Entry entry : entries) {
      scheduled += entry.delayNanos == delayNanos ? 1 : 0;
    }
    return scheduled;
  }

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    final Entry entry = new Entry(task, unit.toNanos(delay));
    entries.add(entry);
    return entry;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long delay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return new ArrayList<>();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }

  private static final class Entry extends FutureTask<Void> implements ScheduledFuture<Void> {
    final long delayNanos;

    Entry(Runnable task, long delayNanos) {
      super(task, null);
      this.delayNanos = delayNanos;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
