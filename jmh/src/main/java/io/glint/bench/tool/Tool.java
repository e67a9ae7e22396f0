package io.glint.bench.tool;

import io.glint.bench.Environment;
import io.glint.bench.Results;
import io.glint.bench.StolenTime;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One measuring tool of {@code ./bench NAME}. */
public abstract class Tool extends Command<ToolOptions> {
  private static final String OPTIONS =
      """

        --quick      smaller and shorter, about a minute: to see whether something is badly wrong
        --out DIR    a directory that is new or empty, for the report as Markdown and its plots as
                     SVG; if none is named, a new one below docs/benchmarks/local of the project
        --help       this text

      Exit status: 0 when all was measured, targets met or not; 1 when a measurement failed; 2 for a
      command line that is not understood. JAVA_HOME chooses the JDK.
      """;

  private final String name;
  private final String title;

  /**
   * Describes a tool.
   *
   * @param name as on the command line
   * @param title heading of its report
   */
  protected Tool(String name, String title) {
    this.name = name;
    this.title = title;
  }

  /** What {@code --help} says of what is measured: some lines. */
  protected abstract String description();

  /** Measures, and adds what it has found to the report. */
  protected abstract void measure(ToolOptions options, ToolReport report)
      throws IOException, InterruptedException;

  @Override
  protected final ToolOptions parse(List<String> args) {
    return ToolOptions.parse(args);
  }

  @Override
  protected final boolean wantsHelp(ToolOptions options) {
    return options.wantsHelp();
  }

  @Override
  protected final void execute(ToolOptions options, String[] args, PrintStream out)
      throws IOException, InterruptedException {
    final long start = System.nanoTime();
    final StolenTime stolen = StolenTime.start();
    final Map<String, String> facts = Environment.facts();
    facts.put("command", "./bench " + String.join(" ", args));
    final ToolReport report = new ToolReport(title);
    measure(options, report);
    facts.put("took", (System.nanoTime() - start) / 1_000_000_000 + " s");
    facts.put("stolen by other virtual machines", stolen.soFar());
    report.heading("How it was measured");
    report.list(
        facts.entrySet().stream().map(fact -> fact.getKey() + ": " + fact.getValue()).toList());
    out.print("\n" + report.toText());
    final Path directory =
        options.out() != null
            ? options.out()
            : Results.newDirectory(options.isQuick() ? name + "-quick" : name);
    out.println("\nWritten: " + report.write(directory, name));
  }

  @Override
  protected final String usage() {
    return "./bench " + name + " [options]\n\n" + description() + OPTIONS;
  }

  /** Reads a side's name from a fork's arguments. */
  protected static List<String> words(Object... words) {
    return Arrays.stream(words).map(Object::toString).toList();
  }
}
