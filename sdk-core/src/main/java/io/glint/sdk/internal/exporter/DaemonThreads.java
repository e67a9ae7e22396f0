package io.glint.sdk.internal.exporter;

import org.jspecify.annotations.Nullable;

/** Makes threads that do not keep the JVM from ending. */
public final class DaemonThreads {
  private DaemonThreads() {}

  /**
   * A thread that has not been started. It inherits no thread locals: it works for more than the
   * thread that makes it.
   *
   * @param contextClassLoader null where the thread must not keep an application's alive
   */
  public static Thread newThread(
      String name, @Nullable ClassLoader contextClassLoader, Runnable task) {
    final Thread thread =
        new Thread(null, task, name, /* stackSize= */ 0, /* inheritThreadLocals= */ false);
    thread.setDaemon(true);
    thread.setContextClassLoader(contextClassLoader);
    return thread;
  }

  /** The same with the context class loader of the current thread. */
  public static Thread newThread(String name, Runnable task) {
    return newThread(name, Thread.currentThread().getContextClassLoader(), task);
  }
}
