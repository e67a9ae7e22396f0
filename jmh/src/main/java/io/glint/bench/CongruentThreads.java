package io.glint.bench;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The executor of a JVM of JMH in which the ids of all recording threads agree modulo {@value
 * #MODULUS}. The threads of a pool have consecutive ids otherwise; but pools that make helpers, and
 * virtual threads, have ids with any distance.
 */
public final class CongruentThreads extends ThreadPoolExecutor {
  /** Larger than the number of cells that an SDK has for threads on most machines. */
  private static final long MODULUS = 128;

  /**
   * Makes the executor; called by JMH.
   *
   * @param threads number of threads, all of which are made at once
   * @param prefix of their names
   */
  public CongruentThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> newThread(task, prefix));
    prestartAllCoreThreads();
  }

  /** The options of JMH that make it use this executor. */
  static String[] options() {
    return new String[] {
      RecordingBenchmark.LEAST_HEAP,
      RecordingBenchmark.MOST_HEAP,
      "-Djmh.executor=CUSTOM",
      "-Djmh.executor.class=" + CongruentThreads.class.getName()
    };
  }

  /** Threads that are never started cost an object. */
  private static Thread newThread(Runnable task, String prefix) {
    while (true) {
      final Thread thread = new Thread(task, prefix + "-congruent");
      if (thread.getId() % MODULUS == 0) {
        thread.setDaemon(true);
        return thread;
      }
    }
  }
}
