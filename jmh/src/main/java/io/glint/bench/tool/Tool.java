package io.glint.bench.tool;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** One measuring tool of {@code ./bench NAME}. */
public abstract class Tool extends ReportingCommand<ToolOptions> {
  private static final String OPTIONS =
      """

        --quick      smaller and shorter, about a minute: to see whether something is badly wrong
        --out DIR    a directory that is new or empty, for the report as Markdown and its plots as
                     SVG; if none is named, a new one below docs/benchmarks/local of the project
        --help       this text

      Exit status: 0 when all was measured, targets met or not; 1 when a measurement failed; 2 for a
      command line that is not understood. JAVA_HOME chooses the JDK.
      """;

  /**
   * Describes a tool.
   *
   * @param name as on the command line
   * @param title heading of its report
   */
  protected Tool(String name, String title) {
    super(name, title);
  }

  /** What {@code --help} says of what is measured: some lines. */
  protected abstract String description();

  @Override
  protected final ToolOptions parse(List<String> args) {
    return ToolOptions.parse(args);
  }

  @Override
  protected final boolean wantsHelp(ToolOptions options) {
    return options.wantsHelp();
  }

  @Override
  protected final boolean isQuick(ToolOptions options) {
    return options.isQuick();
  }

  @Override
  protected final Path out(ToolOptions options) {
    return options.out();
  }

  @Override
  protected final String usage() {
    return "./bench " + name() + " [options]\n\n" + description() + OPTIONS;
  }

  /** Reads a side's name from a fork's arguments. */
  protected static List<String> words(Object... words) {
    return Arrays.stream(words).map(Object::toString).toList();
  }
}
