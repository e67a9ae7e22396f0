package io.glint.exporter.openmetrics;

/** The formats a scrape can be answered in. */
enum ScrapeFormat {
  OPEN_METRICS("OpenMetrics"),
  OPEN_METRICS_2("OpenMetrics 2.0"),

  /** Version 0.0.4; 1.0.0 differs only in the names that it can have. */
  PROMETHEUS_TEXT("Prometheus text"),

  /** Messages {@code io.prometheus.client.MetricFamily}, each after its length. */
  PROTOBUF("Prometheus protobuf");

  /** For the log. */
  final String title;

  ScrapeFormat(String title) {
    this.title = title;
  }

  /** Whether a sample can have an exemplar. */
  boolean hasExemplars() {
    return this != PROMETHEUS_TEXT;
  }

  /** Whether one sample has all exemplars of a classic histogram, and not each bucket one. */
  boolean showsAllExemplars() {
    return this == OPEN_METRICS_2;
  }

  /** Whether exponential histograms stay what they are. */
  boolean hasNativeHistograms() {
    return this == OPEN_METRICS_2 || this == PROTOBUF;
  }
}
