package io.glint.examples.webstore.shop;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.EnumMap;
import java.util.Map;

/** Takes goods off the shelf. A delivery comes whenever the shelf would run empty. */
public final class InventoryService {

  private static final int DELIVERY = 2_000;

  private final Tracer tracer;
  private final Dice dice;
  private final Map<Product, Long> levels = new EnumMap<>(Product.class);

  public InventoryService(OpenTelemetry openTelemetry, Dice dice) {
    this.tracer = openTelemetry.getTracer(Signals.SCOPE);
    this.dice = dice;
    for (final Product product : Product.ALL) {
      levels.put(product, (long) DELIVERY);
    }
    openTelemetry
        .getMeter(Signals.SCOPE)
        .gaugeBuilder(Signals.INVENTORY_LEVEL)
        .ofLongs()
        .setUnit("{item}")
        .setDescription("Items on the shelf.")
        .buildWithCallback(
            gauge -> {
              for (final Product product : Product.ALL) {
                gauge.record(level(product), Attributes.of(Signals.PRODUCT, product.id()));
              }
            });
  }

  void reserve(Order order) throws InterruptedException {
    final Span span =
        tracer
            .spanBuilder("check inventory")
            .setAttribute(Signals.PRODUCT, order.product().id())
            .setAttribute("quantity", order.quantity())
            .startSpan();
    try (Scope scope = span.makeCurrent()) {
      Thread.sleep(dice.roll("inventory", order.number()).nextInt(1, 4));
      final long level = take(order);
      span.setAttribute("inventory.level", level);
    } finally {
      span.end();
    }
  }

  synchronized long level(Product product) {
    return levels.get(product);
  }

  private synchronized long take(Order order) {
    long level = level(order.product()) - order.quantity();
    if (level < 0) {
      final long deliveries = Math.floorDiv(-level - 1, (long) DELIVERY) + 1;
      level += deliveries * DELIVERY;
      Span.current().addEvent("delivery arrived");
    }
    levels.put(order.product(), level);
    return level;
  }
}
