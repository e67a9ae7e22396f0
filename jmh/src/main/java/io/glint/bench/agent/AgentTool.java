package io.glint.bench.agent;

import io.glint.bench.Results;
import io.glint.bench.Sdk;
import io.glint.bench.Table;
import io.glint.bench.tool.ForkFailedException;
import io.glint.bench.tool.MetricsReceiver;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Project;
import io.glint.bench.tool.ReportingCommand;
import io.glint.bench.tool.ToolReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** Measures a service under the Java agent, in pairs: the agent alone, and with Glint. */
public final class AgentTool extends ReportingCommand<AgentTool.Options> {
  private static final int PAIRS = 6;
  private static final int MOST_PAIRS = 1000;
  private static final int PER_SECOND = 300;
  private static final int MOST_PER_SECOND = 100_000;
  private static final long WARM_UP_MILLIS = 10_000;
  private static final long MEASURED_MILLIS = 20_000;
  private static final long QUICK_MILLIS = 2_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_MICRO = 1e3;

  private static final String USAGE =
      """
      ./bench agent [options]

      What Glint's extension adds to a service under the OpenTelemetry Java agent: in pairs of one
      process with the agent alone and one with the extension, that take turns in being first. Each
      request over HTTP is passed to a pool of threads, which asks a database through a pool of JDBC
      connections. Requests come at random moments, whether or not those before were answered, and
      the latency of each is from when it was due. Metrics and traces go to this process by OTLP.
      After the requests the application records in a sampled span, with attributes in the call and
      by a bound instrument, through the agent's bridge.

        --pairs N        so many pairs; 6 by default, of about a minute and a half each
        --rate N         so many requests a second; 300 by default
        --quick          one pair, and short: to see that it works
        --agent JAR      another OpenTelemetry Java agent
        --extension JAR  another extension of it
        --out DIR        a directory that is new or empty, for the report as Markdown; if none is
                         named, a new one below docs/benchmarks/local of the project
        --help           this text

      Exit status: 0 when all was measured; 1 when a measurement failed; 2 for a command line that
      is not understood. JAVA_HOME chooses the JDK.
      """;

  /**
   * What was asked for.
   *
   * @param agent null for none
   * @param extension null for none
   * @param out null for a new directory
   */
  record Options(
      int pairs,
      int perSecond,
      boolean isQuick,
      Path agent,
      Path extension,
      Path out,
      boolean wantsHelp) {
    static Options parse(List<String> args, Project project) {
      int pairs = 0;
      int perSecond = PER_SECOND;
      boolean isQuick = false;
      Path agent = project.agent();
      Path extension = project.extension();
      Path out = null;
      boolean wantsHelp = false;
      final Iterator<String> rest = args.iterator();
      while (rest.hasNext()) {
        final String arg = rest.next();
        switch (arg) {
          case "--pairs" -> pairs = positive(arg, rest, MOST_PAIRS);
          case "--rate" -> perSecond = positive(arg, rest, MOST_PER_SECOND);
          case "--quick" -> isQuick = true;
          case "--agent" -> agent = file(arg, rest);
          case "--extension" -> extension = file(arg, rest);
          case "--out" -> out = Path.of(value(arg, rest));
          case "--help", "-h" -> wantsHelp = true;
          default -> throw new IllegalArgumentException("Unknown option " + arg);
        }
      }
      if (out != null && !wantsHelp) {
        Results.requireNew(out);
      }
      if ((agent == null || extension == null) && !wantsHelp) {
        throw new IllegalArgumentException(
            "There is no agent, or no extension of it, in javaagent-extension/target: build that"
                + " module, or name them with --agent and --extension");
      }
      if (pairs == 0) {
        pairs = isQuick ? 1 : PAIRS;
      }
      return new Options(pairs, perSecond, isQuick, agent, extension, out, wantsHelp);
    }
  }

