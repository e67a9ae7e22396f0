package io.glint.exporter.openmetrics;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to a scrape, whose body may answer others too. */
final class ScrapeResponse extends OpenMetricsResponse {

  private final Scrapes scrapes;
  private final ScrapeTelemetry.Operation operation;

  /** Null after the end. */
  private @Nullable FinishedScrape finished;

  private final TextBuffer body;
  private final int length;

  ScrapeResponse(
      Map<String, String> headers,
      Scrapes scrapes,
      FinishedScrape finished,
      TextBuffer body,
      ScrapeTelemetry.Operation operation) {
    super(200, headers);
    this.scrapes = scrapes;
    this.finished = finished;
    this.body = body;
    this.length = body.size();
    this.operation = operation;
  }

  /** What is written, for tests. */
  TextBuffer body() {
    return body;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void writeTo(OutputStream stream) throws IOException {
    final FinishedScrape scrape = finished;
    if (scrape == null) {
      throw new IllegalStateException("this response was written or closed before");
    }
    try {
      body.writeTo(stream);
      // A short answer would wait for the close, which does not say whether it could be sent.
      stream.flush();
    } catch (Throwable e) {
      end(scrape, e.getClass().getName());
      throw e;
    }
    end(scrape, null);
  }

  @Override
  public void close() {
    final FinishedScrape scrape = finished;
    if (scrape != null) {
      end(scrape, "not_written");
    }
  }

  private void end(FinishedScrape scrape, @Nullable String errorType) {
    finished = null;
    scrapes.ended(scrape, operation, errorType);
  }
}
