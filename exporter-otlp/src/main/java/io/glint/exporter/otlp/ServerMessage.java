package io.glint.exporter.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a server has to say about a request: the {@code partial_success} of an {@code
 * ExportMetricsServiceResponse}, or the message of a {@code google.rpc.Status}.
 *
 * @param rejectedPoints the number of points the server did not take
 * @param text one line for people; empty if the server said nothing
 * @param understood whether the body was empty or of the form it should have
 */
record ServerMessage(long rejectedPoints, String text, boolean understood) {
  static final ServerMessage NONE = new ServerMessage(0, "", true);
  static final ServerMessage NOT_UNDERSTOOD = new ServerMessage(0, "", false);

  /** A longer text is cut: it goes into a log message. */
  private static final int MAX_CHARS = 1024;

  private static final int RESPONSE_PARTIAL_SUCCESS = 1;
  private static final int PARTIAL_SUCCESS_REJECTED = 1;
  private static final int PARTIAL_SUCCESS_MESSAGE = 2;
  private static final int STATUS_MESSAGE = 2;

  /**
   * Reads the body of a successful response. Some servers and proxies give it another content type
   * than they should, or none: it is read unless its type says that it is something else.
   */
  static ServerMessage ofSuccess(String contentType, byte[] body) {
    if (body.length == 0) {
      return NONE;
    }
    if (isTextual(contentType)) {
      return NOT_UNDERSTOOD;
    }
    try {
      ServerMessage message = NONE;
      ProtoReader response = new ProtoReader(body);
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
      return NOT_UNDERSTOOD;
    }
  }

  /** Reads the body of a failure: a status message, or else plain text. */
  static ServerMessage ofFailure(String contentType, byte[] body) {
    if (isProtobuf(contentType)) {
      try {
        return new ServerMessage(0, readStatus(new ProtoReader(body)), true);
      } catch (IllegalArgumentException e) {
        return NOT_UNDERSTOOD;
      }
    }
    int length = Math.min(body.length, 4 * MAX_CHARS);
    return new ServerMessage(0, oneLine(new String(body, 0, length, StandardCharsets.UTF_8)), true);
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
        text = oneLine(partialSuccess.readString());
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
        text = oneLine(status.readString());
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
    String type = contentType.strip().toLowerCase(Locale.ROOT);
    return type.startsWith("text/") || type.contains("json");
  }

  /** Without line breaks and control characters, which could forge log lines. */
  static String oneLine(String text) {
    String cut = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}+", " ").trim();
  }
}
