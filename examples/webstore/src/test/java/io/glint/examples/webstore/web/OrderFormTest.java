package io.glint.examples.webstore.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.examples.webstore.shop.Order;
import io.glint.examples.webstore.shop.Product;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderFormTest {

  @Test
  void anOrderIsReadFromItsParameters() throws Exception {
    final Order order =
        OrderForm.read(
            Map.of("country", "FR", "method", "invoice", "product", "mug", "quantity", "3"), 7);

    assertThat(order).isEqualTo(new Order(7, "FR", "invoice", Product.MUG, 3, false, false));
    assertThat(order.amount()).isEqualTo(37.5);
  }

  @ParameterizedTest
  @CsvSource({"country, XX", "method, cash", "product, boat", "quantity, 0", "quantity, many"})
  void whatIsNotKnownIsRefusedSoThatNoClientCanAddSeries(String name, String value) {
    assertThatThrownBy(() -> OrderForm.read(Map.of(name, value), 1))
        .isInstanceOf(BadRequestException.class);
  }
}
