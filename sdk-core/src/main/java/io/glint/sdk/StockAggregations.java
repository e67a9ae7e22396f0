package io.glint.sdk;

import io.opentelemetry.sdk.metrics.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the options of the stock SDK's aggregations, which have no accessors, from their text. This
 * is the only place that depends on it; a text that is not understood is refused, never guessed at.
 */
final class StockAggregations {
  private static final String PREFIX = "ExplicitBucketHistogramAggregation";
  private static final Pattern BOUNDARIES = Pattern.compile("bucketBoundaries=\\[([^\\]]*)\\]");
  private static final Pattern RECORD_MIN_MAX = Pattern.compile("recordMinMax=(true|false)");
  private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*");

  private StockAggregations() {}

  static boolean isExplicitBucketHistogram(Aggregation aggregation) {
    return aggregation == Aggregation.explicitBucketHistogram()
        || aggregation.toString().startsWith(PREFIX);
  }

  /**
   * The boundaries of an explicit-bucket histogram aggregation.
   *
   * @throws IllegalArgumentException if the text of the aggregation does not tell them
   */
  static List<Double> boundaries(Aggregation aggregation) {
    if (aggregation == Aggregation.explicitBucketHistogram()) {
      return ResolvedAggregation.DEFAULT_BOUNDARIES;
    }
    final List<Double> boundaries = new ArrayList<>();
    final String list = option(aggregation, BOUNDARIES).trim();
    if (!list.isEmpty()) {
      for (final String boundary : SEPARATOR.split(list, -1)) {
        boundaries.add(Double.parseDouble(boundary));
      }
    }
    return List.copyOf(boundaries);
  }

  /**
   * Whether points of an explicit-bucket histogram aggregation have a minimum and a maximum.
   *
   * @throws IllegalArgumentException if the text of the aggregation does not tell
   */
  static boolean recordsMinMax(Aggregation aggregation) {
    return aggregation == Aggregation.explicitBucketHistogram()
        || Boolean.parseBoolean(option(aggregation, RECORD_MIN_MAX));
  }

  private static String option(Aggregation aggregation, Pattern pattern) {
    final Matcher matcher = pattern.matcher(aggregation.toString());
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "The options of the aggregation "
              + aggregation
              + " cannot be read. Glint knows opentelemetry-sdk-metrics 1.67.0; please report the"
              + " version you use");
    }
    return matcher.group(1);
  }
}
