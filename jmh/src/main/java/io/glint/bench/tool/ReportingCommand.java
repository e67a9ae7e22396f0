package io.glint.bench.tool;

import io.glint.bench.Environment;
import io.glint.bench.Results;
import io.glint.bench.StolenTime;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * A command that prints what it has measured and where, and writes it to a directory of its own.
 *
 * @param <O> what can be asked of it
 */
public abstract class ReportingCommand<O> extends Command<O> {
  private final String name;
  private final String title;

  /**
   * Describes a command.
   *
   * @param name as on the command line
   * @param title heading of its report
   */
  protected ReportingCommand(String name, String title) {
    this.name = name;
    this.title = title;
  }

  /** As on the command line. */
  protected final String name() {
    return name;
  }

  /** True if it is to be short. */
  protected abstract boolean isQuick(O options);

  /** Where the report goes, or null for a new directory below that of the project. */
  protected abstract Path out(O options);

  /** Measures, and adds what it has found to the report. */
  protected abstract void measure(O options, ToolReport report)
      throws IOException, InterruptedException;

  @Override
  protected final void execute(O options, String[] args, PrintStream out)
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
        out(options) != null
            ? out(options)
            : Results.newDirectory(isQuick(options) ? name + "-quick" : name);
    out.println("\nWritten: " + report.write(directory, name));
  }
}
