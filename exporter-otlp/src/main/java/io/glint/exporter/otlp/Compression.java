package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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

  /** The name of the encoding in a header; null for none. */
  String encoding() {
    return this == GZIP ? "gzip" : null;
  }

  /** The body for a request that was just encoded: a copy, as the encoder is used again. */
  byte[] apply(MetricsEncoder encoded) {
    return this == NONE ? encoded.toByteArray() : gzip(encoded::writeTo, encoded.size());
  }

  /** The body for a request. */
  byte[] apply(byte[] content) {
    return this == NONE ? content : gzip(out -> out.write(content), content.length);
  }

  private static byte[] gzip(Content content, int size) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(size / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      content.writeTo(gzip);
    } catch (IOException e) {
      throw new UncheckedIOException("compressing in memory failed", e);
    }
    return body.toByteArray();
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }
}
