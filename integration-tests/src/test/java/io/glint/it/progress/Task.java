package io.glint.it.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

/** Something that a thread of its own does. */
final class Task {
  private final Thread thread;
  private volatile Throwable failure;

  Task(String name, Runnable action) {
    this.thread = new Thread(action, name);
    thread.setUncaughtExceptionHandler((dead, cause) -> failure = cause);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits for its end, and says whether it has come. */
  boolean isFinished(int seconds) throws InterruptedException {
    thread.join(TimeUnit.SECONDS.toMillis(seconds));
    assertThat(failure).isNull();
    return !thread.isAlive();
  }
}
