package io.glint.examples.serving;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeType;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * For Spring Boot's Actuator: {@code /actuator/openmetrics}, after {@code
 * management.endpoints.web.exposure.include=openmetrics}. Actuator's rules of exposure, its port
 * and its security hold for it.
 *
 * <p>Actuator sets no headers but the type, so the body is not compressed here: that is up to
 * {@code server.compression}. It takes the body as an array, so a large one is copied.
 */
@WebEndpoint(id = "openmetrics")
public class MetricsEndpoint {
  private final OpenMetricsReader reader;

  /** Answers with what a reader collects. */
  public MetricsEndpoint(OpenMetricsReader reader) {
    this.reader = reader;
  }

  /** Answers a scrape. Spring only has to let through what the reader chooses from. */
  @ReadOperation(
      produces = {
        "text/plain",
        "application/openmetrics-text",
        "application/vnd.google.protobuf",
      })
  public WebEndpointResponse<byte[]> scrape() throws IOException {
    final HttpServletRequest request =
        ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
    try (OpenMetricsResponse scrape =
        reader.scrape(
            request.getMethod(),
            request.getQueryString(),
            name ->
                name.equals("Accept-Encoding")
                    ? List.of()
                    : Collections.list(request.getHeaders(name)))) {
      final ByteArrayOutputStream body = new ByteArrayOutputStream((int) scrape.contentLength());
      scrape.writeTo(body);
      return new WebEndpointResponse<>(
          body.toByteArray(),
          scrape.status(),
          MimeType.valueOf(scrape.headers().get("Content-Type")));
    }
  }
}
