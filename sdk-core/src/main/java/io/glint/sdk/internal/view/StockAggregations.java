package io.glint.sdk.internal.view;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.metrics.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the options of the stock SDK's histogram aggregations, which have no accessors, from their
 * text. This is the only place that depends on it; a text that is not understood is refused when
 * the provider is built, never guessed at.
 */
final class StockAggregations {
  /** The second form is that of versions before 1.60. */
  private static final Pattern BOUNDARIES =
      Pattern.compile("(?:bucketBoundaries=|Aggregation\\()\\[([^\\]]*)\\]");

  private static final Pattern MAX_BUCKETS = Pattern.compile("maxBuckets=(-?\\d+)");
  private static final Pattern MAX_SCALE = Pattern.compile("maxScale=(-?\\d+)");
  private static final Pattern RECORD_MIN_MAX = Pattern.compile("recordMinMax=(true|false)");

  /** Texts of versions before 1.60, where minimum and maximum cannot be switched off. */
  private static final Pattern ALWAYS_MIN_MAX =
      Pattern.compile(
          "ExplicitBucketHistogramAggregation\\(\\[[^\\]]*\\]\\)"
              + "|Base2ExponentialHistogramAggregation\\{maxBuckets=-?\\d+,maxScale=-?\\d+\\}");

  private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*");

  private StockAggregations() {}

  /**
   * The histogram that an aggregation of the stock SDK stands for.
   *
   * @throws IllegalArgumentException if it is none, or its text does not tell its options
   */
  static ResolvedAggregation histogram(Aggregation aggregation) {
    final String text = aggregation.toString();
    if (text.startsWith("ExplicitBucketHistogramAggregation")) {
      return ResolvedAggregation.explicitBuckets(
          numbers(option(text, BOUNDARIES)), recordsMinMax(text));
    }
    if (text.startsWith("Base2ExponentialHistogramAggregation")) {
      return ResolvedAggregation.exponential(
          Integer.parseInt(option(text, MAX_BUCKETS)),
          Integer.parseInt(option(text, MAX_SCALE)),
          recordsMinMax(text));
    }
    throw new IllegalArgumentException(
        "Aggregation "
            + LogText.of(text)
            + " is not supported. Use one of the factory methods of"
            + " io.opentelemetry.sdk.metrics.Aggregation");
  }

  private static boolean recordsMinMax(String text) {
    return ALWAYS_MIN_MAX.matcher(text).matches()
        || Boolean.parseBoolean(option(text, RECORD_MIN_MAX));
  }

  private static String option(String text, Pattern pattern) {
    final Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "The options of the aggregation "
              + LogText.of(text)
              + " cannot be read. Glint knows opentelemetry-sdk-metrics 1.49 to 1.68; please report the"
              + " version you use");
    }
    return matcher.group(1);
  }

  private static List<Double> numbers(String list) {
    final List<Double> numbers = new ArrayList<>();
    if (!list.isBlank()) {
      for (final String number : SEPARATOR.split(list.trim(), -1)) {
        numbers.add(Double.parseDouble(number));
      }
    }
    return List.copyOf(numbers);
  }
}
