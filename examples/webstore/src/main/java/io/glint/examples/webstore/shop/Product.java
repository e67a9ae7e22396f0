package io.glint.examples.webstore.shop;

import java.util.List;
import java.util.Optional;

/** What the shop sells. */
public enum Product {
  FILTER("filter", "Paper filters, 100", 4.20),
  MUG("mug", "Stoneware mug", 12.50),
  BEANS("beans", "Coffee beans, 1 kg", 24.90),
  KETTLE("kettle", "Gooseneck kettle", 74.00),
  GRINDER("grinder", "Burr grinder", 189.00),
  ESPRESSO("espresso", "Espresso machine", 1_249.00);

  public static final List<Product> ALL = List.of(values());

  private final String id;
  private final String title;
  private final double price;

  Product(String id, String title, double price) {
    this.id = id;
    this.title = title;
    this.price = price;
  }

  public static Optional<Product> withId(String id) {
    return ALL.stream().filter(product -> product.id.equals(id)).findFirst();
  }

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  /** In US dollars. */
  public double price() {
    return price;
  }
}
