package io.glint.exporter.otlp;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads one response of HTTP/1.1, or 1.0, from a connection (RFC 9112). */
final class ResponseReader {
  /** Of status line and headers, with those of responses that only say that one will come. */
  private static final int MAX_HEAD = 256 * 1024;

  /** As many as tell apart what else servers send first: the head of a frame of HTTP/2. */
  private static final int FIRST_BYTES = 9;

  private static final String BEGIN = "HTTP/1.";

  /** The status before another protocol, which nobody has asked for. */
  private static final int OTHER_PROTOCOL = 101;

  /** Headers that say where the body ends. Of others the first value is taken. */
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection");

  private final PlainConnection connection;
  private final int maxResponseSize;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private int headSize;
  private boolean isOld;

  ResponseReader(PlainConnection connection, int maxResponseSize) {
    this.connection = connection;
    this.maxResponseSize = maxResponseSize;
  }

  /**
   * Reads status and headers.
   *
   * @throws ProtocolException if they are not those of HTTP/1
   */
  HttpAnswer readHead() throws IOException, InterruptedException {
    int status;
    do {
      headers.clear();
      status = readStatus();
      readHeaders();
    } while (status / 100 == 1 && status != OTHER_PROTOCOL);
    return new HttpAnswer(
        status,
        name -> Optional.ofNullable(headers.get(name)),
        new ReceivedBody(maxResponseSize, status));
  }

  private int readStatus() throws IOException, InterruptedException {
    final String line = line(/* isFirst= */ true);
    // HTTP/1.1 200, with or without words behind it.
    if (line.length() < 12
        || !line.startsWith(BEGIN)
        || line.charAt(8) != ' '
        || (line.length() > 12 && line.charAt(12) != ' ')) {
      throw new ProtocolException("Invalid status line: \"" + line + "\"");
    }
    isOld = line.charAt(7) == '0';
    try {
      final int status = Integer.parseInt(line.substring(9, 12));
      if (status >= 100) {
        return status;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new ProtocolException("Invalid status line: \"" + line + "\"");
  }

  private void readHeaders() throws IOException, InterruptedException {
    for (String line = line(false); !line.isEmpty(); line = line(false)) {
      final int colon = line.indexOf(':');
      // One that begins with a space goes on with the value before.
      if (colon > 0 && line.charAt(0) > ' ') {
        final String name = line.substring(0, colon).trim();
        final boolean isJoined = FRAMING.contains(name.toLowerCase(Locale.ROOT));
        headers.merge(
            name,
            line.substring(colon + 1).trim(),
            (first, next) -> isJoined && !next.equals(first) ? first + ", " + next : first);
      }
    }
  }

  /** Without its end. */
  private String line(boolean isFirst) throws IOException, InterruptedException {
    final StringBuilder line = new StringBuilder();
    while (true) {
      final int next = connection.read();
      if (next < 0) {
        throw isFirst && line.length() > 0
            ? notHttp(line)
            : new EOFException("HTTP/1.1 header parser received no bytes");
      }
      if (next == '\n') {
        break;
      }
      line.append((char) next);
      if (++headSize > MAX_HEAD) {
        throw new ProtocolException(
            "the headers of the response are larger than " + MAX_HEAD + " bytes");
      }
      if (isFirst && line.length() == FIRST_BYTES && line.indexOf("HTTP/") != 0) {
        throw notHttp(line);
      }
    }
    if (line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
      line.setLength(line.length() - 1);
    }
    return line.toString();
  }

  private static IOException notHttp(CharSequence bytes) {
    return new IOException(HttpAdvice.NO_STATUS_LINE + bytes + "]");
  }

  /**
   * Reads the body into the answer.
   *
   * @return whether the connection can be used again
   * @throws ResponseTooLargeException if it is larger than the limit and needed
   * @throws IOException if it breaks off; the answer has what came
   */
  boolean readBody(HttpAnswer answer) throws IOException, InterruptedException {
    final ReceivedBody body = answer.body();
    final String encoding = headers.get("Transfer-Encoding");
    final String length = headers.get("Content-Length");
    final boolean isWhole;
    if (hasNoBody(answer.status())) {
      isWhole = true;
    } else if (encoding != null && encoding.toLowerCase(Locale.ROOT).endsWith("chunked")) {
      isWhole = readChunks(body);
    } else if (length != null) {
      isWhole = readBytes(body, size(length, 10));
    } else {
      isWhole = readUntilEnd(body);
    }
    if (isWhole) {
      body.complete();
    }
    // What has both, or an encoding of which nothing is known, may have another end.
    final boolean isDelimited =
        encoding == null
            ? length != null || hasNoBody(answer.status())
            : length == null && encoding.equalsIgnoreCase("chunked");
    return isWhole
        && isDelimited
        && answer.status() != OTHER_PROTOCOL
        && !isOld
        && !isClosing(headers.get("Connection"));
  }

  private static boolean hasNoBody(int status) {
    return status == 204 || status == 304 || status == OTHER_PROTOCOL;
  }

  private static boolean isClosing(@Nullable String connection) {
    return connection != null && connection.toLowerCase(Locale.ROOT).contains("close");
  }

  private static long size(String text, int radix) throws ProtocolException {
    try {
      final long size = Long.parseLong(text, radix);
      if (size >= 0 && text.charAt(0) != '+') {
        return size;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new ProtocolException("invalid length of a response: \"" + text + "\"");
  }

  /** Answers whether all of it has come, and not been cut off. */
  private boolean readBytes(ReceivedBody body, long size) throws IOException, InterruptedException {
    final byte[] bytes = new byte[(int) Math.min(size, 8192)];
    for (long rest = size; rest > 0; ) {
      final int read = connection.read(bytes, (int) Math.min(rest, bytes.length));
      if (read < 0) {
        throw new EOFException("the response broke off");
      }
      if (!body.add(bytes, 0, read)) {
        return false;
      }
      rest -= read;
    }
    return true;
  }

  private boolean readChunks(ReceivedBody body) throws IOException, InterruptedException {
    while (true) {
      headSize = 0;
      final String line = line(false);
      final int extension = line.indexOf(';');
      final long size = size((extension < 0 ? line : line.substring(0, extension)).trim(), 16);
      if (size == 0) {
        break;
      }
      if (!readBytes(body, size)) {
        return false;
      }
      if (!line(false).isEmpty()) {
        throw new ProtocolException("a chunk of the response is longer than it says");
      }
    }
    // Headers behind the body, which mean nothing here.
    for (String line = line(false); !line.isEmpty(); line = line(false)) {}
    return true;
  }

  private boolean readUntilEnd(ReceivedBody body) throws IOException, InterruptedException {
    final byte[] bytes = new byte[8192];
    for (int read = connection.read(bytes, bytes.length);
        read >= 0;
        read = connection.read(bytes, bytes.length)) {
      if (!body.add(bytes, 0, read)) {
        return false;
      }
    }
    return true;
  }
}
