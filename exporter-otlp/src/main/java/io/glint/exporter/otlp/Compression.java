package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** How the body of a request is compressed. */
enum Compression {
  NONE,
  GZIP;

  static Compression parse(String name) {
    return switch (name) {
      case "none" -> NONE;
      case "gzip" -> GZIP;
      default ->
          throw new IllegalArgumentException(
              "The OTLP compression '"
                  + LogText.of(name)
                  + "' is not supported. Use \"gzip\" or \"none\"");
    };
  }

  /** The body for a request that was just encoded: a copy, as the encoder is used again. */
  byte[] apply(MetricsEncoder encoded) {
    if (this == NONE) {
      return encoded.toByteArray();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(encoded.size() / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      encoded.writeTo(gzip);
    } catch (IOException e) {
      throw new UncheckedIOException("compressing in memory failed", e);
    }
    return body.toByteArray();
  }
}
