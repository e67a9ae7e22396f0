package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server has to say about a request: the {@code partial_success} of an {@code
 * ExportMetricsServiceResponse}, or the message of a {@code google.rpc.Status}.
 *
 * @param rejectedPoints the number of points the server did not take
 * @param text one line for people, fit for a log; empty if the server said nothing
 * @param understood whether the body was empty or of the form it should have; if not, the text says
 *     what it is
 */
record ServerMessage(long rejectedPoints, String text, boolean understood) {
  static final ServerMessage NONE = new ServerMessage(0, "", true);

  /** Of a longer text more than this is not read. */
  private static final int MAX_BYTES = 4 * ExportFailure.MAX_CHARS;

  private static final Pattern TITLE =
      Pattern.compile("<title[^>]*>([^<]*)", Pattern.CASE_INSENSITIVE);

  /** How a server says in JSON that it took everything. */
  private static final Pattern EMPTY_JSON =
      Pattern.compile(
          "\\{\\s*(\"(partialSuccess|partial_success)\"\\s*:\\s*(\\{\\s*}|null)\\s*)?}");

  /** The same with something to say; servers write either form of the names. */
  private static final Pattern PARTIAL_SUCCESS =
      Pattern.compile("\\{\\s*\"(partialSuccess|partial_success)\"\\s*:");

  private static final Pattern REJECTED =
      Pattern.compile("\"(?:rejectedDataPoints|rejected_data_points)\"\\s*:\\s*\"?(\\d{1,18})\\b");

  private static final Pattern ERROR_MESSAGE =
      Pattern.compile("\"(?:errorMessage|error_message)\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)");

  private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)");

  private static final int RESPONSE_PARTIAL_SUCCESS = 1;
  private static final int PARTIAL_SUCCESS_REJECTED = 1;
  private static final int PARTIAL_SUCCESS_MESSAGE = 2;
  private static final int STATUS_MESSAGE = 2;

  /** Reads the body of an answer by its HTTP status. */
  static ServerMessage of(int status, String contentType, byte[] body) {
    return status / 100 == 2 ? ofSuccess(contentType, body) : ofFailure(contentType, body);
  }

  /**
   * Reads the body of a successful response. Some servers and proxies give it another content type
   * than they should, or none: it is read unless its type says that it is something else.
   */
  static ServerMessage ofSuccess(String contentType, byte[] body) {
    if (body.length == 0) {
      return NONE;
    }
    if (isHtml(contentType, body)) {
      return unreadable(page(body));
    }
    if (isTextual(contentType)) {
      return ofText(text(body));
    }
    try {
      ServerMessage message = NONE;
      final ProtoReader response = new ProtoReader(body);
      for (int field = response.nextField(); field != 0; field = response.nextField()) {
        if (field == RESPONSE_PARTIAL_SUCCESS && response.wireType() == ProtoReader.WIRE_LENGTH) {
          message = readPartialSuccess(response.readMessage());
        } else {
          response.skip();
        }
      }
      return message;
    } catch (IllegalArgumentException e) {
      // The request was accepted, whatever this is.
      return unreadable(body.length + " bytes that are no response of OTLP");
    }
  }

  /** Reads the body of a failure: a status message, or else plain text. */
  static ServerMessage ofFailure(String contentType, byte[] body) {
    if (isProtobuf(contentType)) {
      try {
        return new ServerMessage(0, readStatus(new ProtoReader(body)), true);
      } catch (IllegalArgumentException e) {
        return new ServerMessage(0, "", false);
      }
    }
    return new ServerMessage(0, isHtml(contentType, body) ? page(body) : text(body), true);
  }

  /**
   * Says that a body is not of the form it should have.
   *
   * @param what it is instead
   */
  static ServerMessage unreadable(String what) {
    return new ServerMessage(0, what, false);
  }

  private static ServerMessage ofText(String text) {
    if (EMPTY_JSON.matcher(text).matches()) {
      return NONE;
    }
    final Matcher rejected = REJECTED.matcher(text);
    final Matcher message = ERROR_MESSAGE.matcher(text);
    final boolean hasMessage = message.find();
    if (!PARTIAL_SUCCESS.matcher(text).lookingAt() || !(rejected.find() || hasMessage)) {
      return unreadable("the text '" + text + "'");
    }
    final String said =
        hasMessage ? LogText.of(unescape(message.group(1)), ExportFailure.MAX_CHARS) : "";
    rejected.reset();
    return new ServerMessage(
        rejected.find() ? Long.parseLong(rejected.group(1)) : 0, said.strip(), true);
  }

  /** Undoes the escapes of a JSON string. */
  private static String unescape(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            escape -> {
              final String code = escape.group(1);
              final char c = code.charAt(0);
              return Matcher.quoteReplacement(
                  switch (c) {
                    case 'u' -> Character.toString((char) Integer.parseInt(code.substring(1), 16));
                    case 'n', 'r', 't', 'b', 'f' -> " ";
                    default -> code;
                  });
            });
  }

  private static ServerMessage readPartialSuccess(ProtoReader partialSuccess) {
    long rejected = 0;
    String text = "";
    for (int field = partialSuccess.nextField(); field != 0; field = partialSuccess.nextField()) {
      if (field == PARTIAL_SUCCESS_REJECTED
          && partialSuccess.wireType() == ProtoReader.WIRE_VARINT) {
        rejected = partialSuccess.readVarint();
      } else if (field == PARTIAL_SUCCESS_MESSAGE
          && partialSuccess.wireType() == ProtoReader.WIRE_LENGTH) {
        text = LogText.of(partialSuccess.readString(), ExportFailure.MAX_CHARS).strip();
      } else {
        partialSuccess.skip();
      }
    }
    return new ServerMessage(rejected, text, true);
  }

  private static String readStatus(ProtoReader status) {
    String text = "";
    for (int field = status.nextField(); field != 0; field = status.nextField()) {
      if (field == STATUS_MESSAGE && status.wireType() == ProtoReader.WIRE_LENGTH) {
        text = LogText.of(status.readString(), ExportFailure.MAX_CHARS).strip();
      } else {
        status.skip();
      }
    }
    return text;
  }

  private static boolean isProtobuf(String contentType) {
    return contentType.regionMatches(true, 0, "application/x-protobuf", 0, 22);
  }

  private static boolean isTextual(String contentType) {
    final String type = contentType.strip().toLowerCase(Locale.ROOT);
    return type.startsWith("text/") || type.contains("json");
  }

  private static boolean isHtml(String contentType, byte[] body) {
    return !isProtobuf(contentType) && text(body).startsWith("<");
  }

  /** A page in a few words: all of it would fill the log. */
  private static String page(byte[] body) {
    final Matcher title = TITLE.matcher(text(body));
    return title.find() && !title.group(1).isBlank()
        ? "an HTML page titled '" + LogText.of(title.group(1).strip()) + "'"
        : "an HTML page";
  }

  private static String text(byte[] body) {
    final int length = Math.min(body.length, MAX_BYTES);
    final String text = new String(body, 0, length, StandardCharsets.UTF_8);
    return LogText.of(text, ExportFailure.MAX_CHARS).strip();
  }
}
