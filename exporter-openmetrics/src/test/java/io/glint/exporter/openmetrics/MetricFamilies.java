package io.glint.exporter.openmetrics;

import com.google.protobuf.Timestamp;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.BucketSpan;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Histogram;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.LabelPair;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Metric;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads Prometheus protobuf with the protobuf library and the classes of Prometheus' Java client,
 * and checks what Prometheus checks of native histograms.
 */
final class MetricFamilies {

  private MetricFamilies() {}

  static List<MetricFamily> parse(byte[] body) {
    final List<MetricFamily> families = new ArrayList<>();
    final ByteArrayInputStream stream = new ByteArrayInputStream(body);
    try {
      for (MetricFamily family = MetricFamily.parseDelimitedFrom(stream);
          family != null;
          family = MetricFamily.parseDelimitedFrom(stream)) {
        require(family.getUnknownFields().asMap().isEmpty(), "an unknown field in " + family);
        families.add(family);
        family.getMetricList().forEach(MetricFamilies::check);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return families;
  }

  private static void check(Metric metric) {
    if (!metric.hasHistogram() || !isNative(metric.getHistogram())) {
      return;
    }
    final Histogram histogram = metric.getHistogram();
    require(histogram.getSchema() >= -4 && histogram.getSchema() <= 8, "schema of " + histogram);
    require(histogram.getBucketCount() == 0, "classic buckets in " + histogram);
    long count = histogram.getZeroCount();
    for (final boolean positive : new boolean[] {true, false}) {
      for (final long each : buckets(histogram, positive).values()) {
        require(each >= 0, "negative count in " + histogram);
        count += each;
      }
    }
    require(count == histogram.getSampleCount(), "the buckets are not the count of " + histogram);
    for (int i = 1; i < histogram.getExemplarsCount(); i++) {
      require(
          nanos(histogram, i - 1) <= nanos(histogram, i), "exemplars out of order: " + histogram);
    }
  }

  private static long nanos(Histogram histogram, int exemplar) {
    require(histogram.getExemplars(exemplar).hasTimestamp(), "an exemplar without a time");
    return nanos(histogram.getExemplars(exemplar).getTimestamp());
  }

  /** Since the epoch. */
  static long nanos(Timestamp time) {
    return time.getSeconds() * 1_000_000_000L + time.getNanos();
  }

  /** As Prometheus decides it. */
  static boolean isNative(Histogram histogram) {
    return histogram.getPositiveSpanCount() > 0
        || histogram.getNegativeSpanCount() > 0
        || histogram.getZeroThreshold() > 0
        || histogram.getZeroCount() > 0;
  }

  /** The counts of a native histogram by Prometheus' number of the bucket, without empty ones. */
  static Map<Integer, Long> buckets(Histogram histogram, boolean positive) {
    final List<BucketSpan> spans =
        positive ? histogram.getPositiveSpanList() : histogram.getNegativeSpanList();
    final List<Long> deltas =
        positive ? histogram.getPositiveDeltaList() : histogram.getNegativeDeltaList();
    final Map<Integer, Long> buckets = new TreeMap<>();
    int index = 0;
    int next = 0;
    long count = 0;
    for (int i = 0; i < spans.size(); i++) {
      require(i == 0 || spans.get(i).getOffset() > 0, "a span that goes back in " + histogram);
      index += spans.get(i).getOffset();
      for (int j = 0; j < spans.get(i).getLength(); j++) {
        count += deltas.get(next++);
        if (count != 0) {
          buckets.put(index, count);
        }
        index++;
      }
    }
    require(next == deltas.size(), "spans and counts differ in " + histogram);
    return buckets;
  }

  static MetricFamily family(List<MetricFamily> families, String name) {
    final List<MetricFamily> found =
        families.stream().filter(family -> family.getName().equals(name)).toList();
    require(found.size() == 1, name + " is there " + found.size() + " times in " + families);
    return found.get(0);
  }

  static Map<String, String> labels(List<LabelPair> pairs) {
    final Map<String, String> labels = new LinkedHashMap<>();
    for (final LabelPair pair : pairs) {
      require(
          labels.put(pair.getName(), pair.getValue()) == null, pair.getName() + " is there twice");
    }
    return labels;
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new AssertionError(problem);
    }
  }
}
