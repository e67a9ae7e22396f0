package io.glint.examples.webstore.shop;

import io.opentelemetry.api.common.Attributes;
import java.util.List;

/**
 * One checkout.
 *
 * @param slow whether the customer asked for a slow payment, to see one without waiting for chance
 * @param giftWrapped whether it goes to {@link Packing} afterwards
 */
public record Order(
    long number,
    String country,
    String method,
    Product product,
    int quantity,
    boolean slow,
    boolean giftWrapped) {

  public static final List<String> COUNTRIES = List.of("BR", "DE", "FR", "GB", "JP", "US");
  public static final List<String> METHODS = List.of("card", "giftcard", "invoice", "paypal");
  public static final int MAX_QUANTITY = 10_000;

  /** In US dollars. */
  public double amount() {
    return Math.round(product.price() * quantity * 100) / 100.0;
  }

  Attributes attributes() {
    return Attributes.of(Signals.COUNTRY, country, Signals.METHOD, method);
  }
}
