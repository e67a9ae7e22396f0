package io.glint.examples.webstore.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.telemetry.ShopTelemetry;
import io.glint.examples.webstore.telemetry.Telemetry;
import io.glint.examples.webstore.traffic.Incidents;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The pages around the shop: what a visitor of the demo looks at. */
public final class Site {

  private static final Logger LOGGER = Logger.getLogger(Site.class.getName());

  private static final String ORPHAN =
      "A gift is wrapped on a thread pool that nobody wrapped. <a href=\"/explain\">Explain</a> then"
          + " says so.";

  private static final String ORPHAN_OF_AGENT =
      "A gift is wrapped on a thread pool that nobody wrapped. The Java agent carries the context"
          + " there all the same: <code>webstore.packing.duration</code> has exemplars.";

  private static final Map<String, Reply> ASSETS =
      Map.of(
          "/assets/webstore.css", asset("webstore.css", "text/css; charset=utf-8"),
          "/assets/home.js", asset("home.js", "text/javascript; charset=utf-8"),
          "/assets/live.js", asset("live.js", "text/javascript; charset=utf-8"));

  private final ShopTelemetry telemetry;
  private final URI endpointPage;
  private final TracePages traces;
  private final LiveFeed feed;
  private final Incidents incidents;
  private final Reply home;

  /**
   * Creates the pages.
   *
   * @param metrics address of the endpoint of Glint
   * @param stock address of that of the stock SDK
   * @param graph address of a graph of a Prometheus server; empty if there is none
   * @param zipkin address of a Zipkin server, with a slash at the end; empty if there is none
   */
  public Site(
      ShopTelemetry telemetry,
      LiveFeed feed,
      Incidents incidents,
      URI metrics,
      URI stock,
      Optional<URI> graph,
      Optional<URI> zipkin) {
    this.telemetry = telemetry;
    this.endpointPage = metrics.resolve("/");
    this.traces = new TracePages(telemetry.traces(), zipkin);
    this.feed = feed;
    this.incidents = incidents;
    this.home =
        Reply.html(
            200,
            Html.page(
                "Glint webstore",
                "home.html",
                Map.of(
                    "metrics", Html.escape(metrics.toString()),
                    "stock", Html.escape(stock.toString()),
                    "endpointPage", endpointPage(endpointPage),
                    "orphan", telemetry instanceof Telemetry ? ORPHAN : ORPHAN_OF_AGENT,
                    "graph", graph.map(Site::graph).orElse(""),
                    "zipkin", zipkin.map(Site::zipkin).orElse(""))));
  }

  private static String endpointPage(URI address) {
    return "<li><a href=\"%s\">The endpoint's own page</a><span>every metric live, which any service with Glint has</span></li>"
        .formatted(Html.escape(address.toString()));
  }

  private static String graph(URI address) {
    return "<li><a id=\"graph\" href=\"%s\">Prometheus</a><span>the p95 of payments with its exemplars, as the server has stored them</span></li>"
        .formatted(Html.escape(address.toString()));
  }

  private static String zipkin(URI address) {
    return "<li><a href=\"%s\">Zipkin</a><span>the traces, in a store that others use; dots of the endpoint's page lead there</span></li>"
        .formatted(Html.escape(address.toString()));
  }

  public void serveOn(HttpServer server) {
    server.createContext("/traces", exchange -> serve(exchange, traces::reply));
    if (telemetry instanceof Telemetry ours) {
      server.createContext(
          "/exemplars", exchange -> serve(exchange, request -> ExemplarPage.reply(ours.shown())));
      server.createContext(
          "/explain", exchange -> serve(exchange, request -> explain(ours, request)));
    } else {
      // Glint is inside of the agent, where this code does not reach it. Its own page has both.
      server.createContext("/exemplars", this::toEndpointPage);
      server.createContext("/explain", this::toEndpointPage);
    }
    server.createContext("/live", exchange -> serve(exchange, feed::reply));
    server.createContext("/incident", exchange -> serve(exchange, this::incident));
    server.createContext("/", exchange -> serve(exchange, this::other));
  }

  /** A button of the page puts a label on a metric. */
  private static Reply explain(Telemetry telemetry, Request request) {
    if (request.method().equals("POST")) {
      telemetry.countUrls();
    }
    return ExplainPage.reply(
        request,
        telemetry.explainExemplars(),
        SpanSection.html(telemetry.shown(), telemetry.countsUrls()));
  }

  private void toEndpointPage(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Location", endpointPage.toString());
      exchange.sendResponseHeaders(302, -1);
    }
  }

  private Reply incident(Request request) {
    if (!request.method().equals("POST")) {
      return Reply.text(405, "Cause an incident with POST.");
    }
    return Reply.json(200, Json.write(LiveFeed.json(incidents.begin())));
  }

  private Reply other(Request request) {
    final Reply asset = ASSETS.get(request.path());
    if (asset != null) {
      return asset;
    }
    return request.path().equals("/")
        ? home
        : Reply.html(404, Html.page("Not found", "not-found.html", Map.of()));
  }

  private static void serve(HttpExchange exchange, Page page) throws IOException {
    try (exchange) {
      Reply reply;
      try {
        reply = page.reply(Request.of(exchange));
      } catch (BadRequestException bad) {
        reply = Reply.text(400, bad.getMessage());
      } catch (RuntimeException failure) {
        LOGGER.log(Level.WARNING, "No answer to " + exchange.getRequestURI().getPath(), failure);
        reply = Reply.text(500, "Sorry, that did not work.");
      }
      reply.send(exchange);
    }
  }

  private static Reply asset(String name, String type) {
    return new Reply(200, type, Html.resource(name));
  }

  @FunctionalInterface
  private interface Page {
    Reply reply(Request request) throws BadRequestException;
  }
}
