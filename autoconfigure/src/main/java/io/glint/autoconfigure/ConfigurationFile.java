package io.glint.autoconfigure;

import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The declarative configuration file that the settings name. The stock SDK has read it to make an
 * SDK, which does not tell what it read. Not loaded without opentelemetry-api-incubator.
 */
final class ConfigurationFile {
  /** The second is the older name. */
  private static final List<String> SETTINGS =
      List.of("otel.config.file", "otel.experimental.config.file");

  /** Where the versions of OpenTelemetry have what parses a file; the newest first. */
  private static final List<String> PARSERS =
      List.of(
          "io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfiguration",
          "io.opentelemetry.sdk.extension.incubator.fileconfig.DeclarativeConfiguration");

  private ConfigurationFile() {}

  /**
   * What is in it, with variables replaced; null if no file is named, or it cannot be read now.
   *
   * @throws ReflectiveOperationException if this version of OpenTelemetry parses it elsewhere, or
   *     it is malformed
   */
  static @Nullable DeclarativeConfigProperties read() throws ReflectiveOperationException {
    final String name = name();
    if (name == null) {
      return null;
    }
    try (InputStream file = Files.newInputStream(Path.of(name))) {
      return (DeclarativeConfigProperties)
          parser().getMethod("toConfigProperties", InputStream.class).invoke(null, file);
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable String name() {
    return SETTINGS.stream()
        .flatMap(key -> Stream.of(System.getProperty(key), System.getenv(Settings.variable(key))))
        .filter(Objects::nonNull)
        .filter(value -> !value.isBlank())
        .findFirst()
        .orElse(null);
  }

  private static Class<?> parser() throws ClassNotFoundException {
    final ClassLoader loader = AutoConfiguredOpenTelemetrySdk.class.getClassLoader();
    for (final String name : PARSERS) {
      try {
        return Class.forName(name, true, loader);
      } catch (ClassNotFoundException e) {
        // It may be of another version.
      }
    }
    throw new ClassNotFoundException(String.join(", or ", PARSERS));
  }
}
