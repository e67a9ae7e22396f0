package io.glint.examples.webstore.web;

import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.shop.Order;
import io.glint.examples.webstore.shop.Product;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What a customer sees. */
final class ShopPages {

  private ShopPages() {}

  static Reply products(Request request) {
    if (!request.wantsHtml()) {
      return Reply.json(200, Json.write(Product.ALL.stream().map(ShopPages::json).toList()));
    }
    final String rows =
        Product.ALL.stream()
            .map(
                product ->
                    "<tr><td>%s</td><td class=\"number\">%s</td><td class=\"action\">%s</td></tr>"
                        .formatted(
                            Html.escape(product.title()),
                            Format.dollars(product.price()),
                            Html.link("/checkout?product=" + product.id(), "Buy one")))
            .collect(Collectors.joining("\n"));
    return Reply.html(200, Html.page("Products", "products.html", Map.of("rows", rows)));
  }

  static Reply order(Request request, long number) {
    return request.wantsHtml()
        ? Reply.html(
            200,
            Html.page("Order " + number, "order.html", Map.of("number", String.valueOf(number))))
        : Reply.json(200, Json.write(Map.of("order", number)));
  }

  /** Declined payments are 402: the request was understood, and the answer is no. */
  static Reply receipt(Request request, Order order, boolean paid, double seconds, String traceId) {
    final int status = paid ? 200 : 402;
    if (!request.wantsHtml()) {
      final Map<String, Object> json = new LinkedHashMap<>();
      json.put("order", order.number());
      json.put("paid", paid);
      json.put("amount", order.amount());
      json.put("currency", "USD");
      json.put("seconds", seconds);
      json.put("trace", traceId.isEmpty() ? null : "/traces/" + traceId);
      return Reply.json(status, Json.write(json));
    }
    return Reply.html(
        status,
        Html.page(
            "Order " + order.number(),
            "receipt.html",
            Map.of(
                "title",
                paid ? "Thank you" : "Payment declined",
                "order",
                Html.escape(
                    "Order %d: %d × %s, %s, paid by %s from %s."
                        .formatted(
                            order.number(),
                            order.quantity(),
                            order.product().title(),
                            Format.dollars(order.amount()),
                            order.method(),
                            order.country())),
                "took",
                Format.seconds(seconds),
                "trace",
                traceId.isEmpty()
                    ? "This request was not sampled, so there is no trace of it."
                    : Html.link("/traces/" + traceId, "See where the time went"))));
  }

  private static Map<String, Object> json(Product product) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", product.id());
    json.put("title", product.title());
    json.put("price", product.price());
    return json;
  }
}
