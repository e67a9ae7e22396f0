package io.glint.bench.startup;

import io.glint.bench.Environment;
import io.glint.bench.Sdk;
import io.glint.bench.Statistics;
import io.glint.bench.StolenTime;
import io.glint.bench.Table;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Command;
import io.glint.bench.tool.ForkFailedException;
import io.glint.bench.tool.MetricsReceiver;
import io.glint.bench.tool.Numbers;
import io.glint.bench.tool.Project;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures how long JVMs take to their first exported point, in pairs of one of each SDK. */
public final class StartupTool extends Command<StartupTool.Options> {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int PAIRS = 20;
  private static final int MOST_PAIRS = 1000;

  /** By how much an agent with Glint may start later: a part of its time, or milliseconds. */
  private static final double AGENT_PART = 0.02;

  private static final double AGENT_MILLIS = 50;

  private static final String USAGE =
      """
      ./bench startup [options]

      How much later a JVM has exported its first point with Glint than with the stock SDK: from the
      start of the process to the request over OTLP, in pairs of one JVM each, that take turns in
      being first. Each counts once and ends. Set up by builders, by auto-configuration, by the Java
      agent, and twice by Spring Boot 4, with Glint's starter: against Spring Boot's own way, which
      exports by Micrometer without an SDK for metrics (boot), and against OpenTelemetry's starter,
      which sets up the stock SDK as Glint's does Glint, with Micrometer bridged to it (boot-starter).

        --pairs N        so many pairs of each; 20 by default
        --quick          one pair, without the one that is thrown away: to see that it works
        --only WAY       plain, autoconfigure, boot, boot-starter or agent; may be repeated
        --agent JAR      another OpenTelemetry Java agent
        --extension JAR  another extension of it
        --help           this text

      Exit status: 0 when all was measured, targets met or not; 1 when a measurement failed; 2 for a
      command line that is not understood. JAVA_HOME chooses the JDK.
      """;

  /**
   * What was asked for.
   *
   * @param pairs that count
   * @param warmUps pairs that are thrown away
   * @param agent null for none
   * @param extension null for none
   */
  record Options(
      int pairs, int warmUps, Set<Way> ways, Path agent, Path extension, boolean wantsHelp) {
    static Options parse(List<String> args, Project project) {
      int pairs = PAIRS;
      int warmUps = 1;
      final Set<Way> ways = EnumSet.noneOf(Way.class);
      Path agent = project.agent();
      Path extension = project.extension();
      boolean wantsHelp = false;
      final Iterator<String> rest = args.iterator();
      while (rest.hasNext()) {
        final String arg = rest.next();
        switch (arg) {
          case "--pairs" -> pairs = positive(arg, rest, MOST_PAIRS);
          case "--quick" -> {
            pairs = 1;
            warmUps = 0;
          }
          case "--only" -> ways.add(Way.of(value(arg, rest)));
          case "--agent" -> agent = file(arg, rest);
          case "--extension" -> extension = file(arg, rest);
          case "--help", "-h" -> wantsHelp = true;
          default -> throw new IllegalArgumentException("Unknown option " + arg);
        }
      }
      return new Options(
          pairs,
          warmUps,
          ways.isEmpty() ? EnumSet.allOf(Way.class) : ways,
          agent,
          extension,
          wantsHelp);
    }
  }

  /**
   * One JVM.
   *
   * @param millis until its first point was exported
   * @param processorMillis that it used, until then and for the end of the export
   */
  private record Start(double millis, double processorMillis) {}

  /** Makes the tool. */
  public StartupTool() {}

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
  protected void execute(Options options, String[] args, PrintStream out)
      throws IOException, InterruptedException {
    final Map<String, String> facts = Environment.facts();
    final StolenTime stolen = StolenTime.start();
    final Table table =
        new Table(
            "set up by",
            "stock, ms",
            "Glint, ms",
            "Glint later by, ms (95 %)",
            "ratio (95 %)",
            "Glint more processor time, ms (95 %)");
    final List<String> targets = new ArrayList<>();
    try (MetricsReceiver receiver = new MetricsReceiver()) {
      for (final Way way : options.ways()) {
        measure(way, options, receiver, table, targets);
      }
    }
    out.print("\n" + table.toText() + "\n");
    out.println(
        "Medians of "
            + options.pairs()
            + " pairs; of the differences and ratios of pairs, median and where the true median is"
            + " with a confidence of 95 %.");
    targets.forEach(out::println);
    facts.put("command", "./bench " + String.join(" ", args));
    facts.put("stolen by other virtual machines", stolen.soFar());
    out.println();
    facts.forEach((name, value) -> out.println(name + ": " + value));
  }

  private static void measure(
      Way way, Options options, MetricsReceiver receiver, Table table, List<String> targets)
      throws IOException, InterruptedException {
    for (int i = 0; i < options.warmUps(); i++) {
      // Files come into the cache of the operating system.
      start(way, Sdk.STOCK, options, receiver);
      start(way, Sdk.GLINT, options, receiver);
    }
    final int pairs = options.pairs();
    final double[] stock = new double[pairs];
    final double[] glint = new double[pairs];
    final double[] later = new double[pairs];
    final double[] ratio = new double[pairs];
    final double[] processor = new double[pairs];
    for (int pair = 0; pair < pairs; pair++) {
      final boolean isGlintFirst = pair % 2 == 1;
      final Start one = start(way, isGlintFirst ? Sdk.GLINT : Sdk.STOCK, options, receiver);
      final Start other = start(way, isGlintFirst ? Sdk.STOCK : Sdk.GLINT, options, receiver);
      final Start ofStock = isGlintFirst ? other : one;
      final Start ofGlint = isGlintFirst ? one : other;
      stock[pair] = ofStock.millis();
      glint[pair] = ofGlint.millis();
      later[pair] = ofGlint.millis() - ofStock.millis();
      ratio[pair] = ofGlint.millis() / ofStock.millis();
      processor[pair] = ofGlint.processorMillis() - ofStock.processorMillis();
      progress(way.title() + ", pair " + (pair + 1) + " of " + pairs);
    }
    table.add(
        way.title(),
        Numbers.fixed(Statistics.median(stock), 0),
        Numbers.fixed(Statistics.median(glint), 0),
        Numbers.withInterval(1, later),
        Numbers.withInterval(3, ratio),
        Numbers.withInterval(1, processor));
    targets.add(target(way, Statistics.median(stock), later));
  }

