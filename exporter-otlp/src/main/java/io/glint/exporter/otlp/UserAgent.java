package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The {@code User-Agent} header (OpenTelemetry Protocol Exporter specification, User Agent). */
final class UserAgent {
  private static final String VERSION = version();

  /** Product, then the part that every OTLP exporter sends in this form. */
  static final String DEFAULT = "Glint/" + VERSION + " OTel-OTLP-Exporter-Java/" + VERSION;

  private UserAgent() {}

  private static String version() {
    // A resource, not the manifest: it survives repackaging into one jar.
    try (InputStream in = UserAgent.class.getResourceAsStream("version.properties")) {
      final Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
