package io.glint.sdk;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An executor whose tasks run when the test says so, on the test's thread. */
final class ManualScheduler extends AbstractExecutorService implements ScheduledExecutorService {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Timer> timers = new ArrayList<>();
  private boolean isShutdown;

  private static final class Timer extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long nanos;

    Timer(Runnable task, long nanos) {
      super(task, null);
      this.nanos = nanos;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(nanos, other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /** Runs what is to be run now, and what that gives rise to. */
  void run() {
    Runnable task;
    while ((task = tasks.poll()) != null) {
      task.run();
    }
  }

  /** How many timers are set to about this time. */
  long timers(Duration delay) {
    timers.removeIf(FutureTask::isDone);
    return timers.stream().filter(timer -> isAbout(timer, delay)).count();
  }

  /** Lets the first timer that is set to about this time go off, and runs what follows. */
  void fire(Duration delay) {
    timers.removeIf(FutureTask::isDone);
    final Timer first =
        timers.stream().filter(timer -> isAbout(timer, delay)).findFirst().orElseThrow();
    timers.remove(first);
    first.run();
    run();
  }

  private static boolean isAbout(Timer timer, Duration delay) {
    return timer.nanos <= delay.toNanos() && timer.nanos > delay.toNanos() * 0.9;
  }

  @Override
  public void execute(Runnable task) {
    requireOpen();
    tasks.add(task);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    requireOpen();
    final Timer timer = new Timer(task, unit.toNanos(delay));
    timers.add(timer);
    return timer;
  }

  private void requireOpen() {
    if (isShutdown) {
      throw new RejectedExecutionException("shut down");
    }
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {
    isShutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    isShutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return isShutdown;
  }

  @Override
  public boolean isTerminated() {
    return isShutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isShutdown;
  }
}
