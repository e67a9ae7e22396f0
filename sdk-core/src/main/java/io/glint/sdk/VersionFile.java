package io.glint.sdk;

import java.io.InputStream;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What version an artifact is, by the file {@code version.properties} beside its classes. The file
 * stays there where several artifacts are packed into one, in which the manifest speaks of
 * something else.
 */
final class VersionFile {
  private VersionFile() {}

  /**
   * Reads the file.
   *
   * @param neighbour a class of the same package
   * @return null if it does not say
   */
  static @Nullable String read(Class<?> neighbour, String key) {
    try (InputStream file = neighbour.getResourceAsStream("version.properties")) {
      final Properties properties = new Properties();
      if (file != null) {
        properties.load(file);
      }
      return properties.getProperty(key);
    } catch (Exception e) {
      // It cannot be read, or may not be.
      return null;
    }
  }
}
