package io.glint.bench;

import io.glint.bench.agent.AgentTool;
import io.glint.bench.builds.BuildsTool;
import io.glint.bench.memory.MemoryTool;
import io.glint.bench.scale.ScaleTool;
import io.glint.bench.scale.SlowestTool;
import io.glint.bench.startup.StartupTool;
import io.glint.bench.tail.TailTool;
import io.glint.bench.tool.Command;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** Runs the named comparisons, prints their table and writes it with plots; see {@code --help}. */
public final class Main {
  private static final int FAILED = 1;
  private static final int NOT_UNDERSTOOD = 2;

  private Main() {}

  /** Entry point. */
  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals("--jmh")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    final Command<?> command = args.length > 0 ? command(args[0]) : null;
    if (command != null) {
      System.exit(command.run(args));
      return;
    }
    final Arguments arguments;
    final Results results;
    try {
      arguments = Arguments.parse(args);
      results = results(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n./bench --help says what there is.");
      System.exit(NOT_UNDERSTOOD);
      return;
    }
    if (arguments.wantsHelp()) {
      System.out.print(Arguments.USAGE);
      return;
    }
    try {
      run(arguments, results, args);
    } catch (RunnerException e) {
      System.err.println("A benchmark failed; what it wrote is above. " + e.getMessage());
      System.exit(FAILED);
    }
  }

  /** Null if the word names none. */
  private static Command<?> command(String name) {
    return switch (name) {
      case "tail" -> new TailTool();
      case "memory" -> new MemoryTool();
      case "scale" -> new ScaleTool();
      case "slowest" -> new SlowestTool();
      case "builds" -> new BuildsTool();
      case "agent" -> new AgentTool();
      case "startup" -> new StartupTool();
      default -> null;
    };
  }

  private static Results results(Arguments arguments) {
    return arguments.out() != null
        ? Results.in(arguments.out())
        : Results.inNewDirectory(arguments.name());
  }

  private static void run(Arguments arguments, Results results, String[] args)
      throws RunnerException, IOException {
    final long start = System.nanoTime();
    final StolenTime stolen = StolenTime.start();
    final Map<String, String> facts = Environment.facts();
    facts.putAll(arguments.own());
    facts.put("measured with", arguments.effort().toString());
    facts.put("command", ("./bench " + String.join(" ", args)).strip());
    System.err.printf(
        Locale.ROOT,
        "%d cases, about %.0f minutes; results so far are always in %s%n",
        arguments.cases().size(),
        Math.ceil(
            arguments.cases().stream().mapToDouble(arguments.effort()::secondsFor).sum() / 60),
        results.directory());
    final PairedRunner runner = new PairedRunner(arguments.effort(), System.err);
    final List<Comparison> comparisons = new ArrayList<>();
    Report report = new Report(comparisons, facts);
    for (final Case benchmarkCase : arguments.cases()) {
      comparisons.add(runner.run(benchmarkCase));
      facts.put(
          "measured",
          comparisons.size()
              + " of "
              + arguments.cases().size()
              + " cases in "
              + (System.nanoTime() - start) / 1_000_000_000
              + " s");
      facts.put("stolen by other virtual machines", stolen.soFar());
      report = new Report(comparisons, facts);
      results.write(report);
    }
    final PrintStream out = Command.output();
    out.print("\n" + report.toText() + "\n");
    results.files(report).forEach(file -> out.println("Written: " + file));
  }
}
