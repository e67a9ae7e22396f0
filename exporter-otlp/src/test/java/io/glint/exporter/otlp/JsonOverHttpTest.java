package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.glint.testing.OtlpServer.Received;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OTLP over HTTP in its JSON form. */
@Timeout(30)
class JsonOverHttpTest {
  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  @Test
  void requestIsAPostOfJson() {
    assertThat(export("none").isSuccess()).isTrue();
    final Received received = server.received.get(0);
    assertThat(received.method()).isEqualTo("POST");
    assertThat(received.header("Content-Type")).isEqualTo("application/json");
    assertThat(new String(received.body(), StandardCharsets.UTF_8))
        .startsWith(
            "{\"resourceMetrics\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\"");
  }

  @Test
  void itIsCompressedIfWanted() throws IOException {
    assertThat(export("gzip").isSuccess()).isTrue();
    final Received received = server.received.get(0);
    assertThat(received.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(received.body())).readAllBytes())
        .startsWith("{\"resourceMetrics\":[".getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | ",
        "{\"partialSuccess\":{}} | ",
        "{\"partialSuccess\":{\"rejectedDataPoints\":\"3\",\"errorMessage\":\"too \\\"old\\\"\"}} |"
            + " rejected 3 of 13 metric points: too \"old\"",
        "{\"partial_success\":{\"rejected_data_points\":2}} | rejected 2 of 13 metric points",
        "{\"partialSuccess\":{\"errorMessage\":\"soon \\u00fcber\"}} | warns: soon \u00fcber",
        "{\"other\":1} | not as an OTLP server does"
      })
  void whatTheServerSaysInJsonIsUnderstood(String answer, String expected) {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          OtlpServer.reply(exchange, 200, answer.getBytes(StandardCharsets.UTF_8));
        });
    assertThat(export("none").isSuccess()).isTrue();
    if (expected == null) {
      assertThat(log.warnings()).isEmpty();
    } else {
      assertThat(log.warnings()).singleElement().asString().contains(expected);
    }
  }

  private CompletableResultCode export(String compression) {
    try (OtlpMetricExporter exporter =
        OtlpMetricExporter.builder()
            .setProtocol("http/json")
            .setEndpoint(server.url("/v1/metrics"))
            .setCompression(compression)
            .build()) {
      return exporter.export(TestMetrics.everyKind()).join(10, TimeUnit.SECONDS);
    }
  }
}
