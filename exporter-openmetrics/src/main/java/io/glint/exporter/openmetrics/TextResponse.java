package io.glint.exporter.openmetrics;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A short answer that is known from the beginning. */
final class TextResponse extends OpenMetricsResponse {

  static final String PLAIN = "text/plain; charset=utf-8";

  private final byte[] body;
  private boolean isClosed;

  private TextResponse(int status, Map<String, String> headers, byte[] body) {
    super(status, headers);
    this.body = body;
  }

  /** Plain text. */
  static TextResponse of(int status, String text, boolean isHead) {
    return of(status, Map.of(), PLAIN, utf8(text), isHead);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static TextResponse methodNotAllowed() {
    return of(
        405,
        Map.of("Allow", "GET, HEAD"),
        PLAIN,
        utf8("Only GET and HEAD are allowed here.\n"),
        false);
  }

  /** The answer to a HEAD request whose GET would be answered 200. */
  static TextResponse headers(Map<String, String> headers) {
    return new TextResponse(200, Map.copyOf(headers), new byte[0]);
  }

  /**
   * Any content.
   *
   * @param more headers besides type and length
   * @param body not copied
   * @param isHead whether the body is not to be sent, only its length
   */
  static TextResponse of(
      int status, Map<String, String> more, String contentType, byte[] body, boolean isHead) {
    final Map<String, String> headers = new LinkedHashMap<>(more);
    headers.put("Content-Type", contentType);
    headers.put("Content-Length", Integer.toString(body.length));
    return new TextResponse(status, Map.copyOf(headers), isHead ? new byte[0] : body);
  }

  @Override
  public long contentLength() {
    return body.length;
  }

  @Override
  public void writeTo(OutputStream stream) throws IOException {
    if (isClosed) {
      throw new IllegalStateException("this response was written or closed before");
    }
    isClosed = true;
    if (body.length > 0) {
      stream.write(body);
    }
    stream.flush();
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
