package io.glint.exporter.openmetrics;

/** Says where the metrics are. */
final class IndexPage {

  private final String text;

  IndexPage(String metricsPath, String healthPath) {
    text =
        "Glint serves OpenTelemetry metrics as OpenMetrics, Prometheus text and protobuf.\n"
            + "Metrics are at "
            + metricsPath
            + ", single ones at "
            + metricsPath
            + "?name[]=a&name[]=b\n"
            + "Whether this server answers can be asked at "
            + healthPath
            + "\n";
  }

  OpenMetricsResponse answer(OpenMetricsRequest request) {
    return TextResponse.of(200, text, request.isHead());
  }
}
