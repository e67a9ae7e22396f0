package io.glint.exporter.openmetrics;

/** The formats a scrape can be answered in. */
enum ScrapeFormat {
  OPEN_METRICS,
  PROMETHEUS_TEXT
}
