package io.glint.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How much of its processors a virtual machine did not get, because others had them, from a moment
 * on. What others slow down by sharing a core or a cache with it, it does not show.
 */
public final class StolenTime {
  private static final Path STATISTICS = Path.of("/proc/stat");

  /** Columns of the first line: name, user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int STOLEN = 8;

  private final long[] before = ticks();

  private StolenTime() {}

  /** Begins to look. */
  public static StolenTime start() {
    return new StolenTime();
  }

  /** In words; says that it is unknown where the operating system does not tell. */
  public String soFar() {
    final long[] now = ticks();
    final long all = now[1] - before[1];
    return all <= 0
        ? "unknown"
        : String.format(Locale.ROOT, "%.1f %%", 100.0 * (now[0] - before[0]) / all);
  }

  /** Stolen, and all. */
  private static long[] ticks() {
    final long[] ticks = new long[2];
    if (!Files.isReadable(STATISTICS)) {
      return ticks;
    }
    try (Stream<String> lines = Files.lines(STATISTICS)) {
      final String[] columns = lines.findFirst().orElse("").split("\\s+", -1);
      for (int i = 1; i <= STOLEN && i < columns.length; i++) {
        final long column = Long.parseLong(columns[i]);
        ticks[0] = i == STOLEN ? column : 0;
        ticks[1] += column;
      }
    } catch (IOException | NumberFormatException e) {
      return new long[2];
    }
    return ticks;
  }
}
