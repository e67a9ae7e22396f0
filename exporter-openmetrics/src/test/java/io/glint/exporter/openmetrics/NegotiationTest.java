package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NegotiationTest {

  static final String PROMETHEUS_2_30 =
      "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  static final String PROMETHEUS_2_45 =
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  static final String PROMETHEUS_2_PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
          + "application/openmetrics-text;version=1.0.0;q=0.8,"
          + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,"
          + "*/*;q=0.1";
  static final String PROMETHEUS_3 =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
          + "application/openmetrics-text;version=0.0.1;q=0.5,"
          + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
          + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
  static final String PROMETHEUS_3_PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
          + "q=0.7,"
          + PROMETHEUS_3;
  static final String CHROME =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

  @ParameterizedTest
  @ValueSource(
      strings = {
        PROMETHEUS_2_30,
        PROMETHEUS_2_45,
        "application/openmetrics-text",
        "Application/OpenMetrics-Text; Version=1.0.0",
        "application/openmetrics-text; version=\"1.0.0\"; charset=utf-8",
        "text/plain,application/openmetrics-text; version=1.0.0; charset=utf-8",
        "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.5",
        "application/openmetrics-text;q=0.2,text/plain;q=0.1",
        "application/*",
        "application/openmetrics-text;escaping=nonsense",
        "application/openmetrics-text;a=\"x;q=0\";version=1.0.0",
        "application/openmetrics-text;a=\"\\\",text/plain;version=1.0.0\",text/plain;q=0.5",
        "application/openmetrics-text;a=\"b;version=1.0.0,text/plain;q=0.5",
        "text/plain;a=\"b,c\";q=0.1,application/openmetrics-text;q=0.5",
      })
  void openMetricsIsAnsweredWhenItWeighsMost(String accept) {
    assertThat(negotiated(accept)).isEqualTo(Negotiation.OPEN_METRICS);
    assertThat(Negotiation.OPEN_METRICS.contentType())
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
  }

  private static Negotiation negotiated(String accept) {
    return Negotiation.of(List.of(accept), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"underscores", "dots", "values", "allow-utf-8"})
  void scraperThatNamesAnEscapingSchemeGetsItAndIsTold(String scheme) {
    Negotiation negotiation =
        negotiated("application/openmetrics-text;version=1.0.0;escaping=" + scheme);
    assertThat(negotiation.escaping().parameter).isEqualTo(scheme);
    assertThat(negotiation.contentType())
        .isEqualTo(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=" + scheme);
    negotiation = negotiated("text/plain;version=1.0.0;escaping=" + scheme);
    assertThat(negotiation.format()).isEqualTo(ScrapeFormat.PROMETHEUS_TEXT);
    assertThat(negotiation.escaping().parameter).isEqualTo(scheme);
    assertThat(negotiation.contentType())
        .isEqualTo("text/plain; version=1.0.0; charset=utf-8; escaping=" + scheme);
  }

  @Test
  void realPrometheusGetsTheFormatThatItPrefers() {
    Negotiation negotiation = negotiated(PROMETHEUS_3);
    assertThat(negotiation.format()).isEqualTo(ScrapeFormat.OPEN_METRICS);
    assertThat(negotiation.escaping()).isEqualTo(Escaping.ALLOW_UTF_8);
    assertThat(negotiation.contentType())
        .isEqualTo(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    negotiation = negotiated(PROMETHEUS_2_PROTOBUF);
    assertThat(negotiation.format()).isEqualTo(ScrapeFormat.PROTOBUF);
    assertThat(negotiation.escaping()).isEqualTo(Escaping.UNDERSCORES);
    assertThat(negotiation.contentType())
        .isEqualTo(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                + " encoding=delimited");
    assertThat(negotiated("text/plain;version=1.0.0").contentType())
        .isEqualTo("text/plain; version=1.0.0; charset=utf-8; escaping=underscores");
  }

  @Test
  void protobufIsEscapedAsAnyOtherFormatOfTheHeaderForPrometheusGivesItNoSchemeOfItsOwn() {
    final Negotiation negotiation = negotiated(PROMETHEUS_3_PROTOBUF);
    assertThat(negotiation.format()).isEqualTo(ScrapeFormat.PROTOBUF);
    assertThat(negotiation.escaping()).isEqualTo(Escaping.ALLOW_UTF_8);
    assertThat(negotiation.contentType())
        .isEqualTo(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                + " encoding=delimited; escaping=allow-utf-8");
    assertThat(
            negotiated(
                    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        + "escaping=values,text/plain;version=1.0.0;escaping=dots;q=0.5")
                .escaping())
        .isEqualTo(Escaping.VALUES);
  }

  @Test
  void openMetrics2IsAnsweredOnlyWhereItIsSwitchedOnAndAskedFor() {
    final String accept =
        "application/openmetrics-text;version=2.0.0;escaping=allow-utf-8;q=0.6,"
            + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5";
    final Negotiation negotiation = Negotiation.of(List.of(accept), true);
    assertThat(negotiation.format()).isEqualTo(ScrapeFormat.OPEN_METRICS_2);
    assertThat(negotiation.contentType())
        .isEqualTo(
            "application/openmetrics-text; version=2.0.0; charset=utf-8; escaping=allow-utf-8");
    assertThat(Negotiation.of(List.of(accept), false).format())
        .isEqualTo(ScrapeFormat.OPEN_METRICS);
    assertThat(Negotiation.of(List.of("application/openmetrics-text"), true))
        .isEqualTo(Negotiation.OPEN_METRICS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*/*",
        CHROME,
        "text/plain",
        "text/plain;version=0.0.4",
        "text/plain;version=0.0.4;escaping=allow-utf-8",
        "text/plain;version=1.0.1",
        "text/*",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0,*/*",
        "application/openmetrics-text;q=0.4,text/plain;q=0.5",
        "application/openmetrics-text;q=0.4,*/*;q=0.5",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;q=abc",
        "application/openmetrics-text;q=7",
        "application/vnd.google.protobuf",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0",
        ";;;,,,=;q=",
        "\u0000\uFFFF",
      })
  void prometheusTextIsAnsweredOtherwise(String accept) {
    assertThat(negotiated(accept)).isEqualTo(Negotiation.TEXT);
    assertThat(Negotiation.TEXT.contentType())
        .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void noHeaderMeansPrometheusText() {
    assertThat(Negotiation.of(null, false)).isEqualTo(Negotiation.TEXT);
    assertThat(Negotiation.of(List.of(), false)).isEqualTo(Negotiation.TEXT);
  }

  @Test
  void severalHeadersCountAsOne() {
    assertThat(Negotiation.of(List.of("text/plain;q=0.5", "application/openmetrics-text"), false))
        .isEqualTo(Negotiation.OPEN_METRICS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip|true",
        "GZIP|true",
        "deflate, gzip;q=0.5|true",
        "x-gzip|true",
        "*|true",
        "identity|false",
        "deflate, br|false",
        "gzip;q=0|false",
        "gzip;q=0, *|false",
        "*;q=0|false",
        "identity, gzip;q=0.5|false",
        "identity;q=0.5, gzip|true",
        "''|false",
      })
  void gzipIsUsedOnlyWhereItIsWelcome(String acceptEncoding, boolean expected) {
    assertThat(Negotiation.allowsGzip(List.of(acceptEncoding))).isEqualTo(expected);
  }

  @Test
  void noEncodingHeaderMeansNoGzip() {
    assertThat(Negotiation.allowsGzip(null)).isFalse();
  }
}
