package io.glint.exporter.otlp;

import java.nio.charset.StandardCharsets;

/**
 * What a server has to say about a request: the {@code partial_success} of an {@code
 * ExportMetricsServiceResponse}, or the message of a {@code google.rpc.Status}.
 *
 * @param rejectedPoints the number of points the server did not take
 * @param text one line for people; empty if the server said nothing
 */
record ServerMessage(long rejectedPoints, String text) {
  static final ServerMessage NONE = new ServerMessage(0, "");

  /** A longer text is cut: it goes into a log message. */
  private static final int MAX_CHARS = 1024;

  private static final int RESPONSE_PARTIAL_SUCCESS = 1;
  private static final int PARTIAL_SUCCESS_REJECTED = 1;
  private static final int PARTIAL_SUCCESS_MESSAGE = 2;
  private static final int STATUS_MESSAGE = 2;

  /** Reads the body of a successful response. A body of any other form says nothing. */
  static ServerMessage ofSuccess(String contentType, byte[] body) {
    if (!isProtobuf(contentType)) {
      return NONE;
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
      return NONE;
    }
  }

  /** Reads the body of a failure: a status message, or else plain text. */
  static ServerMessage ofFailure(String contentType, byte[] body) {
    if (isProtobuf(contentType)) {
      try {
        return new ServerMessage(0, readStatus(new ProtoReader(body)));
      } catch (IllegalArgumentException e) {
        return NONE;
      }
    }
    int length = Math.min(body.length, 4 * MAX_CHARS);
    return new ServerMessage(0, oneLine(new String(body, 0, length, StandardCharsets.UTF_8)));
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
    return new ServerMessage(rejected, text);
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

  /** Without line breaks and control characters, which could forge log lines. */
  private static String oneLine(String text) {
    String cut = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}+", " ").trim();
  }
}
