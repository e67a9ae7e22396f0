package io.glint.examples.webstore;

import io.glint.examples.webstore.Interval.Linked;
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

  void greeting(Options options, Optional<String> otlp) {
    StringBuilder text = new StringBuilder();
    line(text, "");
    line(text, "Glint webstore: from a latency spike to the trace that made it.");
    line(text, "");
    line(text, "  shop      %s", shop);
    line(text, "  metrics   %s", metrics);
    line(text, "  exemplars %s", shop.resolve("/exemplars"));
    line(text, "  explain   %s", shop.resolve("/explain"));
    line(text, "  traces    %s", shop.resolve("/traces"));
    otlp.ifPresent(endpoint -> line(text, "  OTLP to   %s", endpoint));
    line(text, "");
    line(
        text,
        "  %s A report every %d s; %s.",
        options.rate() == 0
            ? "No built-in traffic."
            : options.rate()
                + " requests per second, one payment in "
                + options.slowEvery()
                + " is slow.",
        options.interval().toSeconds(),
        options
            .duration()
            .map(duration -> "stops by itself after " + duration.toSeconds() + " s")
            .orElse("Ctrl-C stops it"));
    print(text);
  }

  void interval(Monitor.Look look, LocalTime now) {
    Interval interval = look.interval();
    StringBuilder text = new StringBuilder();
    line(text, "");
    line(
        text,
        "%s  %s",
        CLOCK.format(now),
        counts(interval.requests(), interval.orders(), interval.declined()));
    line(text, "          %s", quantiles(interval.payments()));
    slowest(text, "          ", interval.payments(), interval.slowest(), look.slowestOfInterval());
    interval
        .slowest()
        .ifPresent(
            slowest -> line(text, "%20s%s", "", shop.resolve("/traces/" + slowest.traceId())));
    print(text);
  }

  void summary(Monitor.Look look, Duration ran) {
    Totals totals = look.totals();
    StringBuilder text = new StringBuilder();
    line(text, "");
    line(text, "Summary of %.1f s", ran.toMillis() / 1e3);
    line(text, "");
    line(text, "  %s", counts(totals.requests(), totals.orders(), totals.declined()));
    line(text, "  %s", quantiles(totals.payments()));
    slowest(text, "  ", totals.payments(), totals.slowest(), look.slowestOfAll());
    // Its page is about to go, so this is no address.
    totals.slowest().ifPresent(slowest -> line(text, "%12strace %s", "", slowest.traceId()));
    line(
        text,
        "  linked    %s traces by exemplars of payments",
        Format.count(totals.linkedTraces()));
    line(text, "");
    print(text);
  }

  private static String counts(long requests, long orders, long declined) {
    return String.format(
        "shop      %-17s%-17s%s",
        Format.count(requests) + " requests",
        Format.count(orders) + " orders",
        Format.count(declined) + " declined");
  }

  private static String quantiles(Distribution payments) {
    return String.format(
        "payment   p50 %8s     p95 %8s     p99 %8s     max %8s",
        Format.seconds(payments.quantile(0.50)),
        Format.seconds(payments.quantile(0.95)),
        Format.seconds(payments.quantile(0.99)),
        Format.seconds(payments.max()));
  }

  /**
   * An exemplar is one measurement of its bucket, not always the greatest, and with sampling the
   * slowest request may have no trace at all: then the line does not claim to show the slowest.
   */
  private static void slowest(
      StringBuilder text,
      String indent,
      Distribution payments,
      Optional<Linked> slowest,
      Optional<Trace> trace) {
    if (slowest.isEmpty()) {
      line(text, "%sslowest   none of these payments was sampled", indent);
      return;
    }
    Linked linked = slowest.get();
    line(
        text,
        "%s%s   %-17s%-17s%s",
        indent,
        linked.value() < payments.max() ? "sampled" : "slowest",
        Format.seconds(linked.value()),
        linked.country() + " " + linked.method(),
        trace.map(Format::blame).orElse(""));
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
