package io.glint.examples.webstore;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/** The names the shop records under, kept in one place because the console reads them back. */
final class Signals {

  static final String SCOPE = "io.glint.examples.webstore";

  static final String REQUESTS = "webstore.requests";
  static final String ACTIVE_REQUESTS = "webstore.requests.active";
  static final String RESPONSE_BYTES = "webstore.response.bytes";
  static final String ORDERS = "webstore.orders";
  static final String LAST_BASKET = "webstore.basket.last_size";
  static final String CHECKOUT_AMOUNT = "webstore.checkout.amount";
  static final String PAYMENT_DURATION = "webstore.payment.duration";
  static final String PAYMENT_FAILURES = "webstore.payment.failures";
  static final String INVENTORY_LEVEL = "webstore.inventory.level";

  static final AttributeKey<String> COUNTRY = AttributeKey.stringKey("country");
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("payment.method");
  static final AttributeKey<String> PRODUCT = AttributeKey.stringKey("product");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");

  /**
   * On the payment span, the very double that went into {@link #PAYMENT_DURATION}: an exemplar and
   * the trace it names can be compared digit for digit.
   */
  static final AttributeKey<Double> PAYMENT_SECONDS = AttributeKey.doubleKey("payment.duration_s");

  /** The SDK's default boundaries suit milliseconds; in seconds nearly all would share a bucket. */
  static final List<Double> SECONDS =
      List.of(0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 5.0);

  static final List<Double> DOLLARS =
      List.of(
          10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0,
          50_000.0, 100_000.0, 250_000.0, 500_000.0);

  private Signals() {}
}
