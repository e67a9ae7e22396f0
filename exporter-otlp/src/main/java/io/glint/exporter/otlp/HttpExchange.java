package io.glint.exporter.otlp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One request over HTTP and its answer. Made in one thread, looked at by others. */
interface HttpExchange {
  /**
   * Sends the request and waits for the whole answer. Called once. An interrupt ends it.
   *
   * @throws InterruptedException if interrupted, or the client was closed
   * @throws ResponseTooLargeException if the response of a success is larger than the limit
   * @throws IOException if there is no answer, or it breaks off
   */
  HttpAnswer make() throws IOException, InterruptedException;

  /** What has arrived of the answer; null if not even all of its headers have. */
  @Nullable HttpAnswer begun();
}
