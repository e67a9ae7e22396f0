package io.glint.examples.webstore;

import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.Map;

/**
 * One checkout.
 *
 * @param slow whether the customer asked for a slow payment, to see one without waiting for chance
 */
record Order(
    long number, String country, String method, Product product, int quantity, boolean slow) {

  static final List<String> COUNTRIES = List.of("BR", "DE", "FR", "GB", "JP", "US");
  static final List<String> METHODS = List.of("card", "giftcard", "invoice", "paypal");
  private static final int MAX_QUANTITY = 10_000;

  /**
   * Reads an order from request parameters. Country and method become metric attributes, so
   * anything outside the known lists is refused: a client must not be able to add series.
   */
  static Order from(Map<String, String> parameters, long number) throws BadRequestException {
    String id = parameters.getOrDefault("product", Product.BEANS.id());
    Product product =
        Product.withId(id)
            .orElseThrow(() -> new BadRequestException("No such product; see /products"));
    return new Order(
        number,
        oneOf(COUNTRIES, "country", parameters),
        oneOf(METHODS, "method", parameters),
        product,
        quantity(parameters.getOrDefault("quantity", "1")),
        Boolean.parseBoolean(parameters.getOrDefault("slow", "false")));
  }

  double amount() {
    return Math.round(product.price() * quantity * 100) / 100.0;
  }

  Attributes attributes() {
    return Attributes.of(Signals.COUNTRY, country, Signals.METHOD, method);
  }

  private static String oneOf(List<String> known, String name, Map<String, String> parameters)
      throws BadRequestException {
    String value = parameters.getOrDefault(name, known.get(0));
    if (!known.contains(value)) {
      throw new BadRequestException(name + " must be one of " + String.join(", ", known));
    }
    return value;
  }

  private static int quantity(String text) throws BadRequestException {
    try {
      int quantity = Integer.parseInt(text);
      if (quantity >= 1 && quantity <= MAX_QUANTITY) {
        return quantity;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the same answer as a number out of range.
    }
    throw new BadRequestException("quantity must be a number from 1 to " + MAX_QUANTITY);
  }
}