  /**
   * One process.
   *
   * @param startMillis until it had answered its first request
   * @param processorMicros of a request
   * @param bytes that were allocated, of a request
   * @param latencies in nanoseconds
   * @param calls what recording cost after that, without requests
   */
  record Run(
      double startMillis,
      double processorMicros,
      double bytes,
      Histogram latencies,
      RecordingCalls calls) {
    double millisAt(double percentile) {
      return (double) latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }
  }

  /** Makes the tool. */
  public AgentTool() {
    super("agent", "A service under the Java agent, alone and with Glint");
  }

  @Override
  protected Options parse(List<String> args) {
    return Options.parse(args, Project.current());
  }

  @Override
  protected boolean wantsHelp(Options options) {
    return options.wantsHelp();
  }

  @Override
  protected String usage() {
    return USAGE;
  }

  @Override
  protected boolean isQuick(Options options) {
    return options.isQuick();
  }

  @Override
  protected Path out(Options options) {
    return options.out();
  }

  @Override
  protected void measure(Options options, ToolReport report)
      throws IOException, InterruptedException {
    final List<Run> alone = new ArrayList<>();
    final List<Run> withGlint = new ArrayList<>();
    try (MetricsReceiver receiver = new MetricsReceiver()) {
      if (!options.isQuick()) {
        // Files come into the cache of the operating system.
        run(Sdk.STOCK, options, receiver, 0, QUICK_MILLIS, QUICK_MILLIS);
        run(Sdk.GLINT, options, receiver, 0, QUICK_MILLIS, QUICK_MILLIS);
      }
      for (int pair = 0; pair < options.pairs(); pair++) {
        for (final Sdk sdk :
            pair % 2 == 0 ? List.of(Sdk.STOCK, Sdk.GLINT) : List.of(Sdk.GLINT, Sdk.STOCK)) {
          (sdk == Sdk.GLINT ? withGlint : alone)
              .add(
                  run(
                      sdk,
                      options,
                      receiver,
                      pair,
                      options.isQuick() ? QUICK_MILLIS : WARM_UP_MILLIS,
                      options.isQuick() ? QUICK_MILLIS : MEASURED_MILLIS));
        }
        progress("pair " + (pair + 1) + " of " + options.pairs());
      }
    }
    report.text(
        "Pairs: "
            + options.pairs()
            + ". Requests a second: "
            + options.perSecond()
            + ". Agent: "
            + options.agent().getFileName()
            + ". Of each side, the median and the range of all processes; of the differences and"
            + " ratios of pairs, the median and where the true one is with a confidence of 95 %."
            + " Start-up is from the start of the process to its first answer. Processor time and"
            + " allocation are those of the whole process under load, exports among them. The"
            + " latency of a request is from when it was due; a process that is asked and who asks"
            + " share the processors.");
    report.table(table(alone, withGlint));
  }

  static Table table(List<Run> alone, List<Run> withGlint) {
    final Table table =
        new Table("", "agent alone", "with Glint", "more with Glint (95 %)", "ratio (95 %)");
    add(table, "start-up, ms", 1, alone, withGlint, Run::startMillis);
    add(table, "processor time of a request, µs", 1, alone, withGlint, Run::processorMicros);
    add(table, "allocated by a request, bytes", 0, alone, withGlint, Run::bytes);
    for (final double percentile : new double[] {50, 90, 99}) {
      add(
          table,
          "latency, p" + Math.round(percentile) + ", ms",
          3,
          alone,
          withGlint,
          run -> run.millisAt(percentile));
    }
    add(table, "a recording call, ns", 1, alone, withGlint, run -> run.calls().lookedUpNanos());
    add(
        table,
        "bytes of a recording call",
        1,
        alone,
        withGlint,
        run -> run.calls().lookedUpBytes());
    add(table, "a bound recording call, ns", 1, alone, withGlint, run -> run.calls().boundNanos());
    add(
        table,
        "bytes of a bound recording call",
        1,
        alone,
        withGlint,
        run -> run.calls().boundBytes());
    return table;
  }

