package io.glint.bench.tool;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of the same kind as this one, usually with the same class path, that measures one side and
 * ends, so that neither side sees what the other has done to the heap and to the compiled code. It
 * tells what it found in lines of its standard output, see {@link #tell}.
 */
public final class ChildJvm {
  private static final String PREFIX = "result\t";
  private static final int PATIENCE_MINUTES = 30;

  private ChildJvm() {}

  /** For the child: tells one result to the parent. The value must be one line. */
  public static void tell(String key, Object value) {
    System.out.println(PREFIX + key + '\t' + value);
  }

  /**
   * Runs a child and waits for it.
   *
   * @param flags of the JVM
   * @param args of the main method
   * @return what the child told, in its order
   * @throws ForkFailedException if the child fails, or tells nothing
   */
  public static Map<String, String> run(Class<?> main, List<String> flags, List<String> args)
      throws IOException, InterruptedException {
    return run(main, System.getProperty("java.class.path"), flags, args);
  }

  /** As {@link #run(Class, List, List)}, with another class path. */
  public static Map<String, String> run(
      Class<?> main, String classPath, List<String> flags, List<String> args)
      throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(args);
    final File output = File.createTempFile("glint-bench", ".log");
    final Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    try {
      process.getOutputStream().close();
      final boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      final List<String> lines = Files.readAllLines(output.toPath(), StandardCharsets.UTF_8);
      final Map<String, String> results = results(lines);
      if (!ended || process.exitValue() != 0 || results.isEmpty()) {
        throw new ForkFailedException(
            String.join("\n", lines)
                + "\nA child JVM "
                + (ended
                    ? "ended with " + process.exitValue()
                    : "took longer than " + PATIENCE_MINUTES + " minutes")
                + "; what it wrote is above. It was: "
                + String.join(" ", command));
      }
      return results;
    } finally {
      process.destroyForcibly();
      Files.delete(output.toPath());
    }
  }

  /** Finds the results among what a child wrote. */
  static Map<String, String> results(List<String> lines) {
    final Map<String, String> results = new LinkedHashMap<>();
    for (final String line : lines) {
      if (line.startsWith(PREFIX)) {
        final String[] parts = line.substring(PREFIX.length()).split("\t", 2);
        results.put(parts[0], parts.length == 2 ? parts[1] : "");
      }
    }
    return results;
  }
}
