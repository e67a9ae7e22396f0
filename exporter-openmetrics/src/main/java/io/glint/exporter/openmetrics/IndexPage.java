package io.glint.exporter.openmetrics;

/** Says where the metrics are. */
final class IndexPage {

  private final String text;

  /**
   * A page.
   *
   * @param hasLivePage whether browsers get another one in its place
   */
  IndexPage(String metricsPath, String healthPath, boolean hasLivePage) {
    text =
        "Glint serves OpenTelemetry metrics as OpenMetrics, Prometheus text and protobuf.\n"
            + "Metrics are at "
            + metricsPath
            + ", single ones at "
            + metricsPath
            + "?name[]=a&name[]=b\n"
            + "Whether this server answers can be asked at "
            + healthPath
            + "\n"
            + (hasLivePage
                ? "A browser shows the metrics here."
                    + " OpenMetricsServerBuilder.setLivePageEnabled(false), or the environment"
                    + " variable GLINT_PROMETHEUS_LIVE_PAGE=false, switches that off.\n"
                : "A page that shows the metrics in a browser is off."
                    + " OpenMetricsServerBuilder.setLivePageEnabled(true), or the environment"
                    + " variable GLINT_PROMETHEUS_LIVE_PAGE=true, switches it on, for everybody"
                    + " who can connect.\n");
  }

  OpenMetricsResponse answer(OpenMetricsRequest request) {
    return TextResponse.of(200, text, request.isHead());
  }
}
