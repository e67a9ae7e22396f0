package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "http://c:4318/v1/metrics,http://c:4318/v1/metrics",
    "http://c:4318,http://c:4318/",
    "http://c:4318/,http://c:4318/",
    "https://c,https://c/",
    "HTTPS://c/x/,HTTPS://c/x/",
    "http://c/a%2Fb?k=v%20w,http://c/a%2Fb?k=v%20w",
    "http://c?k=v,http://c/?k=v",
    "http://[::1]:4318/m,http://[::1]:4318/m"
  })
  void urlIsUsedAsIs(String url, String expected) {
    assertThat(Endpoint.parse(url)).isEqualTo(URI.create(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "http://c:4318,http://c:4318/v1/metrics",
    "http://c:4318/,http://c:4318/v1/metrics",
    "http://c/x,http://c/x/v1/metrics",
    "http://c/x/,http://c/x/v1/metrics"
  })
  void baseUrlIsJoinedByOneSlash(String base, String expected) {
    assertThat(Endpoint.parseBase(base)).isEqualTo(URI.create(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:4318",
        "collector",
        "ftp://c/",
        "http://",
        "http:///x",
        "http:c",
        "//c/x",
        "http://otel_collector:4318",
        "http://c:0/",
        "http://c:70000/",
        "http://c/a b"
      })
  void whatCannotBeUsedIsRefusedWithAnExample(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setEndpoint(url))
        .withMessageContaining("'" + url + "'")
        .withMessageContaining("http://localhost:4318/v1/metrics");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:4318",
        "otel-collector:4318/v1/metrics",
        "otel_collector:4318",
        "10.0.0.1:4318",
        "[::1]:4318",
        "//c:4318",
        "collector",
        " http://c:4318"
      })
  void whatHasNoSchemeIsToldSo(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setEndpoint(url))
        .withMessageContaining("'" + url + "'")
        .withMessageContaining("does not start with http:// or https://")
        .withMessageContaining("http://localhost:4317 for gRPC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:secret@c/", "http://user:secret@c_c/", "user:secret@c"})
  void userInformationIsRefusedAndNotRepeated(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setEndpoint(url))
        .withMessageNotContaining("secret");
  }

  @Test
  void baseUrlHasNoQuery() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setBaseEndpoint("http://c/?a=b"))
        .withMessageContaining("setEndpoint");
  }

  @Test
  void queryIsNotPrinted() {
    assertThat(Endpoint.printable(URI.create("https://c/x?key=secret"))).isEqualTo("https://c/x");
  }

  @Test
  void nullIsRefused() {
    assertThatNullPointerException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setEndpoint(null));
    assertThatNullPointerException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setBaseEndpoint(null));
  }
}
