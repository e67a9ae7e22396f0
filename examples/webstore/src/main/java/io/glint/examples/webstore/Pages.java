package io.glint.examples.webstore;

import io.glint.examples.webstore.Interval.Linked;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The pages of the shop itself; those of its traces are {@link TracePages}. */
final class Pages {

  private Pages() {}

  static Reply home(Monitor.Look look, Options options, URI metrics) {
    Interval interval = look.interval();
    long seconds = options.interval().toSeconds();
    String body =
        """
        <h1>From a latency spike to the trace that made it</h1>
        <p class="lead">This shop measures every payment. Each bucket of its histogram carries an
        exemplar: one real measurement, with the trace it was part of.</p>
        <h2>Payment duration, last %d s</h2>
        <section class="tiles">%s%s%s%s</section>
        <p class="verdict">%s<br>%s</p>
        <div class="columns">
        <section><h2>Look</h2><ul class="links">
        <li>%s<span>the payment histogram: every bucket leads to a trace</span></li>
        <li>%s<span>the slowest requests still kept</span></li>
        <li>%s<span>what a scraper gets; to see exemplars there, say <code>Accept: application/openmetrics-text</code></span></li>
        </ul></section>
        <section><h2>Make a trace of your own</h2><ul class="links">
        <li>%s<span>two bags of coffee, paid by card</span></li>
        <li>%s<span>the gateway will time out once</span></li>
        <li>%s<span>six tonnes of coffee: an outlier in the amount</span></li>
        </ul></section>
        </div>
        <p class="fine">%s payments since the start.
        Quantiles are interpolated within histogram buckets. This page reloads itself.</p>
        """
            .formatted(
                seconds,
                tile("p50", look, payments -> payments.quantile(0.50)),
                tile("p95", look, payments -> payments.quantile(0.95)),
                tile("p99", look, payments -> payments.quantile(0.99)),
                tile("max", look, Distribution::max),
                slowest(interval.slowest(), look.slowestOfInterval(), seconds),
                largest(interval.largest()),
                Html.link("/exemplars", "Exemplars"),
                Html.link("/traces", "Traces"),
                Html.link(metrics.toString(), "Metrics"),
                Html.link(
                    "/checkout?product=beans&quantity=2&country=DE&method=card", "Place an order"),
                Html.link(
                    "/checkout?product=kettle&country=FR&method=invoice&slow=true",
                    "Place a slow order"),
                Html.link(
                    "/checkout?product=beans&quantity=6000&country=US&method=card",
                    "Place a huge order"),
                Format.count(look.totals().payments().count()));
    return Reply.html(200, Html.page("Glint webstore", seconds, body));
  }

  static Reply products(Request request) {
    if (!request.wantsHtml()) {
      return Reply.json(200, Json.write(Product.ALL.stream().map(Pages::json).toList()));
    }
    String rows =
        Product.ALL.stream()
            .map(
                product ->
                    "<tr><td>%s</td><td class=\"number\">%s</td><td>%s</td></tr>"
                        .formatted(
                            Html.escape(product.title()),
                            Format.dollars(product.price()),
                            Html.link("/checkout?product=" + product.id(), "Buy one")))
            .collect(Collectors.joining("\n"));
    return Reply.html(
        200,
        Html.page(
            "Products",
            "<h1>Products</h1><table><thead><tr><th>Product</th><th class=\"number\">Price</th>"
                + "<th></th></tr></thead><tbody>"
                + rows
                + "</tbody></table>"));
  }

  /** Declined payments are 402: the request was understood, and the answer is no. */
  static Reply receipt(Request request, Order order, boolean paid, String traceId) {
    int status = paid ? 200 : 402;
    if (!request.wantsHtml()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("order", order.number());
      json.put("paid", paid);
      json.put("amount", order.amount());
      json.put("currency", "USD");
      json.put("trace", traceId.isEmpty() ? null : "/traces/" + traceId);
      return Reply.json(status, Json.write(json));
    }
    String trace =
        traceId.isEmpty()
            ? "This request was not sampled, so there is no trace of it."
            : Html.link("/traces/" + traceId, "See where the time went");
    return Reply.html(
        status,
        Html.page(
            "Order " + order.number(),
            """
            <h1>%s</h1>
            <p class="lead">Order %d: %d &times; %s, %s, paid by %s from %s.</p>
            <p class="verdict">%s</p>
            """
                .formatted(
                    paid ? "Thank you" : "Payment declined",
                    order.number(),
                    order.quantity(),
                    Html.escape(order.product().title()),
                    Format.dollars(order.amount()),
                    Html.escape(order.method()),
                    Html.escape(order.country()),
                    trace)));
  }

  static Reply notFound() {
    return Reply.html(
        404,
        Html.page(
            "Not found",
            "<h1>There is nothing here</h1><p class=\"lead\">Go "
                + Html.link("/", "home")
                + ".</p>"));
  }

  private static String slowest(Optional<Linked> slowest, Optional<Trace> trace, long seconds) {
    if (slowest.isEmpty()) {
      return "No payment with an exemplar in the last " + seconds + " s.";
    }
    Linked linked = slowest.get();
    return "Slowest payment with an exemplar: <b>%s</b> (%s, %s). %s &rarr; %s"
        .formatted(
            Format.seconds(linked.value()),
            Html.escape(linked.country()),
            Html.escape(linked.method()),
            Html.escape(trace.map(Format::blame).orElse("")),
            Html.link("/traces/" + linked.traceId(), "open its trace"));
  }

  private static String largest(Optional<Linked> largest) {
    return largest
        .map(
            linked ->
                "Largest order with an exemplar: <b>%s</b> (%s, %s) &rarr; %s"
                    .formatted(
                        Format.dollars(linked.value()),
                        Html.escape(linked.country()),
                        Html.escape(linked.method()),
                        Html.link("/traces/" + linked.traceId(), "open its trace")))
        .orElse("");
  }

  private static String tile(
      String name, Monitor.Look look, ToDoubleFunction<Distribution> figure) {
    return "<div class=\"tile\"><span>%s</span><b>%s</b><small>since start %s</small></div>"
        .formatted(
            name,
            Format.seconds(figure.applyAsDouble(look.interval().payments())),
            Format.seconds(figure.applyAsDouble(look.totals().payments())));
  }

  private static Map<String, Object> json(Product product) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", product.id());
    json.put("title", product.title());
    json.put("price", product.price());
    return json;
  }
}
