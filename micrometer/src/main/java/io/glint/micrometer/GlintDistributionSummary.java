package io.glint.micrometer;

import io.micrometer.core.instrument.AbstractDistributionSummary;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.NoopHistogram;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** A distribution summary of Micrometer, and its series in a histogram. */
final class GlintDistributionSummary extends AbstractDistributionSummary implements Removable {
  private final DoubleHistogram instrument;
  private final RecordedSeries series;

  // For who reads the meter: an instrument cannot be read.

  private final LongAdder count = new LongAdder();
  private final DoubleAdder total = new DoubleAdder();
  private final TimeWindowMax max;

  GlintDistributionSummary(
      Id id,
      Clock clock,
      DistributionStatisticConfig config,
      double scale,
      DoubleHistogram instrument,
      Attributes attributes,
      Map<RecordedSeries.Key, Integer> allSeries) {
    super(id, scale, NoopHistogram.INSTANCE);
    this.instrument = instrument;
    this.series = new RecordedSeries(allSeries, instrument, attributes);
    this.max = new TimeWindowMax(clock, config);
  }

  @Override
  protected void recordNonNegative(double amount) {
    if (series.isRemoved()) {
      return;
    }
    instrument.record(amount, series.attributes);
    series.recorded();
    if (RecordedSeries.isAmount(amount)) {
      count.increment();
      total.add(amount);
      max.record(amount);
    }
  }

  @Override
  public long count() {
    return count.sum();
  }

  @Override
  public double totalAmount() {
    return total.sum();
  }

  @Override
  public double max() {
    return max.poll();
  }

  @Override
  public void remove() {
    series.remove();
  }
}
