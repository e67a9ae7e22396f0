package io.glint.examples.webstore;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The command line.
 *
 * @param rate requests per second made by the built-in traffic; 0 for none
 * @param slowEvery one payment in this many is slow
 * @param incidentAfter when the first incident comes by itself; zero for never
 * @param duration how long to run; empty for until stopped
 */
record Options(
    int port,
    int metricsPort,
    int rate,
    long seed,
    double sampleRatio,
    int slowEvery,
    Duration incidentAfter,
    Duration incidentLength,
    Duration interval,
    Optional<Duration> duration,
    boolean help) {

  private static final Set<String> FLAGS =
      Set.of(
          "--port",
          "--metrics-port",
          "--duration",
          "--interval",
          "--rate",
          "--slow-every",
          "--incident-after",
          "--incident-length",
          "--sample-ratio",
          "--seed");

  static final String USAGE =
      """
      Usage: java -jar webstore.jar [flags]

        --port N             port of the shop (default 8080; 0 takes a free one)
        --metrics-port N     port of /metrics (default 9464; 0 takes a free one)
        --duration N         stop after N seconds (default: run until Ctrl-C)
        --interval N         seconds between console reports, 1 to 30 (default 5)
        --rate N             requests per second of the built-in traffic, 0 to 500 (default 50)
        --incident-after N   the payment provider turns slow by itself after N seconds, and again
                             two minutes after each incident; 0 for never (default 30)
        --incident-length N  seconds that an incident lasts, 1 to 120 (default 15)
        --slow-every N       outside of incidents, one payment in N is slow (default 1000)
        --sample-ratio X     share of traces that are sampled, 0.0 to 1.0 (default 1.0)
        --seed N             seed of the traffic and of the payment times (default 39)
        --help               this text

      With OTEL_EXPORTER_OTLP_ENDPOINT set (say http://localhost:4318) metrics are also pushed there.
      """;

  /** Accepts both {@code --flag value} and {@code --flag=value}. */
  static Options parse(List<String> arguments) throws CannotStartException {
    Map<String, String> flags = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String flag = equals < 0 ? argument : argument.substring(0, equals);
      if (flag.equals("--help") || flag.equals("-h")) {
        flags.put("--help", "true");
      } else if (!FLAGS.contains(flag)) {
        throw CannotStartException.badFlag("unknown flag " + flag);
      } else if (equals >= 0) {
        flags.put(flag, argument.substring(equals + 1));
      } else if (rest.hasNext()) {
        flags.put(flag, rest.next());
      } else {
        throw CannotStartException.badFlag(flag + " needs a value");
      }
    }
    return from(flags);
  }

  private static Options from(Map<String, String> flags) throws CannotStartException {
    Optional<Duration> duration = Optional.empty();
    if (flags.containsKey("--duration")) {
      duration = Optional.of(Duration.ofSeconds(number(flags, "--duration", 0, 1, 31_536_000)));
    }
    return new Options(
        (int) number(flags, "--port", 8080, 0, 65_535),
        (int) number(flags, "--metrics-port", 9464, 0, 65_535),
        (int) number(flags, "--rate", 50, 0, 500),
        number(flags, "--seed", 39, Long.MIN_VALUE, Long.MAX_VALUE),
        ratio(flags, "--sample-ratio", 1.0),
        (int) number(flags, "--slow-every", 1_000, 1, 1_000_000),
        Duration.ofSeconds(number(flags, "--incident-after", 30, 0, 86_400)),
        Duration.ofSeconds(number(flags, "--incident-length", 15, 1, 120)),
        Duration.ofSeconds(number(flags, "--interval", 5, 1, 30)),
        duration,
        flags.containsKey("--help"));
  }

  private static long number(
      Map<String, String> flags, String flag, long otherwise, long min, long max)
      throws CannotStartException {
    String value = flags.get(flag);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the same message as a number out of range.
    }
    throw CannotStartException.badFlag(
        flag + " must be a whole number from " + min + " to " + max + ", not '" + value + "'");
  }

  private static double ratio(Map<String, String> flags, String flag, double otherwise)
      throws CannotStartException {
    String value = flags.get(flag);
    if (value == null) {
      return otherwise;
    }
    try {
      double ratio = Double.parseDouble(value);
      if (ratio >= 0 && ratio <= 1) {
        return ratio;
      }
    } catch (NumberFormatException notANumber) {
      // Falls through to the same message as a number out of range.
    }
    throw CannotStartException.badFlag(
        flag + " must be a number from 0.0 to 1.0, not '" + value + "'");
  }
}
