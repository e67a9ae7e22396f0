package io.glint.examples.webstore.web;

import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.traffic.Incidents;
import io.glint.examples.webstore.traffic.Incidents.Incident;
import io.glint.examples.webstore.watch.Interval.Linked;
import io.glint.examples.webstore.watch.Monitor;
import io.glint.examples.webstore.watch.RecordCost;
import io.glint.examples.webstore.watch.RecordCost.Cost;
import io.glint.examples.webstore.watch.Scrapers;
import io.glint.examples.webstore.watch.Scrapers.Seen;
import io.glint.examples.webstore.watch.Slice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the start page asks for once a second: the slices that it does not have yet, and the rest.
 */
public final class LiveFeed {

  private final long started = System.currentTimeMillis();
  private final Monitor monitor;
  private final Incidents incidents;
  private final Scrapers scrapers;
  private final RecordCost cost;

  /**
   * Creates the feed.
   *
   * @param scrapers of the endpoints of Glint and of the stock SDK, in this order
   */
  public LiveFeed(Monitor monitor, Incidents incidents, Scrapers scrapers, RecordCost cost) {
    this.monitor = monitor;
    this.incidents = incidents;
    this.scrapers = scrapers;
    this.cost = cost;
  }

  Reply reply(Request request) throws BadRequestException {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("started", started);
    json.put("now", System.currentTimeMillis());
    json.put("window", Monitor.WINDOW);
    json.put("bounds", Signals.SECONDS);
    json.put("slow", Signals.SLOW_SECONDS);
    json.put("slices", monitor.slicesAfter(after(request)).stream().map(LiveFeed::json).toList());
    json.put("incidents", incidents.known().stream().map(LiveFeed::json).toList());
    final OptionalLong next = incidents.nextMillis();
    json.put("nextIncident", next.isPresent() ? next.getAsLong() : null);
    final Monitor.Highlights highlights = monitor.highlights();
    json.put("payments", highlights.payments());
    json.put("linkedTraces", highlights.linkedTraces());
    json.put("slowest", highlights.slowest().map(LiveFeed::json).orElse(null));
    json.put("largest", highlights.largest().map(LiveFeed::json).orElse(null));
    json.put("glint", scrapers.seen(0).stream().map(LiveFeed::json).toList());
    json.put("stock", scrapers.seen(1).stream().map(LiveFeed::json).toList());
    json.put("cost", json(cost.cost()));
    return Reply.json(200, Json.write(json));
  }

  private static long after(Request request) throws BadRequestException {
    try {
      return Long.parseLong(request.parameters().getOrDefault("after", "-1"));
    } catch (NumberFormatException notANumber) {
      throw new BadRequestException("after must be the number of a slice");
    }
  }

  private static Map<String, Object> json(Slice slice) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("number", slice.number());
    json.put("from", slice.fromMillis());
    json.put("to", slice.toMillis());
    json.put("counts", slice.counts());
    json.put("p95", slice.p95());
    json.put("dots", slice.dots().stream().map(LiveFeed::json).toList());
    return json;
  }

  static Map<String, Object> json(Incident incident) {
    return Map.of("from", incident.fromMillis(), "to", incident.toMillis());
  }

  private static Map<String, Object> json(Linked linked) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("value", linked.value());
    json.put("trace", linked.traceId());
    json.put("span", linked.spanId());
    json.put("country", linked.country());
    json.put("method", linked.method());
    return json;
  }

  private static Map<String, Object> json(Seen seen) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("hit", seen.latest().hit());
    json.put("linked", seen.latest().linked());
    json.put("slow", seen.slow());
    json.put("slowByBoth", seen.slowByBoth());
    return json;
  }

  private static Object json(Optional<Cost> measured) {
    if (measured.isEmpty()) {
      return null;
    }
    final Cost cost = measured.get();
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("glintNanos", cost.glintNanos());
    json.put("stockNanos", cost.stockNanos());
    json.put("ratio", cost.ratio());
    json.put("lowRatio", cost.lowRatio());
    json.put("highRatio", cost.highRatio());
    json.put("pairs", cost.pairs());
    json.put("calls", RecordCost.CALLS);
    return json;
  }
}
