package io.glint.sdk;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Some collections of asynchronous instruments, in which one thing fails, and what must be true of
 * later ones. Nothing may be missing from those, as each observes the whole value. Loaded and
 * called by {@link InjectedFailuresTest} in a world of its own, see {@link Woven}.
 */
final class AsyncFailureScenario {
  private static final int SETS = 3;
  private static final AttributeKey<Long> ID = AttributeKey.longKey("id");
  private static final AttributeKey<String> REMOVED = AttributeKey.stringKey("removed");

  private final boolean isDelta;
  private final List<String> violations = new ArrayList<>();
  private final ModeReader reader;
  private final Attributes[] attributes = new Attributes[SETS];

  /** What each instrument has shown: under delta temporality the sum of all points. */
  private final Map<String, Double> shown = new TreeMap<>();

  /** What a callback observes for each attribute set. */
  private long value;

  private AsyncFailureScenario(boolean isDelta, boolean isReused, boolean isFiltered) {
    this.isDelta = isDelta;
    this.reader = ModeReader.of(isDelta, isReused);
    for (int i = 0; i < SETS; i++) {
      attributes[i] = Attributes.of(ID, (long) i, REMOVED, "removed");
    }
    final GlintView.Builder view = GlintView.builder();
    if (isFiltered) {
      view.setAttributeFilter(key -> !key.equals("removed"));
    }
    final Meter meter =
        GlintMeterProvider.builder()
            // The collecting thread runs the callbacks: sites are those of one thread.
            .setCallbackTimeout(Duration.ZERO)
            .setExemplarFilter((CustomExemplarFilter) (any, of, context) -> true)
            .registerView(InstrumentSelector.builder().setName("*").build(), view.build())
            .registerMetricReader(reader)
            .build()
            .get("failures");
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              for (final Attributes each : attributes) {
                counter.record(value, each);
              }
            });
    meter
        .upDownCounterBuilder("sum")
        .ofDoubles()
        .buildWithCallback(
            sum -> {
              for (final Attributes each : attributes) {
                sum.record(-(double) value, each);
              }
            });
    meter
        .gaugeBuilder("gauge")
        .ofLongs()
        .buildWithCallback(gauge -> gauge.record(value, attributes[0]));
  }

  /**
   * Runs it.
   *
   * @param number which of the sites throws
   * @return what is wrong afterwards; empty if nothing is
   */
  static List<String> run(
      boolean isDelta,
      boolean isReused,
      boolean isFiltered,
      int number,
      Supplier<? extends Throwable> failure) {
    final AsyncFailureScenario scenario = new AsyncFailureScenario(isDelta, isReused, isFiltered);
    try {
      Sites.arm(number, failure);
      Sites.pause();
      for (int round = 1; round <= 3; round++) {
        scenario.collect(100L * round);
      }
    } finally {
      Sites.disarm();
    }
    // The first has what a failure in the last one has left out.
    scenario.collect(400);
    scenario.collect(500);
    scenario.check();
    return scenario.violations;
  }

  private void collect(long observed) {
    value = observed;
    final Collection<MetricData> metrics;
    Sites.resume();
    try {
      metrics = reader.collect();
    } catch (Throwable t) {
      // Whoever asks for a collection may be told that there is none.
      return;
    } finally {
      Sites.pause();
    }
    for (final MetricData metric : metrics) {
      double sum = 0;
      for (final PointData point : metric.getData().getPoints()) {
        sum +=
            point instanceof LongPointData number
                ? number.getValue()
                : ((DoublePointData) point).getValue();
      }
      final boolean addsUp = isDelta && !metric.getName().equals("gauge");
      shown.merge(metric.getName(), sum, addsUp ? Double::sum : (before, now) -> now);
    }
  }

  private void check() {
    final Map<String, Double> expected =
        Map.of("counter", SETS * 500.0, "sum", SETS * -500.0, "gauge", 500.0);
    if (!shown.equals(expected)) {
      violations.add(shown + " were shown");
    }
  }
}
