package io.glint.examples.webstore.web;

import static java.util.stream.Collectors.joining;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.traces.Trace;
import io.glint.examples.webstore.traces.TraceSpan;
import io.glint.examples.webstore.traces.TraceStore;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The list of slow traces, and one trace as a waterfall. */
final class TracePages {

  private static final int LISTED = 50;
  private static final int TICKS = 4;

  private final TraceStore traces;
  private final Optional<URI> zipkin;

  /**
   * Creates the pages.
   *
   * @param zipkin address of a Zipkin server, with a slash at the end; empty if there is none
   */
  TracePages(TraceStore traces, Optional<URI> zipkin) {
    this.traces = traces;
    this.zipkin = zipkin;
  }

  Reply reply(Request request) {
    final String id = request.path().substring("/traces".length()).replaceFirst("^/", "");
    if (id.isEmpty()) {
      final List<Trace> slowest = traces.slowest(LISTED);
      return request.wantsHtml()
          ? Reply.html(200, list(slowest))
          : Reply.json(200, TraceJson.list(slowest));
    }
    final Optional<Trace> trace = traces.find(id);
    if (trace.isEmpty()) {
      return request.wantsHtml()
          ? Reply.html(404, unknown())
          : Reply.text(404, "No such trace. It was never sampled, or newer ones took its place.");
    }
    return request.wantsHtml()
        ? Reply.html(200, one(trace.get()))
        : Reply.json(200, TraceJson.one(trace.get()));
  }

  private String list(List<Trace> slowest) {
    final long longest = slowest.isEmpty() ? 1 : Math.max(1, slowest.get(0).nanos());
    return Html.page(
        "Traces",
        "traces.html",
        Map.of(
            "listed", String.valueOf(slowest.size()),
            "kept", Format.count(traces.size()),
            "rows", slowest.stream().map(trace -> listed(trace, longest)).collect(joining("\n"))));
  }

  private static String listed(Trace trace, long longest) {
    return """
        <tr><td class="number">%s</td><td class="gauge"><i style="width:%s%%"></i></td><td>%s%s</td><td>%s</td><td class="dim wide">%s</td></tr>"""
        .formatted(
            Format.nanos(trace.nanos()),
            percent(trace.nanos(), longest),
            Html.link("/traces/" + trace.id(), trace.name()),
            trace.pinned() ? "<i class=\"mark\" title=\"An exemplar leads here\"></i>" : "",
            Html.escape(trace.slowest().map(TraceSpan::name).orElse("")),
            Format.moment(trace.startNanos()));
  }

  /** A trace that is still being written refreshes itself. */
  private String one(Trace trace) {
    return Html.page(
        "Trace " + trace.id(),
        "trace.html",
        Map.of(
            "name", Html.escape(trace.name()),
            "took", Format.nanos(trace.nanos()),
            "verdict", verdict(trace),
            "axis", axis(trace),
            "rows", trace.rows().stream().map(row -> bar(trace, row)).collect(joining("\n")),
            "details",
                trace.rows().stream().map(row -> details(trace, row.span())).collect(joining()),
            "id", Html.escape(trace.id()),
            "began", Format.moment(trace.startNanos()),
            "links", (trace.pinned() ? "An exemplar leads here. " : "") + inZipkin(trace),
            "script",
                trace.running() > 0 ? "<script src=\"/assets/live.js\" defer></script>" : ""));
  }

  private String inZipkin(Trace trace) {
    return zipkin
        .map(address -> Html.link(address + "zipkin/traces/" + trace.id(), "In Zipkin") + ", ")
        .orElse("");
  }

  private static String verdict(Trace trace) {
    final String running =
        trace.running() > 0 ? " %d steps are still running.".formatted(trace.running()) : "";
    return "<b>%s</b>%s%s".formatted(Html.escape(Format.blame(trace)), running, measured(trace));
  }

  /** The value that the exemplar has, digit for digit. */
  private static String measured(Trace trace) {
    return trace.spans().stream()
        .flatMap(
            span -> Optional.ofNullable(span.attributes().get(Signals.PAYMENT_SECONDS)).stream())
        .map(
            seconds ->
                "<br>In <i>%s</i> the shop recorded <code>%s</code> = <data id=\"measured\" value=\"%s\">%s</data>: the value of its exemplar."
                    .formatted(
                        Signals.PAYMENT_SPAN,
                        Signals.PAYMENT_DURATION,
                        seconds,
                        Format.seconds(seconds)))
        .collect(joining());
  }

  private static String axis(Trace trace) {
    final StringBuilder ticks = new StringBuilder();
    for (int i = 0; i <= TICKS; i++) {
      ticks.append(
          "<em style=\"left:%d%%\">%s</em>"
              .formatted(100 * i / TICKS, i == 0 ? "0" : Format.nanos(trace.nanos() * i / TICKS)));
    }
    return ticks.toString();
  }

  private static String bar(Trace trace, Trace.Row row) {
    final TraceSpan span = row.span();
    final String events =
        span.events().stream()
            .map(
                event ->
                    "<u style=\"left:%s%%\" title=\"%s\"></u>"
                        .formatted(
                            percent(event.nanos() - trace.startNanos(), trace.nanos()),
                            Html.escape(event.name())))
            .collect(joining());
    return """
        <div class="row%s" id="%s" data-seconds="%s"><span class="name" style="padding-left:calc(%d * 1.1em)">%s%s</span><span class="track"><i style="left:%s%%;width:%s%%"></i>%s</span><span class="number">%s</span></div>"""
        .formatted(
            isSlowest(trace, span) ? " slow" : "",
            Html.escape(span.id()),
            span.nanos() / 1e9,
            row.depth(),
            Html.escape(span.name()),
            span.failure()
                .map(failure -> " <b class=\"failure\">" + Html.escape(failure) + "</b>")
                .orElse(""),
            percent(span.startNanos() - trace.startNanos(), trace.nanos()),
            percent(span.nanos(), trace.nanos()),
            events,
            Format.nanos(span.nanos()));
  }

  private static String details(Trace trace, TraceSpan span) {
    final StringBuilder rows = new StringBuilder();
    row(rows, "kind", span.kind().name().toLowerCase(Locale.ROOT));
    row(rows, "own time", Format.nanos(trace.ownNanos(span)));
    span.failure().ifPresent(failure -> row(rows, "failure", failure));
    span.attributes().forEach((key, value) -> row(rows, key.getKey(), value.toString()));
    span.events()
        .forEach(
            event ->
                row(rows, "at " + Format.nanos(event.nanos() - trace.startNanos()), event.name()));
    return "<section class=\"span%s\"><h2>%s</h2><dl>%s</dl></section>"
        .formatted(isSlowest(trace, span) ? " slow" : "", Html.escape(span.name()), rows);
  }

  private static void row(StringBuilder rows, String name, String value) {
    rows.append("<dt>%s</dt><dd>%s</dd>".formatted(Html.escape(name), Html.escape(value)));
  }

  private static boolean isSlowest(Trace trace, TraceSpan span) {
    return trace.slowest().filter(span::equals).isPresent();
  }

  private static String unknown() {
    return Html.page(
        "Unknown trace",
        "unknown-trace.html",
        Map.of("capacity", Format.count(TraceStore.CAPACITY)));
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.2f", whole <= 0 ? 0 : 100.0 * part / whole);
  }
}
