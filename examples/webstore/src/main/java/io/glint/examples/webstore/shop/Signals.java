package io.glint.examples.webstore.shop;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/** The names the shop records under, kept in one place because the pages read them back. */
public final class Signals {

  public static final String SCOPE = "io.glint.examples.webstore";

  public static final String REQUESTS = "webstore.requests";
  public static final String ACTIVE_REQUESTS = "webstore.requests.active";
  public static final String RESPONSE_BYTES = "webstore.response.bytes";
  public static final String ORDERS = "webstore.orders";
  public static final String CHECKOUT_AMOUNT = "webstore.checkout.amount";
  public static final String PAYMENT_DURATION = "webstore.payment.duration";
  public static final String PAYMENT_FAILURES = "webstore.payment.failures";
  public static final String PACKING_DURATION = "webstore.packing.duration";

  /** Of each span, as a collector would make it. */
  public static final String SPAN_DURATION = "webstore.span.duration";

  public static final String SPANS_BY_URL = "webstore.spans.by_url";

  static final String LAST_BASKET = "webstore.basket.last_size";
  static final String INVENTORY_LEVEL = "webstore.inventory.level";

  public static final String PAYMENT_SPAN = "process payment";

  public static final AttributeKey<String> COUNTRY = AttributeKey.stringKey("country");
  public static final AttributeKey<String> METHOD = AttributeKey.stringKey("payment.method");
  public static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  public static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  public static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
  static final AttributeKey<String> PRODUCT = AttributeKey.stringKey("product");

  /**
   * On the payment span, the very double that went into {@link #PAYMENT_DURATION}: an exemplar and
   * the trace it names can be compared digit for digit.
   */
  public static final AttributeKey<Double> PAYMENT_SECONDS =
      AttributeKey.doubleKey("payment.duration_s");

  /** The SDK's default boundaries suit milliseconds; in seconds nearly all would share a bucket. */
  public static final List<Double> SECONDS =
      List.of(0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 5.0);

  /** From this boundary of {@link #SECONDS} on, a payment is called slow. */
  public static final double SLOW_SECONDS = 0.5;

  static final List<Double> DOLLARS =
      List.of(
          10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 25_000.0,
          50_000.0, 100_000.0, 250_000.0, 500_000.0);

  private Signals() {}
}
