package io.glint.examples.webstore.shop;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Validates the cart, checks the inventory, takes the money and creates the order. */
public final class Checkout {

  private static final long PATIENCE_SECONDS = 30;

  private final Tracer tracer;
  private final ExecutorService workers;
  private final InventoryService inventory;
  private final PaymentService payments;
  private final Packing packing;
  private final LongCounter orders;
  private final DoubleHistogram amount;
  private final LongGauge lastBasket;

  public Checkout(
      OpenTelemetry openTelemetry,
      ExecutorService workers,
      InventoryService inventory,
      PaymentService payments,
      Packing packing) {
    // The wrapped pool carries the caller's context along, so that spans and exemplars made on a
    // pool thread belong to the request that asked for them.
    this.workers = Context.taskWrapping(workers);
    this.inventory = inventory;
    this.payments = payments;
    this.packing = packing;
    this.tracer = openTelemetry.getTracer(Signals.SCOPE);
    final Meter meter = openTelemetry.getMeter(Signals.SCOPE);
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
  public boolean place(Order order) throws InterruptedException {
    validate(order);
    await(
        () -> {
          inventory.reserve(order);
          return true;
        });
    final boolean paid = await(() -> payments.charge(order));
    if (paid) {
      await(() -> create(order));
      if (order.giftWrapped()) {
        packing.wrap(order);
      }
    }
    return paid;
  }

  private void validate(Order order) {
    final Span span =
        tracer
            .spanBuilder("validate cart")
            .setAttribute("order.number", order.number())
            .setAttribute("quantity", order.quantity())
            .startSpan();
    try (Scope scope = span.makeCurrent()) {
      lastBasket.set(order.quantity());
    } finally {
      span.end();
    }
  }

  private boolean create(Order order) throws InterruptedException {
    final Span span =
        tracer.spanBuilder("create order").setAttribute("amount_usd", order.amount()).startSpan();
    try (Scope scope = span.makeCurrent()) {
      Thread.sleep(1 + order.number() % 3);
      orders.add(1, order.attributes());
      amount.record(order.amount(), order.attributes());
      return true;
    } finally {
      span.end();
    }
  }

  private boolean await(Callable<Boolean> step) throws InterruptedException {
    try {
      return workers.submit(step).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      throw new IllegalStateException("The order could not be handled", failure);
    }
  }
}
