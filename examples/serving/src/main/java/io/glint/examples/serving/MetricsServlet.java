package io.glint.examples.serving;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;

/** For any servlet container. */
public final class MetricsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient OpenMetricsReader reader;

  /** Answers with what a reader collects. */
  public MetricsServlet(OpenMetricsReader reader) {
    this.reader = reader;
  }

  /** All methods: that of HEAD in the super class would collect. */
  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try (OpenMetricsResponse scrape =
        reader.scrape(
            request.getMethod(),
            request.getQueryString(),
            name -> Collections.list(request.getHeaders(name)))) {
      response.setStatus(scrape.status());
      scrape.headers().forEach(response::setHeader);
      scrape.writeTo(response.getOutputStream());
    }
  }
}
