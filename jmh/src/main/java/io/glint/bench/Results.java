package io.glint.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The directory that a run writes to: a report, a plot of each group of cases, and all samples. It
 * belongs to that run; what an earlier one has written is never replaced.
 */
public final class Results {
  private static final String REPORT = "results.md";
  private static final String SAMPLES = "samples.csv";

  /** Ignored by git. What is published is put elsewhere by {@code --out}. */
  private static final Path DEFAULT_PARENT = Path.of("docs", "benchmarks", "local");

  private static final int LONGEST_CPU = 32;

  private final Path directory;

  private Results(Path directory) {
    this.directory = directory;
  }

  /**
   * The directory that was asked for.
   *
   * @throws IllegalArgumentException if there is something in it, or it cannot be one
   */
  static Results in(Path directory) {
    requireNew(directory);
    return new Results(directory);
  }

  /**
   * Refuses a directory in which there is something, or that cannot be made: before a run, not at
   * its end.
   *
   * @throws IllegalArgumentException if so
   */
  public static void requireNew(Path directory) {
    if (Files.exists(directory) && !isEmptyDirectory(directory)) {
      throw new IllegalArgumentException(
          "--out "
              + directory
              + ": there is something already, which would be lost; name another directory");
    }
    Path parent = directory.toAbsolutePath();
    while (!Files.exists(parent)) {
      parent = parent.getParent();
    }
    if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new IllegalArgumentException(
          "--out " + directory + ": " + parent + " is not a directory that can be written to");
    }
  }

  private static boolean isEmptyDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new IllegalArgumentException("--out " + directory + ": cannot be read: " + e, e);
    }
  }

  /**
   * A new directory, below the one of the project, whose name says when and where.
   *
   * @param root of the project
   * @param suffix of the name, for what is special about the run; may be empty
   */
  static Results inNewDirectory(Path root, LocalDate date, String cpu, String suffix) {
    final String name =
        date
            + "-jdk"
            + Runtime.version().feature()
            + "-"
            + slug(cpu)
            + (suffix.isEmpty() ? "" : "-" + suffix);
    final Path parent = root.resolve(DEFAULT_PARENT);
    Path directory = parent.resolve(name);
    for (int i = 2; Files.exists(directory); i++) {
      directory = parent.resolve(name + "-" + i);
    }
    return new Results(directory);
  }

  /**
   * A new directory, below the one of the project, whose name says when and where.
   *
   * @param suffix of the name, for what is special about the run; may be empty
   */
  public static Path newDirectory(String suffix) {
    return inNewDirectory(suffix).directory();
  }

  static Results inNewDirectory(String suffix) {
    return inNewDirectory(
        Path.of(System.getProperty("glint.bench.root", "")),
        Environment.today(),
        Environment.cpuModel(),
        suffix);
  }

  /** A name as a part of a file name: {@code AMD EPYC 7B13} becomes {@code amd-epyc-7b13}. */
  static String slug(String name) {
    final String slug =
        name.toLowerCase(Locale.ROOT)
            .replaceAll("\\((r|tm)\\)", "")
            .replaceAll("[^a-z0-9.]+", "-")
            .replaceAll("^[-.]+", "");
    return slug.substring(0, Math.min(slug.length(), LONGEST_CPU)).replaceAll("[-.]+$", "");
  }

  /** Writes all files, in place of what this run wrote before. */
  void write(Report report) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(REPORT), report.toMarkdown());
    Files.writeString(directory.resolve(SAMPLES), report.toCsv());
    for (final Group group : report.groups()) {
      Files.writeString(directory.resolve(group.fileName()), report.chart(group).toString());
    }
  }

  /** Where to look. */
  List<Path> files(Report report) {
    return Stream.concat(Stream.of(REPORT, SAMPLES), report.groups().stream().map(Group::fileName))
        .map(directory::resolve)
        .toList();
  }

  Path directory() {
    return directory;
  }
}
