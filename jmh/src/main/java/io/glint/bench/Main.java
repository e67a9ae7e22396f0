package io.glint.bench;

import io.glint.bench.tail.TailTool;
import io.glint.bench.tool.Tool;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** Runs the named comparisons and prints their table; see {@code --help}. */
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
    final Tool tool = args.length > 0 ? tool(args[0]) : null;
    if (tool != null) {
      System.exit(tool.run(args));
      return;
    }
    final Arguments arguments;
    try {
      arguments = Arguments.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + Arguments.USAGE);
      System.exit(NOT_UNDERSTOOD);
      return;
    }
    if (arguments.wantsHelp()) {
      System.out.print(Arguments.USAGE);
      return;
    }
    try {
      run(arguments, args);
    } catch (RunnerException e) {
      System.err.println("A benchmark failed; what it wrote is above. " + e.getMessage());
      System.exit(FAILED);
    }
  }

  /** Null if the word names none. */
  private static Tool tool(String name) {
    return switch (name) {
      case "tail" -> new TailTool();
      default -> null;
    };
  }

  private static void run(Arguments arguments, String[] args) throws RunnerException, IOException {
    final long start = System.nanoTime();
    final Map<String, String> facts = Environment.facts();
    facts.put("measured with", arguments.effort().toString());
    facts.put("command", ("./bench " + String.join(" ", args)).strip());
    final PairedRunner runner = new PairedRunner(arguments.effort(), System.err);
    final List<Comparison> comparisons = new ArrayList<>();
    for (final Case benchmarkCase : arguments.cases()) {
      comparisons.add(
          runner.run(
              arguments.threads() > 0
                  ? benchmarkCase.withThreads(arguments.threads())
                  : benchmarkCase));
    }
    facts.put("took", (System.nanoTime() - start) / 1_000_000_000 + " s");
    final Report report = new Report(comparisons, facts);
    // Whatever the locale: the C locale has no plus-minus.
    final PrintStream utf8 =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    utf8.print("\n" + report.toText());
    write(report, arguments.out());
  }

  private static void write(Report report, Path out) throws IOException {
    if (out == null) {
      return;
    }
    if (out.toAbsolutePath().getParent() != null) {
      Files.createDirectories(out.toAbsolutePath().getParent());
    }
    Files.writeString(out, report.toMarkdown());
    System.out.println("Written to " + out);
  }
}
