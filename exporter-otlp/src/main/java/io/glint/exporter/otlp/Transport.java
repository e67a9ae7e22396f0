package io.glint.exporter.otlp;

/**
 * The way to a server over one protocol: makes single attempts to deliver encoded requests, and
 * explains what goes wrong. Retries and waits are those of {@link Delivery}. Safe for use by
 * several threads at once.
 */
interface Transport {
  /**
   * Sends a request and waits for the whole answer. What goes wrong is part of the result.
   *
   * @param body told when all of it was sent, and that it is answered
   * @param size of the request in bytes, before compression
   * @param timeoutNanos after which the attempt is given up; more than 0
   * @throws InterruptedException if interrupted, or closed; the attempt is given up
   */
  Attempt send(SentBody body, int size, long timeoutNanos) throws InterruptedException;

  /** The failure of an export whose time is over. */
  ExportFailure timedOut();

  /** Ends connections and threads; attempts under way fail. Further calls do nothing. */
  void close();
}