  private static void add(
      Table table,
      String title,
      int decimals,
      List<Run> alone,
      List<Run> withGlint,
      ToDoubleFunction<Run> which) {
    final double[] ofAlone = alone.stream().mapToDouble(which).toArray();
    final double[] ofGlint = withGlint.stream().mapToDouble(which).toArray();
    final double[] more = new double[ofAlone.length];
    final double[] ratio = new double[ofAlone.length];
    for (int i = 0; i < ofAlone.length; i++) {
      more[i] = ofGlint[i] - ofAlone[i];
      // Also where neither allocates.
      ratio[i] = ofGlint[i] == ofAlone[i] ? 1 : ofGlint[i] / ofAlone[i];
    }
    table.add(
        title,
        Numbers.withRange(ofAlone),
        Numbers.withRange(ofGlint),
        Numbers.withInterval(decimals, more),
        Numbers.withInterval(3, ratio));
  }

  private static Run run(
      Sdk sdk,
      Options options,
      MetricsReceiver receiver,
      int seed,
      long warmUpMillis,
      long measuredMillis)
      throws IOException, InterruptedException {
    receiver.take();
    final long begin = System.nanoTime();
    try (ServiceProcess service = new ServiceProcess(flags(sdk, options, receiver))) {
      try {
        final int port = service.port();
        OpenLoop.once(port);
        final double startMillis = (double) (System.nanoTime() - begin) / NANOS_PER_MILLI;
        OpenLoop.run(port, options.perSecond(), warmUpMillis, seed);
        final ServiceProcess.Usage before = service.usage();
        final Histogram latencies =
            OpenLoop.run(port, options.perSecond(), measuredMillis, seed + 1);
        final ServiceProcess.Usage after = service.usage();
        final RecordingCalls calls = service.recordingCalls();
        service.end();
        check(sdk, service, receiver.take());
        final double requests = (double) latencies.getTotalCount();
        return new Run(
            startMillis,
            (double) (after.processorNanos() - before.processorNanos())
                / NANOS_PER_MICRO
                / requests,
            (double) (after.allocatedBytes() - before.allocatedBytes()) / requests,
            latencies,
            calls);
      } catch (IOException e) {
        throw service.failure(e.toString());
      }
    }
  }

  /** A service whose metrics nobody records is very fast. */
  private static void check(Sdk sdk, ServiceProcess service, MetricsReceiver.Arrival arrival)
      throws ForkFailedException {
    if (arrival == null) {
      throw service.failure("it has exported no metrics");
    }
    if (arrival.userAgent().contains("Glint") != (sdk == Sdk.GLINT)) {
      throw service.failure("its metrics were exported by " + arrival.userAgent());
    }
  }

  private static List<String> flags(Sdk sdk, Options options, MetricsReceiver receiver) {
    final List<String> flags = new ArrayList<>();
    // Equal and constant, and room for the little that the service keeps.
    flags.addAll(List.of("-Xms256m", "-Xmx256m"));
    flags.add("-javaagent:" + options.agent());
    if (sdk == Sdk.GLINT) {
      flags.add("-Dotel.javaagent.extensions=" + options.extension());
    }
    // Else each answer waits for the acknowledgement of its first part, 40 ms.
    flags.add("-Dsun.net.httpserver.nodelay=true");
    flags.add("-Dotel.service.name=shop");
    flags.add("-Dotel.metrics.exporter=otlp");
    flags.add("-Dotel.metric.export.interval=5000");
    flags.add("-Dotel.logs.exporter=none");
    flags.add("-Dotel.exporter.otlp.protocol=http/protobuf");
    flags.add("-Dotel.exporter.otlp.metrics.endpoint=" + receiver.url());
    flags.add("-Dotel.exporter.otlp.traces.endpoint=" + receiver.url("/v1/traces"));
    return flags;
  }
}
