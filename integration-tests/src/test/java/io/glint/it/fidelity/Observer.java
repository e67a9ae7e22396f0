package io.glint.it.fidelity;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.function.DoubleSupplier;

/** Makes asynchronous instruments, each of which observes one measurement in each collection. */
final class Observer {
  private final Meter meter;
  private final Driver driver;

  Observer(Meter meter, Driver driver) {
    this.meter = meter;
    this.driver = driver;
  }

  void observe(Ledger ledger) {
    final String name = ledger.combination().name();
    final Observations observations = new Observations(ledger);
    switch (ledger.combination().kind()) {
      case OBSERVABLE_LONG_COUNTER ->
          meter
              .counterBuilder(name)
              .buildWithCallback(
                  to -> to.record((long) observations.getAsDouble(), observations.attributes()));
      case OBSERVABLE_DOUBLE_COUNTER ->
          meter
              .counterBuilder(name)
              .ofDoubles()
              .buildWithCallback(
                  to -> to.record(observations.getAsDouble(), observations.attributes()));
      case OBSERVABLE_LONG_UP_DOWN_COUNTER ->
          meter
              .upDownCounterBuilder(name)
              .buildWithCallback(
                  to -> to.record((long) observations.getAsDouble(), observations.attributes()));
      case OBSERVABLE_DOUBLE_UP_DOWN_COUNTER ->
          meter
              .upDownCounterBuilder(name)
              .ofDoubles()
              .buildWithCallback(
                  to -> to.record(observations.getAsDouble(), observations.attributes()));
      case OBSERVABLE_LONG_GAUGE ->
          meter
              .gaugeBuilder(name)
              .ofLongs()
              .buildWithCallback(
                  to -> to.record((long) observations.getAsDouble(), observations.attributes()));
      case OBSERVABLE_DOUBLE_GAUGE ->
          meter
              .gaugeBuilder(name)
              .buildWithCallback(
                  to -> to.record(observations.getAsDouble(), observations.attributes()));
      default -> throw new IllegalArgumentException(ledger.combination() + " is not observed");
    }
  }

  /** The next measurement of a ledger, and then its attributes. One collection at a time. */
  private final class Observations implements DoubleSupplier {
    private final Ledger ledger;
    private int next;

    Observations(Ledger ledger) {
      this.ledger = ledger;
    }

    @Override
    public synchronized double getAsDouble() {
      driver.observed(ledger, next);
      return ledger.value(next++);
    }

    synchronized Attributes attributes() {
      return Recorders.SERIES.get(ledger.series(next - 1));
    }
  }
}
