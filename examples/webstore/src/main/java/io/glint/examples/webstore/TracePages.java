package io.glint.examples.webstore;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** The list of slow traces, and one trace as a waterfall. */
final class TracePages {

  private static final int LISTED = 50;
  private static final int TICKS = 4;

  private final TraceStore traces;

  TracePages(TraceStore traces) {
    this.traces = traces;
  }

  Reply reply(Request request) {
    String id = request.path().substring("/traces".length()).replaceFirst("^/", "");
    if (id.isEmpty()) {
      List<Trace> slowest = traces.slowest(LISTED);
      return request.wantsHtml()
          ? Reply.html(200, list(slowest))
          : Reply.json(200, TraceJson.list(slowest));
    }
    Optional<Trace> trace = traces.find(id);
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
    long longest = slowest.isEmpty() ? 1 : Math.max(1, slowest.get(0).nanos());
    String rows =
        slowest.stream().map(trace -> listed(trace, longest)).collect(Collectors.joining("\n"));
    return Html.page(
        "Traces",
        """
        <h1>Slowest requests</h1>
        <p class="lead">The slowest %d of the %s traces kept. A trace marked <i class="mark"></i>
        is shown on the metrics page as an exemplar, and is kept for as long as it is.</p>
        <table class="traces"><thead><tr><th colspan="2">Took</th><th>Request</th><th>Slowest span</th><th>Began</th><th>Trace</th></tr></thead>
        <tbody>
        %s
        </tbody></table>
        """
            .formatted(slowest.size(), Format.count(traces.size()), rows));
  }

  private static String listed(Trace trace, long longest) {
    return """
        <tr><td class="number">%s</td><td class="gauge"><i style="width:%s%%"></i></td><td>%s</td><td>%s</td><td class="dim">%s</td><td class="id">%s%s</td></tr>"""
        .formatted(
            Format.nanos(trace.nanos()),
            percent(trace.nanos(), longest),
            Html.escape(trace.name()),
            Html.escape(trace.slowest().map(TraceSpan::name).orElse("")),
            Format.moment(trace.startNanos()),
            Html.link("/traces/" + trace.id(), trace.id()),
            trace.pinned() ? "<i class=\"mark\"></i>" : "");
  }

  private static String one(Trace trace) {
    String axis = axis(trace);
    String waterfall =
        trace.rows().stream().map(row -> bar(trace, row)).collect(Collectors.joining("\n"));
    String details =
        trace.rows().stream().map(row -> details(trace, row.span())).collect(Collectors.joining());
    return Html.page(
        "Trace " + trace.id(),
        """
        <h1>%s took %s</h1>
        <p class="verdict">%s%s%s</p>
        <div class="waterfall">%s
        %s</div>
        <div class="spans">%s</div>
        <p class="fine">Trace <code>%s</code>, began %s. %s%s</p>
        """
            .formatted(
                Html.escape(trace.name()),
                Format.nanos(trace.nanos()),
                Html.escape(Format.blame(trace)),
                trace.running() > 0 ? ", and " + trace.running() + " still running" : "",
                measured(trace),
                axis,
                waterfall,
                details,
                Html.escape(trace.id()),
                Format.moment(trace.startNanos()),
                trace.pinned() ? "An exemplar on the metrics page links here. " : "",
                Html.link("/traces/" + trace.id() + "?format=json", "As JSON")));
  }

  /** The value to look for on the metrics page. */
  private static String measured(Trace trace) {
    return trace.spans().stream()
        .map(span -> span.attributes().get(Signals.PAYMENT_SECONDS))
        .filter(Objects::nonNull)
        .map(seconds -> "<br>%s recorded %s s".formatted(Signals.PAYMENT_DURATION, seconds))
        .collect(Collectors.joining());
  }

  private static String axis(Trace trace) {
    StringBuilder ticks =
        new StringBuilder("<div class=\"row axis\"><span></span><span class=\"track\">");
    for (int i = 0; i <= TICKS; i++) {
      ticks.append(
          "<em style=\"left:%d%%\">%s</em>"
              .formatted(100 * i / TICKS, i == 0 ? "0" : Format.nanos(trace.nanos() * i / TICKS)));
    }
    return ticks.append("</span><span></span></div>").toString();
  }

  private static String bar(Trace trace, Trace.Row row) {
    TraceSpan span = row.span();
    String events =
        span.events().stream()
            .map(
                event ->
                    "<u style=\"left:%s%%\" title=\"%s\"></u>"
                        .formatted(
                            percent(event.nanos() - trace.startNanos(), trace.nanos()),
                            Html.escape(event.name())))
            .collect(Collectors.joining());
    return """
        <div class="row%s"><span class="name" style="padding-left:calc(%d * 1.2em)">%s</span><span class="track"><i style="left:%s%%;width:%s%%"></i>%s</span><span class="number">%s</span></div>"""
        .formatted(
            isSlowest(trace, span) ? " slow" : "",
            row.depth(),
            Html.escape(span.name()),
            percent(span.startNanos() - trace.startNanos(), trace.nanos()),
            percent(span.nanos(), trace.nanos()),
            events,
            Format.nanos(span.nanos()));
  }

  private static String details(Trace trace, TraceSpan span) {
    StringBuilder rows = new StringBuilder();
    row(rows, "kind", span.kind().name().toLowerCase(Locale.ROOT));
    row(rows, "own time", Format.nanos(trace.ownNanos(span)));
    if (span.failed()) {
      row(rows, "status", "failed");
    }
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
        """
        <h1>No such trace</h1>
        <p class="lead">Either its request was not sampled, or newer traces took its place: the shop
        keeps the newest %s, and all that the metrics page shows as exemplars.</p>
        """
            .formatted(Format.count(TraceStore.CAPACITY)));
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.2f", whole <= 0 ? 0 : 100.0 * part / whole);
  }
}
