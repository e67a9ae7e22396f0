package io.glint.examples.webstore;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reserves, charges, and books the sale. */
final class Checkout {

  private static final long PATIENCE_SECONDS = 30;

  private final ExecutorService workers;
  private final InventoryService inventory;
  private final PaymentService payments;
  private final LongCounter orders;
  private final DoubleHistogram amount;
  private final LongGauge lastBasket;

  Checkout(
      OpenTelemetry openTelemetry,
      ExecutorService workers,
      InventoryService inventory,
      PaymentService payments) {
    // The wrapped pool carries the caller's context along, so that spans and exemplars made on a
    // pool thread belong to the request that asked for them.
    this.workers = Context.taskWrapping(workers);
    this.inventory = inventory;
    this.payments = payments;
    Meter meter = openTelemetry.getMeter(Signals.SCOPE);
    this.orders =
        meter
            .counterBuilder(Signals.ORDERS)
            .setUnit("{order}")
            .setDescription("Orders paid.")
            .build();
    this.amount =
        meter
            .histogramBuilder(Signals.CHECKOUT_AMOUNT)
            .setUnit("USD")
            .setDescription("What one order came to.")
            .setExplicitBucketBoundariesAdvice(Signals.DOLLARS)
            .build();
    this.lastBasket =
        meter
            .gaugeBuilder(Signals.LAST_BASKET)
            .ofLongs()
            .setUnit("{item}")
            .setDescription("Items in the basket checked out last.")
            .build();
  }

  /** Returns whether the payment was accepted. */
  boolean place(Order order) throws InterruptedException {
    lastBasket.set(order.quantity());
    await(
        () -> {
          inventory.reserve(order);
          return true;
        });
    boolean paid = await(() -> payments.charge(order));
    if (paid) {
      orders.add(1, order.attributes());
      amount.record(order.amount(), order.attributes());
    }
    return paid;
  }

  private boolean await(Callable<Boolean> step) throws InterruptedException {
    try {
      return workers.submit(step).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IllegalStateException("The order could not be handled", failure);
    }
  }
}
