package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceUrlTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://jaeger.example/trace/{traceId}?uiFind={spanId}",
        "http://zipkin.example:9411/zipkin/traces/{traceId}",
        "HTTPS://grafana.example/explore?schemaVersion=1&panes=%7B%22t%22:%22{traceId}%22%7D",
        "/traces/{traceId}#{spanId}",
        "//traces.example/{traceId}",
        "../traces/{traceId}"
      })
  void webAddressesAndRelativeOnesAreTaken(String template) {
    OpenMetricsServer.builder().setTraceUrlTemplate(template);
    assertThat(TraceUrl.checked(template)).isEqualTo(template);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "javascript:alert('{traceId}')",
        "JavaScript:alert({traceId})",
        " javascript:x{traceId}",
        "java\tscript:x{traceId}",
        "data:text/html,{traceId}",
        "ftp://traces.example/{traceId}",
        "http:{traceId}",
        "https:///{traceId}",
        "https://traces.example/{traceid}",
        "https://traces.example/{spanId}",
        "https://grafana.example/explore?left={\"q\":\"{traceId}\"}",
        ""
      })
  void othersAreRefusedWithAnExampleOfWhatWouldDo(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OpenMetricsServer.builder().setTraceUrlTemplate(template))
        .withMessageStartingWith("The URL template of traces '")
        .withMessageContaining("https://jaeger.example/trace/{traceId}");
  }
}