  /** In words, whether Glint starts soon enough. */
  static String target(Way way, double stock, double... later) {
    final double limit = way == Way.AGENT ? Math.max(AGENT_PART * stock, AGENT_MILLIS) : 0;
    final double[] interval = Statistics.medianInterval(later);
    final String verdict =
        interval[1] <= limit
            ? "yes"
            : interval[0] > limit ? "no" : "cannot be told from these pairs";
    return "P15, "
        + way.title()
        + ": target, later by at most "
        + Numbers.fixed(limit, 0)
        + " ms; met: "
        + verdict;
  }

  private static Start start(Way way, Sdk sdk, Options options, MetricsReceiver receiver)
      throws IOException, InterruptedException {
    receiver.take();
    final long begin = System.nanoTime();
    final Map<String, String> told =
        ChildJvm.run(
            way.isSpring() ? SpringApplication.class : Application.class,
            classPath(way, sdk),
            flags(way, sdk, options, receiver),
            way.isSpring()
                ? springSettings(way, sdk, receiver)
                : List.of(way.name(), sdk.name(), receiver.url()));
    final MetricsReceiver.Arrival arrival = receiver.take();
    final boolean isGlint = arrival != null && arrival.userAgent().contains("Glint");
    if (arrival == null || isGlint != (sdk == Sdk.GLINT)) {
      throw new ForkFailedException(
          way.title()
              + ", "
              + sdk
              + ": "
              + (arrival == null
                  ? "the application has exported nothing"
                  : "metrics were exported by " + arrival.userAgent())
              + "; it told "
              + told);
    }
    return new Start(
        (double) (arrival.nanoTime() - begin) / NANOS_PER_MILLI,
        Double.parseDouble(told.getOrDefault(ProcessorTime.NANOS, "NaN")) / NANOS_PER_MILLI);
  }

  private static String classPath(Way way, Sdk sdk) throws IOException {
    final String own = System.getProperty("java.class.path");
    return switch (way) {
      case PLAIN, AGENT -> own;
      // It is not in the jar of the benchmarks: who has it starts with it.
      case AUTOCONFIGURE ->
          sdk == Sdk.GLINT ? Project.current().autoconfigure() + File.pathSeparator + own : own;
      case BOOT, BOOT_STARTER -> springClassPath(way, sdk);
    };
  }

  /** The example, with the libraries that Spring Boot or OpenTelemetry's starter has chosen. */
  private static String springClassPath(Way way, Sdk sdk) throws IOException {
    final Project project = Project.current();
    final List<String> elements = new ArrayList<>();
    elements.add(project.resolve("examples/spring-boot-4/target/classes").toString());
    // Not the jar of the benchmarks, which has other versions inside.
    elements.add(project.resolve("jmh/target/classes").toString());
    final String libraries =
        way == Way.BOOT_STARTER && sdk == Sdk.STOCK
            ? "jmh/src/stock-spring-boot/target/classpath.txt"
            : "examples/spring-boot-4/target/classpath.txt";
    for (final String library : project.classPath(libraries)) {
      if (sdk == Sdk.GLINT || !project.isOwn(library)) {
        elements.add(library);
      }
    }
    return String.join(File.pathSeparator, elements);
  }

  private static List<String> springSettings(Way way, Sdk sdk, MetricsReceiver receiver) {
    final List<String> settings =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                // The example has Glint's endpoint for scrapes besides; the stock side has none.
                "--management.endpoints.web.exposure.include=health",
                // It is ended without being closed, and would leave a folder.
                "--server.tomcat.basedir=" + Project.current().resolve("jmh/target/tomcat")));
    if (sdk == Sdk.STOCK && way == Way.BOOT) {
      settings.add("--management.otlp.metrics.export.url=" + receiver.url());
      return settings;
    }
    settings.add("--otel.exporter.otlp.metrics.endpoint=" + receiver.url());
    if (sdk == Sdk.GLINT) {
      settings.add("--management.otlp.metrics.export.enabled=false");
    } else {
      // As with Glint's starter.
      settings.add("--otel.instrumentation.micrometer.enabled=true");
      settings.add("--otel.traces.exporter=none");
      settings.add("--otel.logs.exporter=none");
    }
    return settings;
  }

  private static List<String> flags(Way way, Sdk sdk, Options options, MetricsReceiver receiver) {
    final List<String> flags = new ArrayList<>();
    if (way == Way.PLAIN || way.isSpring()) {
      return flags;
    }
    if (way == Way.AGENT) {
      flags.add("-javaagent:" + options.agent());
      if (sdk == Sdk.GLINT) {
        flags.add("-Dotel.javaagent.extensions=" + options.extension());
      }
    }
    flags.add("-Dotel.metrics.exporter=otlp");
    flags.add("-Dotel.traces.exporter=none");
    flags.add("-Dotel.logs.exporter=none");
    flags.add("-Dotel.exporter.otlp.protocol=http/protobuf");
    flags.add("-Dotel.exporter.otlp.metrics.endpoint=" + receiver.url());
    return flags;
  }
}
