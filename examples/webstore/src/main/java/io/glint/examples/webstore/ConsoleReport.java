package io.glint.examples.webstore;

import io.glint.examples.webstore.traces.Trace;
import io.glint.examples.webstore.watch.Distribution;
import io.glint.examples.webstore.watch.Interval;
import io.glint.examples.webstore.watch.Interval.Linked;
import io.glint.examples.webstore.watch.Monitor;
import io.glint.examples.webstore.watch.Totals;
import io.glint.examples.webstore.web.Format;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * What the demo prints. Plain ASCII without escape sequences, so that it reads the same on a
 * terminal, in a file and in the log of a container.
 */
final class ConsoleReport {

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final PrintStream out;
  private final URI shop;
  private final URI metrics;

  ConsoleReport(PrintStream out, URI shop, URI metrics) {
    this.out = out;
    this.shop = shop;
    this.metrics = metrics;
  }

  void greeting(Options options, Optional<URI> prometheus, Optional<URI> zipkin) {
    final StringBuilder text = new StringBuilder();
    line(text, "");
    line(text, "Glint webstore: from a latency spike to the trace that made it.");
    line(text, "");
    line(text, "  open      %s", shop);
    line(text, "  explain   %s", shop.resolve("/explain"));
    line(text, "  metrics   %s", metrics);
    prometheus.ifPresent(address -> line(text, "  query     %s", address));
    zipkin.ifPresent(address -> line(text, "  Zipkin    %s", address));
    options.otlp().ifPresent(endpoint -> line(text, "  OTLP to   %s", endpoint));
    line(text, "");
    line(
        text,
        "  %s %s",
        options.rate() == 0 ? "No built-in traffic." : options.rate() + " requests per second.",
        options.incidentAfter().isZero()
            ? "No incident comes by itself."
            : "The payment provider turns slow by itself in "
                + options.incidentAfter().toSeconds()
                + " s.");
    line(
        text,
        "  A report every %d s; %s.",
        options.interval().toSeconds(),
        options
            .duration()
            .map(duration -> "stops by itself after " + duration.toSeconds() + " s")
            .orElse("Ctrl-C stops it"));
    line(text, "");
    print(text);
  }

  void interval(Monitor.Look look, LocalTime now) {
    final Interval interval = look.interval();
    final StringBuilder text = new StringBuilder();
    line(
        text,
        "%s  %-15s %s",
        CLOCK.format(now),
        Format.count(interval.orders()) + " orders",
        quantiles(interval.payments()));
    line(
        text,
        "          %s%s",
        slowest(interval.payments(), interval.slowest(), look.slowestOfInterval()),
        interval
            .slowest()
            .map(slowest -> "  " + shop.resolve("/traces/" + slowest.traceId()))
            .orElse(""));
    print(text);
  }

  void summary(Monitor.Look look, Duration ran) {
    final Totals totals = look.totals();
    final StringBuilder text = new StringBuilder();
    line(text, "");
    line(text, "Summary of %.1f s", ran.toMillis() / 1e3);
    line(text, "");
    line(
        text,
        "  shop      %s requests, %s orders, %s declined",
        Format.count(totals.requests()),
        Format.count(totals.orders()),
        Format.count(totals.declined()));
    line(text, "  payment   %s", quantiles(totals.payments()));
    line(
        text,
        "            %s%s",
        slowest(totals.payments(), totals.slowest(), look.slowestOfAll()),
        // Its page is about to go, so this is no address.
        totals.slowest().map(slowest -> "  trace " + slowest.traceId()).orElse(""));
    line(
        text,
        "  linked    %s traces by exemplars of payments",
        Format.count(totals.linkedTraces()));
    line(text, "");
    print(text);
  }

  private static String quantiles(Distribution payments) {
    return String.format(
        "p50 %8s   p95 %8s   p99 %8s   max %8s",
        Format.seconds(payments.quantile(0.50)),
        Format.seconds(payments.quantile(0.95)),
        Format.seconds(payments.quantile(0.99)),
        Format.seconds(payments.max()));
  }

  /**
   * An exemplar is one measurement of its bucket, not always the greatest, and with sampling the
   * slowest request may have no trace at all: then the line does not claim to show the slowest.
   */
  private static String slowest(
      Distribution payments, Optional<Linked> slowest, Optional<Trace> trace) {
    if (slowest.isEmpty()) {
      return payments.count() == 0 ? "no payments" : "slowest: none of these payments was sampled";
    }
    final Linked linked = slowest.get();
    return "%s %s, %s %s: %s"
        .formatted(
            linked.value() < payments.max() ? "sampled" : "slowest",
            Format.seconds(linked.value()),
            linked.country(),
            linked.method(),
            trace.map(Format::blame).orElse("its trace"));
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append(System.lineSeparator());
  }

  /** In one piece, so that nothing else gets in between. */
  private void print(StringBuilder text) {
    out.print(text);
    out.flush();
  }
}
