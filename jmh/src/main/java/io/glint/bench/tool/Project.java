package io.glint.bench.tool;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the build of the project has made besides the benchmarks. */
public final class Project {
  private final Path root;

  /** At a folder. */
  public Project(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** The one whose {@code ./bench} was called. */
  public static Project current() {
    return new Project(Path.of(System.getProperty("glint.bench.root", ".")));
  }

  /** The newest OpenTelemetry Java agent that the build has fetched; null if it has not. */
  public Path agent() {
    return last("javaagent-extension/target/agents", "opentelemetry-javaagent-*.jar");
  }

  /** Glint's extension of it; null if it was not built. */
  public Path extension() {
    return last("javaagent-extension/target", "glint-javaagent-extension-*.jar");
  }

  /** The auto-configuration; null if it was not built. */
  public Path autoconfigure() {
    return last("autoconfigure/target", "glint-autoconfigure-*.jar");
  }

  /** A file or folder. */
  public Path resolve(String path) {
    return root.resolve(path);
  }

  /** True if the project has made it. */
  public boolean isOwn(String element) {
    return Path.of(element).startsWith(root);
  }

  /** The class path in a file that the build has written. */
  public List<String> classPath(String file) throws IOException {
    return List.of(Files.readString(root.resolve(file)).strip().split(File.pathSeparator));
  }

  /** The last by name; null if there is none. */
  private Path last(String folder, String glob) {
    Path last = null;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(folder), glob)) {
      for (final Path file : files) {
        if (last == null || file.compareTo(last) > 0) {
          last = file;
        }
      }
    } catch (IOException e) {
      // There is no such folder.
    }
    return last;
  }
}
