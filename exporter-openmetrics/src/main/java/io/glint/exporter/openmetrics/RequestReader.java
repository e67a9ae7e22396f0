package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests of HTTP/1.0 and 1.1 (RFC 9112), one after the other: no more of each than the
 * limits below, and never its content. What breaks the rules is refused, and nothing is guessed.
 *
 * <p>Used by one thread.
 */
final class RequestReader {

  /** A longer query is refused by the reader, which says so. */
  static final int MAX_REQUEST_LINE_BYTES = NameFilter.MAX_QUERY_CHARS + 2 * 1024;

  /** Of all header lines. */
  static final int MAX_HEADER_BYTES = 16 * 1024;

  static final int MAX_HEADERS = 100;

  private static final int INITIAL_BYTES = 1024;

  /** A client may send some after the content of a request. */
  private static final int MAX_EMPTY_LINES = 2;

  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  /** What was received: the first lines, without an interpretation of path or headers. */
  record Head(
      String method,
      String path,
      @Nullable String query,
      Map<String, List<String>> headers,
      boolean isPersistent) {
    // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

    @Override
    public boolean equals(Object object) {
      return this == object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** A request that cannot be answered; the connection is of no use any more. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    final int status;
    final String why;

    RefusedException(int status, String message) {
      super(message, null, false, false);
      this.status = status;
      this.why = message;
    }
  }

  private final InputStream in;

  /** Called when the first byte of a request has come. */
  private final Runnable onFirstByte;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private int start;
  private int end;

  RequestReader(InputStream in, Runnable onFirstByte) {
    this.in = in;
    this.onFirstByte = onFirstByte;
  }

  /** Returns the next request; null if the client has sent its last one. */
  @Nullable Head read() throws IOException, RefusedException {
    if (start == end && !fill(buffer.length)) {
      return null;
    }
    onFirstByte.run();
    String line = "";
    for (int i = 0; line.isEmpty() && i <= MAX_EMPTY_LINES; i++) {
      line = line(MAX_REQUEST_LINE_BYTES, 414, "The first line of the request is too long.\n");
      if (line == null) {
        return null;
      }
    }
    final String[] parts = line.split(" ", 4);
    if (parts.length != 3 || !isToken(parts[0]) || !isTarget(parts[1])) {
      throw new RefusedException(400, "The first line is none of a request.\n");
    }
    final boolean is11 = parts[2].equals("HTTP/1.1");
    if (!is11 && !parts[2].equals("HTTP/1.0")) {
      throw parts[2].startsWith("HTTP/")
          ? new RefusedException(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.\n")
          : new RefusedException(400, "The first line is none of a request.\n");
    }
    final Map<String, List<String>> headers = headers();
    final String target = origin(parts[1]);
    final int question = target.indexOf('?');
    return new Head(
        parts[0],
        question < 0 ? target : target.substring(0, question),
        question < 0 ? null : target.substring(question + 1),
        headers,
        isPersistent(is11, headers));
  }

  private Map<String, List<String>> headers() throws IOException, RefusedException {
    final Map<String, List<String>> headers = new HashMap<>();
    int rest = MAX_HEADER_BYTES;
    for (int i = 0; ; i++) {
      final String line =
          line(rest, 431, "The headers are longer than " + MAX_HEADER_BYTES + " bytes.\n");
      if (line == null) {
        throw new RefusedException(400, "The request is not complete.\n");
      }
      if (line.isEmpty()) {
        return headers;
      }
      if (i == MAX_HEADERS) {
        throw new RefusedException(431, "There are more than " + MAX_HEADERS + " headers.\n");
      }
      rest -= line.length() + 1;
      final int colon = line.indexOf(':');
      if (colon < 0 || !isToken(line.substring(0, colon)) || !isText(line)) {
        throw new RefusedException(400, "A header is none.\n");
      }
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), unused -> new ArrayList<>(1))
          .add(line.substring(colon + 1).strip());
    }
  }

  /**
   * Whether another request may follow this one: not in HTTP/1.0, and not after a content, as that
   * is not read.
   */
  private static boolean isPersistent(boolean is11, Map<String, List<String>> headers)
      throws RefusedException {
    final List<String> hosts = headers.getOrDefault("host", List.of());
    if (hosts.size() > 1 || (is11 && hosts.isEmpty())) {
      throw new RefusedException(400, "There has to be one Host.\n");
    }
    final List<String> lengths = headers.getOrDefault("content-length", List.of());
    final boolean hasCoding = headers.containsKey("transfer-encoding");
    if (lengths.size() > 1
        || (hasCoding && !lengths.isEmpty())
        || !lengths.stream().allMatch(length -> length.matches("[0-9]{1,18}"))) {
      throw new RefusedException(400, "The length of the content is not clear.\n");
    }
    final boolean hasContent =
        hasCoding || lengths.stream().anyMatch(length -> !length.matches("0+"));
    final String connection =
        String.join(",", headers.getOrDefault("connection", List.of())).toLowerCase(Locale.ROOT);
    return is11 && !hasContent && !hasElement(connection, "close");
  }

  private static boolean hasElement(String list, String wanted) {
    return Arrays.stream(list.split(",", -1)).anyMatch(element -> element.strip().equals(wanted));
  }

  /** The target without what a proxy is told: {@code http://host:port}. */
  private static String origin(String target) throws RefusedException {
    if (target.startsWith("/") || target.equals("*")) {
      return target;
    }
    final String lower = target.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
      throw new RefusedException(400, "The path does not begin with a slash.\n");
    }
    final int authority = target.indexOf("//") + 2;
    int end = authority;
    while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    final String rest = target.substring(end);
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      final boolean isLetterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!isLetterOrDigit && TOKEN_MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Whether all is visible ASCII, without a fragment, which is never sent. */
  private static boolean isTarget(String text) {
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Whether there is no control character but the tab. */
  private static boolean isText(String text) {
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads up to the next line feed, and takes that and a carriage return before it away.
   *
   * @return null if the client has closed the connection before
   */
  private @Nullable String line(int limit, int statusBeyond, String messageBeyond)
      throws IOException, RefusedException {
    int scanned = start;
    while (true) {
      for (; scanned < end; scanned++) {
        if (buffer[scanned] == '\n') {
          final int length = scanned - start;
          if (length > limit) {
            throw new RefusedException(statusBeyond, messageBeyond);
          }
          final boolean hasReturn = length > 0 && buffer[scanned - 1] == '\r';
          final String line =
              new String(buffer, start, hasReturn ? length - 1 : length, ISO_8859_1);
          start = scanned + 1;
          return line;
        }
      }
      if (end - start > limit) {
        throw new RefusedException(statusBeyond, messageBeyond);
      }
      final int before = start;
      if (!fill(limit + 2)) {
        return null;
      }
      scanned -= before - start;
    }
  }

  /** Reads what is there, at least a byte; false if there is none any more. */
  private boolean fill(int limit) throws IOException {
    if (start == end) {
      start = 0;
      end = 0;
      if (buffer.length > INITIAL_BYTES) {
        // A long request is an exception, and the connection may last.
        buffer = new byte[INITIAL_BYTES];
      }
    } else if (end == buffer.length && start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    } else if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, Math.max(limit, end + 1)));
    }
    final int count = in.read(buffer, end, buffer.length - end);
    if (count <= 0) {
      return false;
    }
    end += count;
    return true;
  }
}
