package io.glint.exporter.openmetrics;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * The answer to a request: status, headers and a body that is written to a stream. It is complete
 * when it is handed out, so that no failure of the application cuts a body short.
 *
 * <pre>{@code
 * try (OpenMetricsResponse response = reader.scrape("GET", query, headers)) {
 *   // set response.status() and response.headers()
 *   response.writeTo(stream);
 * }
 * }</pre>
 *
 * <p>It holds buffers that are used again, and one of the {@linkplain
 * OpenMetricsReaderBuilder#setMaxConcurrentScrapes scrapes that may run at once}, until the body
 * was written or {@link #close()} is called. One that is neither written nor closed holds them for
 * ever.
 *
 * <p>Threading: used by one thread at a time. It may be another one than that which asked for it.
 */
public abstract sealed class OpenMetricsResponse implements AutoCloseable
    permits TextResponse, ScrapeResponse {

  private final int status;
  private final Map<String, String> headers;

  OpenMetricsResponse(int status, Map<String, String> headers) {
    this.status = status;
    this.headers = headers;
  }

  /** Returns the status of HTTP: 200, or what {@link OpenMetricsReader#scrape} says. */
  public final int status() {
    return status;
  }

  /**
   * Returns the headers, each with its one value; not null, not to be changed. {@code
   * Content-Length} is among them, but where a HEAD request would have to collect to know it.
   */
  public final Map<String, String> headers() {
    return headers;
  }

  /** Returns the length in bytes of what {@link #writeTo} writes; 0 if that is nothing. */
  public abstract long contentLength();

  /**
   * Writes the body, compressed if {@code Content-Encoding} says so, in pieces of 32 KiB at most;
   * flushes the stream, and closes this response, but not the stream. What the stream has taken
   * without an exception counts as sent.
   *
   * @param stream not null
   * @throws IOException if the stream throws it: the scrape then counts as failed
   * @throws IllegalStateException if this response was written or closed before
   */
  public abstract void writeTo(OutputStream stream) throws IOException;

  /** Gives the buffers back. A body that was not written counts as failed. May be called again. */
  @Override
  public abstract void close();
}
