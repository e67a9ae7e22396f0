package io.glint.examples.webstore.web;

import io.glint.examples.webstore.shop.Order;
import io.glint.examples.webstore.shop.Product;
import java.util.List;
import java.util.Map;

/** Reads an order from request parameters. */
final class OrderForm {

  private OrderForm() {}

  /**
   * Country and method become metric attributes, so anything outside the known lists is refused: a
   * client must not be able to add series.
   */
  static Order read(Map<String, String> parameters, long number) throws BadRequestException {
    final String id = parameters.getOrDefault("product", Product.BEANS.id());
    final Product product =
        Product.withId(id)
            .orElseThrow(() -> new BadRequestException("No such product; see /products"));
    return new Order(
        number,
        oneOf(Order.COUNTRIES, "country", parameters),
        oneOf(Order.METHODS, "method", parameters),
        product,
        quantity(parameters.getOrDefault("quantity", "1")),
        Boolean.parseBoolean(parameters.getOrDefault("slow", "false")),
        Boolean.parseBoolean(parameters.getOrDefault("giftwrap", "false")));
  }

  private static String oneOf(List<String> known, String name, Map<String, String> parameters)
      throws BadRequestException {
    final String value = parameters.getOrDefault(name, known.get(0));
    if (!known.contains(value)) {
      throw new BadRequestException(name + " must be one of " + String.join(", ", known));
    }
    return value;
  }

  private static int quantity(String text) throws BadRequestException {
    try {
      final int quantity = Integer.parseInt(text);
      if (quantity >= 1 && quantity <= Order.MAX_QUANTITY) {
        return quantity;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the same answer as a number out of range.
    }
    throw new BadRequestException("quantity must be a number from 1 to " + Order.MAX_QUANTITY);
  }
}
