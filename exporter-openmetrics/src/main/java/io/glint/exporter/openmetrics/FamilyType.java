package io.glint.exporter.openmetrics;

/** The types of metric family we write, with the suffixes of their samples' names. */
enum FamilyType {
  INFO("info", "gauge", "_info"),
  COUNTER("counter", "counter", "_total", "_created"),
  GAUGE("gauge", "gauge", ""),
  HISTOGRAM("histogram", "histogram", "_bucket", "_count", "_sum", "_created"),
  SUMMARY("summary", "summary", "", "_count", "_sum", "_created");

  /** The word of the TYPE line in OpenMetrics 1.0. */
  final String openMetrics;

  /** The word of the TYPE line in Prometheus text 0.0.4, which knows fewer types. */
  final String prometheusText;

  // Never changed and never handed out.
  @SuppressWarnings("ImmutableEnumChecker")
  private final String[] sampleSuffixes;

  FamilyType(String openMetrics, String prometheusText, String... sampleSuffixes) {
    this.openMetrics = openMetrics;
    this.prometheusText = prometheusText;
    this.sampleSuffixes = sampleSuffixes;
  }

  int sampleSuffixCount() {
    return sampleSuffixes.length;
  }

  String sampleSuffix(int index) {
    return sampleSuffixes[index];
  }

  /**
   * What the name in HELP and TYPE lines has after the family name in Prometheus text 0.0.4, where
   * these lines name the sample of a counter or an info metric.
   */
  String prometheusTextSuffix() {
    return this == COUNTER || this == INFO ? sampleSuffixes[0] : "";
  }
}
