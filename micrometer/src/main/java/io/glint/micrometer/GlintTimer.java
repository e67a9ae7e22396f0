package io.glint.micrometer;

import io.micrometer.core.instrument.AbstractTimer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.NoopHistogram;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.util.TimeUtils;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** A timer of Micrometer, and its series in a histogram of seconds. */
final class GlintTimer extends AbstractTimer implements Removable {
  private final DoubleHistogram instrument;
  private final RecordedSeries series;

  // For who reads the meter: an instrument cannot be read.

  private final LongAdder count = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final TimeWindowMax max;

  GlintTimer(
      Id id,
      Clock clock,
      DistributionStatisticConfig config,
      PauseDetector pauseDetector,
      DoubleHistogram instrument,
      Attributes attributes,
      Map<RecordedSeries.Key, Integer> allSeries) {
    super(id, clock, pauseDetector, TimeUnit.SECONDS, NoopHistogram.INSTANCE);
    this.instrument = instrument;
    this.series = new RecordedSeries(allSeries, instrument, attributes);
    this.max = new TimeWindowMax(clock, config);
  }

  @Override
  protected void recordNonNegative(long amount, TimeUnit unit) {
    if (series.isRemoved()) {
      return;
    }
    final long nanos = unit.toNanos(amount);
    instrument.record(GlintMeterRegistry.seconds((double) nanos), series.attributes);
    series.recorded();
    this.count.increment();
    this.nanos.add(nanos);
    max.record((double) nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public long count() {
    return count.sum();
  }

  @Override
  public double totalTime(TimeUnit unit) {
    return TimeUtils.nanosToUnit((double) nanos.sum(), unit);
  }

  @Override
  public double max(TimeUnit unit) {
    return max.poll(unit);
  }

  @Override
  public void remove() {
    series.remove();
  }
}
