package io.glint.bench.tool;

import io.glint.bench.Results;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The command line of a tool.
 *
 * @param isQuick true to spend about a minute
 * @param out directory for the report and its plots, or null for a new one below that of the
 *     project
 */
public record ToolOptions(boolean isQuick, Path out, boolean wantsHelp) {
  /**
   * Reads what follows the tool's name.
   *
   * @throws IllegalArgumentException if it is not understood
   */
  public static ToolOptions parse(List<String> args) {
    boolean isQuick = false;
    Path out = null;
    boolean wantsHelp = false;
    final Deque<String> rest = new ArrayDeque<>(args);
    while (!rest.isEmpty()) {
      final String option = rest.remove();
      switch (option) {
        case "--quick" -> isQuick = true;
        case "--out" -> {
          if (rest.isEmpty()) {
            throw new IllegalArgumentException("--out needs a directory");
          }
          out = Path.of(rest.remove());
        }
        case "--help", "-h" -> wantsHelp = true;
        default -> throw new IllegalArgumentException("Unknown option " + option);
      }
    }
    if (out != null && !wantsHelp) {
      Results.requireNew(out);
    }
    return new ToolOptions(isQuick, out, wantsHelp);
  }

  /** One of two, by how much time is to be spent. */
  public int choose(int quick, int full) {
    return isQuick ? quick : full;
  }
}
