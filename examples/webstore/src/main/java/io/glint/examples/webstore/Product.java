package io.glint.examples.webstore;

import java.util.List;
import java.util.Optional;

/** What the shop sells. */
enum Product {
  FILTER("filter", "Paper filters, 100", 4.20),
  MUG("mug", "Stoneware mug", 12.50),
  BEANS("beans", "Coffee beans, 1 kg", 24.90),
  KETTLE("kettle", "Gooseneck kettle", 74.00),
  GRINDER("grinder", "Burr grinder", 189.00),
  ESPRESSO("espresso", "Espresso machine", 1_249.00);

  static final List<Product> ALL = List.of(values());

  private final String id;
  private final String title;
  private final double price;

  Product(String id, String title, double price) {
    this.id = id;
    this.title = title;
    this.price = price;
  }

  static Optional<Product> withId(String id) {
    return ALL.stream().filter(product -> product.id.equals(id)).findFirst();
  }

  String id() {
    return id;
  }

  String title() {
    return title;
  }

  /** In US dollars. */
  double price() {
    return price;
  }
}
