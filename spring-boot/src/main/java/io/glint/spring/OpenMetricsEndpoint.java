package io.glint.spring;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * {@code /actuator/openmetrics}: Glint's metrics for Prometheus, with exemplars. Actuator's rules
 * of exposure, its port and its security hold for it; it is there after {@code
 * management.endpoints.web.exposure.include=openmetrics}.
 *
 * <p>Actuator sets no headers but the type, so the body is not compressed here: that is up to
 * {@code server.compression}. It takes the body as an array, so each scrape allocates its size.
 */
@WebEndpoint(id = "openmetrics")
public class OpenMetricsEndpoint {
  /**
   * A parameter that depends on what the scraper accepts. Actuator's cache ({@code
   * cache.time-to-live}) knows nothing of that, and would answer one scraper in the format of
   * another; it leaves out an operation with such a parameter.
   */
  public enum Format implements Producible<Format> {
    /** Whichever the reader chooses. */
    ANY;

    @Override
    public MimeType getProducedMimeType() {
      return MimeTypeUtils.TEXT_PLAIN;
    }
  }

  private final OpenMetricsReader reader;

  OpenMetricsEndpoint(OpenMetricsReader reader) {
    this.reader = reader;
  }

  /**
   * Answers a scrape, in the thread of the request, which {@link OpenMetricsReader#scrape} reads.
   * Spring only has to let through what the reader chooses from.
   *
   * @param format not used, and may be null: it keeps Actuator's cache away
   * @return never null
   * @throws IOException never
   */
  @ReadOperation(
      produces = {
        "text/plain",
        "application/openmetrics-text",
        "application/vnd.google.protobuf",
      })
  public WebEndpointResponse<byte[]> scrape(Format format) throws IOException {
    final HttpServletRequest request =
        ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
    try (OpenMetricsResponse scrape =
        reader.scrape(
            request.getMethod(),
            request.getQueryString(),
            name ->
                name.equalsIgnoreCase("Accept-Encoding")
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
