package io.glint.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs a command of README.md as it stands there. */
public final class ReadmeCommand {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```bash\\n(.*?)^```$");

  private ReadmeCommand() {}

  /**
   * Makes ready to run the only command that begins so, by a shell, with the {@code java} of the
   * test and without settings of OpenTelemetry from outside.
   *
   * @param folder the current one of the command, which has the files that it names
   */
  public static ProcessBuilder in(Path folder, String beginning) throws IOException {
    final List<String> commands =
        BLOCK
            .matcher(Files.readString(readme()))
            .results()
            .map(block -> block.group(1))
            .filter(command -> command.startsWith(beginning))
            .toList();
    if (commands.size() != 1) {
      throw new AssertionError("commands of README.md that begin so: " + commands);
    }
    final ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", "exec env " + commands.get(0)).directory(folder.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(
            name ->
                name.startsWith("OTEL_") || name.startsWith("GLINT_") || name.startsWith("JAVA_T"));
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("java.home"), "bin").toString(),
            (path, java) -> java + File.pathSeparator + path);
    return builder;
  }

  /** The one of the repository, in whichever folder of a module the tests run. */
  private static Path readme() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = folder.getParent();
    }
    return folder.resolve("README.md");
  }

  /**
   * Writes a jar that starts a program and has nothing in itself.
   *
   * @param classPath folders and jars, as the JVM takes them
   */
  public static void writeJar(Path jar, Class<?> program, String classPath) throws IOException {
    final Manifest manifest = new Manifest();
    final Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, program.getName());
    attributes.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(classPath.split(File.pathSeparator))
            .map(place -> Path.of(place).toUri().toString())
            .collect(Collectors.joining(" ")));
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }
}
