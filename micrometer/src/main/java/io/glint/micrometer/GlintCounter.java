package io.glint.micrometer;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Counter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.context.Context;
import java.util.Map;
import java.util.concurrent.atomic.DoubleAdder;

/** A counter of Micrometer, and its series. */
final class GlintCounter extends AbstractMeter implements Counter, Removable {
  private final DoubleCounter counter;
  private final RecordedSeries series;

  /** For who reads the meter: an instrument cannot be read. */
  private final DoubleAdder count = new DoubleAdder();

  GlintCounter(
      Id id,
      DoubleCounter counter,
      Attributes attributes,
      Map<RecordedSeries.Key, Integer> allSeries) {
    super(id);
    this.counter = counter;
    this.series = new RecordedSeries(allSeries, counter, attributes);
    // As in other registries it is there from the start: a rate needs the zero before the first.
    counter.add(0, attributes, Context.root());
  }

  @Override
  public void increment(double amount) {
    if (series.isRemoved()) {
      return;
    }
    counter.add(amount, series.attributes);
    series.recorded();
    if (RecordedSeries.isAmount(amount)) {
      count.add(amount);
    }
  }

  @Override
  public double count() {
    return count.sum();
  }

  @Override
  public void remove() {
    series.remove();
  }
}
