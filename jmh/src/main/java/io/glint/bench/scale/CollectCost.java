package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The cost of collecting, by what was recorded since the last collection.
 *
 * @param buckets number of buckets that got a measurement in each series, up to 16
 */
record CollectCost(AggregationTemporality temporality, boolean hasExemplars, int buckets) {
  /** One for each of the 16 default buckets. */
  private static final double[] VALUES = {
    37, 0, 3, 7, 17, 62, 87, 175, 375, 625, 875, 1750, 3750, 6250, 8750, 20_000
  };

  String title() {
    return temporality.name().toLowerCase(java.util.Locale.ROOT)
        + (hasExemplars ? ", exemplars on" : ", exemplars off")
        + (buckets == 0
            ? ", nothing new"
            : ", " + buckets + (buckets == 1 ? " bucket" : " buckets") + " recorded into");
  }

  /** Names its results. */
  String key() {
    return "collect/" + temporality + "/" + hasExemplars + "/" + buckets;
  }

  void run(Sdk sdk, int series, long millis) throws Exception {
    try (Subject subject =
        new Subject(sdk, temporality, hasExemplars, SeriesAttributes.create(series), null)) {
      for (final double value : VALUES) {
        recordInSpan(subject, value);
      }
      final long before = CollectingReader.measurements(subject.reader().collect());
      if (before != (long) series * VALUES.length) {
        throw new IllegalStateException(sdk + " collected " + before);
      }
      final long[] recorded = {before};
      final long[] collected = {temporality == AggregationTemporality.DELTA ? before : 0};
      final AtomicReference<Collection<MetricData>> last = new AtomicReference<>();
      Stopwatch.measure(
              series,
              millis,
              millis,
              () -> {
                for (int i = 0; i < buckets; i++) {
                  recordInSpan(subject, VALUES[i]);
                }
                recorded[0] += (long) series * buckets;
              },
              () -> {
                final Collection<MetricData> metrics = subject.reader().collect();
                final long measurements = CollectingReader.measurements(metrics);
                collected[0] =
                    temporality == AggregationTemporality.DELTA
                        ? collected[0] + measurements
                        : measurements;
                last.set(metrics);
              })
          .tell(key());
      if (collected[0] != recorded[0]) {
        throw new IllegalStateException(
            sdk + " collected " + collected[0] + " of " + recorded[0] + " measurements");
      }
      final long exemplars = CollectingReader.exemplars(last.get());
      final boolean isWrong = hasExemplars ? exemplars < (long) series * buckets : exemplars > 0;
      if (isWrong) {
        throw new IllegalStateException(
            sdk + " collected " + exemplars + " exemplars of " + series + " series");
      }
    }
  }

  /** Into all series, inside of a sampled span, a new one each time. */
  @SuppressWarnings("try") // Opened for its effect.
  private static void recordInSpan(Subject subject, double value) {
    try (Scope scope = Spans.startSampled().makeCurrent()) {
      subject.recordAll(value);
    }
  }
}
