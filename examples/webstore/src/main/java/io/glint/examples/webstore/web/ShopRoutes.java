package io.glint.examples.webstore.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.examples.webstore.shop.Checkout;
import io.glint.examples.webstore.shop.Order;
import io.glint.examples.webstore.shop.Signals;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The shop's three routes, each request in a span of its own, or in that of the Java agent. */
public final class ShopRoutes {

  private static final String NUMBER = "{number}";
  private static final String ORDER = "/orders/" + NUMBER;

  private static final TextMapGetter<HttpExchange> HEADERS =
      (exchange, name) -> exchange == null ? null : exchange.getRequestHeaders().getFirst(name);

  private final OpenTelemetry openTelemetry;
  private final Tracer tracer;
  private final Checkout checkout;
  private final LongCounter requests;
  private final LongUpDownCounter active;
  private final LongAdder bytes = new LongAdder();
  private final AtomicLong orderNumbers = new AtomicLong();

  public ShopRoutes(OpenTelemetry openTelemetry, Checkout checkout) {
    this.openTelemetry = openTelemetry;
    this.checkout = checkout;
    this.tracer = openTelemetry.getTracer(Signals.SCOPE);
    final Meter meter = openTelemetry.getMeter(Signals.SCOPE);
    this.requests =
        meter
            .counterBuilder(Signals.REQUESTS)
            .setUnit("{request}")
            .setDescription("Requests answered.")
            .build();
    this.active =
        meter
            .upDownCounterBuilder(Signals.ACTIVE_REQUESTS)
            .setUnit("{request}")
            .setDescription("Requests being handled.")
            .build();
    meter
        .counterBuilder(Signals.RESPONSE_BYTES)
        .setUnit("By")
        .setDescription("Bytes of response bodies sent.")
        .buildWithCallback(counter -> counter.record(bytes.sum()));
  }

  public void serveOn(HttpServer server) {
    server.createContext("/checkout", exchange -> serve(exchange, "/checkout", this::checkout));
    server.createContext(
        "/products",
        exchange -> serve(exchange, "/products", request -> ShopPages.products(request)));
    server.createContext("/orders", exchange -> serve(exchange, ORDER, this::order));
  }

  private Reply order(Request request) {
    final long number =
        Long.parseLong(request.path().substring(request.path().lastIndexOf('/') + 1));
    return number >= 1 && number <= orderNumbers.get()
        ? ShopPages.order(request, number)
        : Reply.text(404, "There is no such order.");
  }

  private Reply checkout(Request request) throws BadRequestException, InterruptedException {
    if (!request.method().equals("POST") && !request.method().equals("GET")) {
      return Reply.text(405, "Check out with POST, or with GET from a link.");
    }
    final Order order = OrderForm.read(request.parameters(), orderNumbers.incrementAndGet());
    Span.current().setAttribute("order.number", order.number());
    final long begin = System.nanoTime();
    final boolean paid = checkout.place(order);
    return ShopPages.receipt(
        request, order, paid, (System.nanoTime() - begin) / 1e9, sampledTraceId());
  }

  private void serve(HttpExchange exchange, String route, Route handler) throws IOException {
    final Span agents = Span.current();
    if (agents.getSpanContext().isValid()) {
      // The Java agent has begun a span for this request, and ends it.
      try (exchange) {
        answer(exchange, route, handler, agents);
      }
      return;
    }
    final Context caller =
        openTelemetry
            .getPropagators()
            .getTextMapPropagator()
            .extract(Context.current(), exchange, HEADERS);
    final Span span =
        tracer
            .spanBuilder(exchange.getRequestMethod() + " " + route)
            .setParent(caller)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("http.request.method", exchange.getRequestMethod())
            .setAttribute(Signals.ROUTE, route)
            .setAttribute(Signals.URL_PATH, exchange.getRequestURI().getPath())
            .startSpan();
    try (exchange;
        Scope scope = span.makeCurrent()) {
      answer(exchange, route, handler, span);
    } finally {
      span.end();
    }
  }

  /** Everything is recorded in here, while the span is current. */
  private void answer(HttpExchange exchange, String route, Route handler, Span span)
      throws IOException {
    active.add(1);
    try {
      final Reply reply = reply(exchange, route, handler);
      final long status = reply.status();
      span.setAttribute(Signals.STATUS, status);
      if (status >= 500) {
        span.setStatus(StatusCode.ERROR);
      }
      requests.add(1, Attributes.of(Signals.ROUTE, route, Signals.STATUS, status));
      bytes.add(reply.send(exchange));
    } finally {
      active.add(-1);
    }
  }

  private static Reply reply(HttpExchange exchange, String route, Route handler)
      throws IOException {
    if (!exchange.getRequestURI().getPath().matches(route.replace(NUMBER, "\\d{1,18}"))) {
      return Reply.text(404, "There is nothing here; see /");
    }
    try {
      return handler.reply(Request.of(exchange));
    } catch (BadRequestException bad) {
      return Reply.text(400, bad.getMessage());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return Reply.text(503, "The shop is closing.");
    } catch (RuntimeException failure) {
      Span.current().recordException(failure);
      return Reply.text(500, "Sorry, that did not work.");
    }
  }

  /** Empty if this request is not sampled: then no trace of it is kept anywhere. */
  private static String sampledTraceId() {
    final SpanContext context = Span.current().getSpanContext();
    return context.isSampled() ? context.getTraceId() : "";
  }

  @FunctionalInterface
  private interface Route {
    Reply reply(Request request) throws BadRequestException, InterruptedException;
  }
}
