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
 * @param otlp address of a collector that gets metrics and traces; empty for none
 * @param prometheus the program of a Prometheus server to start; empty for none
 * @param zipkin the jar of a Zipkin server to start; empty for none
 * @param tailSampling whether Zipkin and the collector get chosen traces only
 * @param agent the jar of the Java agent to run under; empty for none
 * @param agentExtension the jar with Glint for that agent; there if the agent is
 * @param allInterfaces whether others than this machine can connect
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
    Optional<String> otlp,
    Optional<String> prometheus,
    Optional<String> zipkin,
    boolean tailSampling,
    Optional<String> agent,
    Optional<String> agentExtension,
    boolean allInterfaces,
    boolean help) {

  /** Takes a value after an equals sign only, as it can do without. */
  private static final String PROMETHEUS = "--prometheus";

  private static final String TAIL_SAMPLING = "--tail-sampling";

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
          "--seed",
          "--otlp",
          "--zipkin",
          "--agent",
          "--agent-extension");

  /** Flags that need no value, and what they stand for without one. */
  private static final Map<String, String> SWITCHES =
      Map.of(
          PROMETHEUS,
          "prometheus",
          TAIL_SAMPLING,
          "true",
          "--all-interfaces",
          "true",
          "--help",
          "true");

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
        --prometheus[=PATH]  start a Prometheus server that scrapes the demo; PATH is its program, by
                             default the one on the PATH. Its files are removed at the end
        --otlp URL           send metrics and traces to a collector, say http://localhost:4318
                             (default: what OTEL_EXPORTER_OTLP_ENDPOINT says)
        --zipkin PATH        start a Zipkin server, this jar, and send traces to it; ./demo --zipkin
                             alone has one
        --tail-sampling      send only traces that exemplars lead to, that were slow or failed, and one
                             in a hundred of the others
        --agent PATH         run under the OpenTelemetry Java agent, this jar, in place of an SDK that
                             is set up in code; ./demo --agent alone has one
        --agent-extension PATH
                             glint-javaagent-extension for it; ./demo has it
        --all-interfaces     let other machines connect, as in a container; by default nobody can
        --help               this text
      """;

  /** Accepts both {@code --flag value} and {@code --flag=value}. */
  static Options parse(List<String> arguments, Map<String, String> environment)
      throws CannotStartException {
    final Map<String, String> flags = new HashMap<>();
    final String otlp = environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    if (!otlp.isBlank()) {
      flags.put("--otlp", otlp);
    }
    final Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      final String argument = rest.next();
      final int equals = argument.indexOf('=');
      final String flag = equals < 0 ? argument : argument.substring(0, equals);
      if (flag.equals("-h")) {
        flags.put("--help", "true");
      } else if (equals < 0 && SWITCHES.containsKey(flag)) {
        flags.put(flag, SWITCHES.get(flag));
      } else if (!FLAGS.contains(flag) && !flag.equals(PROMETHEUS)) {
        throw CannotStartException.badFlag(
            SWITCHES.containsKey(flag) ? flag + " takes no value" : "unknown flag " + flag);
      } else if (equals >= 0) {
        flags.put(flag, argument.substring(equals + 1));
      } else {
        final String value = rest.hasNext() ? rest.next() : "--";
        if (value.startsWith("--")) {
          // The next flag is no value.
          throw CannotStartException.badFlag(flag + " needs a value");
        }
        flags.put(flag, value);
      }
    }
    return from(flags);
  }

  private static Options from(Map<String, String> flags) throws CannotStartException {
    Optional<Duration> duration = Optional.empty();
    if (flags.containsKey("--duration")) {
      duration = Optional.of(Duration.ofSeconds(number(flags, "--duration", 0, 1, 31_536_000)));
    }
    final Optional<String> agent = text(flags, "--agent");
    if (agent.isPresent() && !flags.containsKey("--agent-extension")) {
      throw CannotStartException.badFlag(
          "--agent needs --agent-extension, the path of glint-javaagent-extension's jar");
    }
    if (agent.isPresent() && flags.containsKey("--otlp")) {
      throw CannotStartException.badFlag(
          "--agent cannot be combined with --otlp or OTEL_EXPORTER_OTLP_ENDPOINT: the agent sends"
              + " to the demo");
    }
    final Optional<String> zipkin = text(flags, "--zipkin");
    if (agent.isPresent() && zipkin.isPresent()) {
      throw CannotStartException.badFlag(
          "--agent cannot be combined with --zipkin: the agent sends to the demo");
    }
    final boolean tailSampling = flags.containsKey(TAIL_SAMPLING);
    if (tailSampling && zipkin.isEmpty() && !flags.containsKey("--otlp")) {
      throw CannotStartException.badFlag(
          TAIL_SAMPLING + " needs --zipkin or --otlp: somebody to send traces to");
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
        text(flags, "--otlp"),
        text(flags, PROMETHEUS),
        zipkin,
        tailSampling,
        agent,
        text(flags, "--agent-extension"),
        flags.containsKey("--all-interfaces"),
        flags.containsKey("--help"));
  }

  private static Optional<String> text(Map<String, String> flags, String flag)
      throws CannotStartException {
    final String value = flags.get(flag);
    if (value != null && value.isBlank()) {
      throw CannotStartException.badFlag(flag + " has an empty value");
    }
    return Optional.ofNullable(value);
  }

  private static long number(
      Map<String, String> flags, String flag, long otherwise, long min, long max)
      throws CannotStartException {
    final String value = flags.get(flag);
    if (value == null) {
      return otherwise;
    }
    try {
      final long number = Long.parseLong(value);
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
    final String value = flags.get(flag);
    if (value == null) {
      return otherwise;
    }
    try {
      final double ratio = Double.parseDouble(value);
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
