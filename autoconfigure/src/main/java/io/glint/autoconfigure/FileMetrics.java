package io.glint.autoconfigure;

import io.opentelemetry.api.incubator.ExtendedOpenTelemetry;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.util.List;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Reads the node of Glint in a declarative configuration file. It is where the schema of the
 * specification lets anything stand, so that each version of OpenTelemetry takes the file:
 *
 * <pre>{@code
 * instrumentation/development:
 *   java:
 *     glint:
 *       exporters: glint
 *       exemplar_span_marking: true
 *       views: []
 * }</pre>
 *
 * <p>What is malformed is reported and left out. Not loaded without opentelemetry-api-incubator.
 */
final class FileMetrics {
  private static final String INSTRUMENTATION = "instrumentation/development";
  private static final String LANGUAGE = INSTRUMENTATION + ".java";
  private static final List<String> KEYS =
      List.of(
          "exporters",
          "exemplar_span_marking",
          "exemplar_span_marking_key",
          "otlp",
          "prometheus",
          "views");

  private FileMetrics() {}

  /** Adds what the file says that the SDK was made from. */
  static void read(OpenTelemetrySdk sdk, FileExtensions to) {
    final DeclarativeConfigProperties file = file();
    final FileNode glint = glint(sdk, file);
    glint.refuseOthersThan(KEYS);
    FileViews.read(glint, to.views);
    final Boolean isMarking = glint.truth("exemplar_span_marking", "false");
    if (Boolean.TRUE.equals(isMarking)) {
      final String key = glint.text("exemplar_span_marking_key", "exemplar");
      to.provider = builder -> Takeover.markSpans(builder, key);
    }
    final String whose = glint.word("exporters", List.of("glint", "stock"), "glint");
    final DeclarativeConfigProperties metrics =
        file == null ? null : file.getStructured("meter_provider");
    if (metrics != null && !"stock".equals(whose)) {
      to.readers = FileReaders.of(new FileNode("meter_provider", metrics), glint)::inPlaceOf;
    }
  }

  private static @Nullable DeclarativeConfigProperties file() {
    try {
      return ConfigurationFile.read();
    } catch (ReflectiveOperationException e) {
      Settings.log(
          Level.INFO,
          "Glint could not read the configuration file. Metrics are recorded by Glint, and read"
              + " and sent by the stock SDK.",
          e);
      return null;
    }
  }

  /** The node of Glint; an empty one if it is absent. */
  private static FileNode glint(OpenTelemetrySdk sdk, @Nullable DeclarativeConfigProperties file) {
    DeclarativeConfigProperties instrumentation = null;
    try {
      if (sdk instanceof ExtendedOpenTelemetry extended) {
        instrumentation = extended.getConfigProvider().getInstrumentationConfig();
      }
    } catch (LinkageError e) {
      // Before 1.55 an SDK does not tell.
    }
    if (instrumentation == null && file != null) {
      instrumentation = file.getStructured(INSTRUMENTATION);
    }
    final DeclarativeConfigProperties java =
        instrumentation == null ? null : instrumentation.getStructured("java");
    final FileNode glint =
        java == null
            ? null
            : new FileNode(LANGUAGE, java)
                .child("glint", "a mapping with the keys " + String.join(", ", KEYS), "nothing");
    return glint == null
        ? new FileNode(LANGUAGE + ".glint", DeclarativeConfigProperties.empty())
        : glint;
  }
}
