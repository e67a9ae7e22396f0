package io.glint.bench.builds;

import io.glint.bench.HistogramKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is recorded into. */
enum Workload {
  HISTOGRAM,
  HISTOGRAM_IN_SPAN,
  BOUND,
  BOUND_IN_SPAN,
  EXPONENTIAL,
  EXPONENTIAL_IN_SPAN;

  /**
   * The one of this name on the command line.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Workload of(String word) {
    return Arrays.stream(values())
        .filter(workload -> workload.word().equals(word))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("Unknown workload " + word + "; use " + words()));
  }

  static String words() {
    return Arrays.stream(values()).map(Workload::word).collect(Collectors.joining(", "));
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean isInSpan() {
    return name().endsWith("IN_SPAN");
  }

  boolean isBound() {
    return name().startsWith("BOUND");
  }

  HistogramKind histograms() {
    return name().startsWith("EXPONENTIAL") ? HistogramKind.EXPONENTIAL : HistogramKind.EXPLICIT;
  }
}
