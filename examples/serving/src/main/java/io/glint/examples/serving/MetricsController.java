package io.glint.examples.serving;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** For Spring MVC. HEAD is named, as Spring would answer it by GET otherwise, and collect. */
@RestController
public class MetricsController {
  private final OpenMetricsReader reader;

  /** Answers with what a reader collects. */
  public MetricsController(OpenMetricsReader reader) {
    this.reader = reader;
  }

  /** Answers a scrape. */
  @RequestMapping(
      path = "/metrics",
      method = {RequestMethod.GET, RequestMethod.HEAD})
  public void scrape(HttpServletRequest request, HttpServletResponse response) throws IOException {
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
