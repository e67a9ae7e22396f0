package io.glint.exporter.openmetrics;

import java.util.List;

/**
 * The types of metric family we write, with the suffixes of the names they take. In this order they
 * take precedence where nothing else tells metrics apart.
 */
enum FamilyType {
  INFO("info", "gauge", List.of("_info"), List.of("")),
  HISTOGRAM(
      "histogram", "histogram", List.of("", "_bucket", "_count", "_sum"), List.of("_created")),
  SUMMARY("summary", "summary", List.of("", "_count", "_sum"), List.of("_created")),
  COUNTER("counter", "counter", List.of("_total"), List.of("", "_created")),
  GAUGE("gauge", "gauge", List.of(""), List.of());

  /** The suffix of the sample that tells when a count began, in OpenMetrics. */
  static final String CREATED = "_created";

  /** The word of the TYPE line in OpenMetrics 1.0. */
  final String openMetrics;

  /** The word of the TYPE line in Prometheus text 0.0.4, which knows fewer types. */
  final String prometheusText;

  // Unmodifiable lists.

  /**
   * The suffixes of the names that a family takes in each format: those of its samples, and first
   * that of the name that Prometheus text 0.0.4 has in HELP and TYPE lines.
   */
  @SuppressWarnings("ImmutableEnumChecker")
  final List<String> suffixes;

  /** The suffixes of the names that OpenMetrics 1.0 reserves besides, written or not. */
  @SuppressWarnings("ImmutableEnumChecker")
  final List<String> reservedSuffixes;

  FamilyType(
      String openMetrics,
      String prometheusText,
      List<String> suffixes,
      List<String> reservedSuffixes) {
    this.openMetrics = openMetrics;
    this.prometheusText = prometheusText;
    this.suffixes = suffixes;
    this.reservedSuffixes = reservedSuffixes;
  }

  /** Whether a point may have a {@code _created} sample. */
  boolean hasCreated() {
    return reservedSuffixes.contains(CREATED);
  }

  /** Whether a point has several samples, of several names. */
  boolean hasManySamples() {
    return this == HISTOGRAM || this == SUMMARY;
  }
}
