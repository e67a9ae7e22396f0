package io.glint.examples.webstore.web;

import io.glint.examples.webstore.traces.Trace;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Numbers as people read them, the same in every locale. */
public final class Format {

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Format() {}

  /** "42 µs", "18.4 ms" or "1.873 s"; "-" for NaN. */
  public static String seconds(double seconds) {
    if (Double.isNaN(seconds)) {
      return "-";
    }
    if (seconds < 0.0001) {
      return String.format(Locale.ROOT, "%.0f µs", seconds * 1e6);
    }
    return seconds < 0.9995
        ? String.format(Locale.ROOT, "%.1f ms", seconds * 1_000)
        : String.format(Locale.ROOT, "%.3f s", seconds);
  }

  /** "15 ms", "2.5 s": for round numbers. */
  static String shortSeconds(double seconds) {
    return seconds < 1
        ? String.format(Locale.ROOT, "%.0f ms", seconds * 1_000)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  static String nanos(long nanos) {
    return seconds(nanos / 1e9);
  }

  static String dollars(double amount) {
    return String.format(Locale.ROOT, "%,.2f USD", amount);
  }

  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Rounded down: 100 % means all of it. */
  static String percent(long part, long whole) {
    return whole <= 0 ? "-" : 100 * part / whole + " %";
  }

  static String moment(long epochNanos) {
    return MOMENT.format(Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(epochNanos)));
  }

  /** "ask payment provider took 98 % of 1.910 s", or nothing for a trace without ended spans. */
  public static String blame(Trace trace) {
    return trace
        .slowest()
        .map(
            span ->
                "%s took %s of %s"
                    .formatted(
                        span.name(),
                        percent(trace.ownNanos(span), trace.nanos()),
                        nanos(trace.nanos())))
        .orElse("");
  }
}
