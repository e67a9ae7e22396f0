package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

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
  @Nullable String encoding() {
    return this == GZIP ? "gzip" : null;
  }

  /** The body of an encoded request: without compression, the bytes of the request themselves. */
  SentBody body(ProtoWriter content) {
    return body(content.array(), content.start(), content.end());
  }

  /** The body of a request of another form. */
  SentBody body(byte[] content) {
    return body(content, 0, content.length);
  }

  private SentBody body(byte[] content, int start, int end) {
    if (this == NONE) {
      return new SentBody(content, start, end);
    }
    final ByteArrayOutputStream body = new ByteArrayOutputStream((end - start) / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      gzip.write(content, start, end - start);
    } catch (IOException e) {
      throw new UncheckedIOException("compressing in memory failed", e);
    }
    return new SentBody(body.toByteArray());
  }
}
