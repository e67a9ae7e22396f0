package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessageTest {
  private static final String PROTOBUF = "application/x-protobuf";

  private static final byte[] PARTIAL_SUCCESS =
      ExportMetricsServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportMetricsPartialSuccess.newBuilder()
                  .setRejectedDataPoints(1L << 40)
                  .setErrorMessage("Größe"))
          .build()
          .toByteArray();

  @Test
  void partialSuccessIsRead() {
    final ServerMessage message =
        ServerMessage.ofSuccess(PROTOBUF + "; charset=x", PARTIAL_SUCCESS);

    assertThat(message.rejectedPoints()).isEqualTo(1L << 40);
    assertThat(message.text()).isEqualTo("Größe");
  }

  @Test
  void unknownFieldsAreSkipped() {
    final ProtoWriter out = new ProtoWriter(1_000);
    out.string(9, "unknown");
    final int end = out.size();
    out.string(7, "unknown");
    out.fixed64(6, 5);
    out.int64(1, 3);
    out.endMessage(1, end);
    out.int64(5, 5);

    assertThat(ServerMessage.ofSuccess(PROTOBUF, out.toByteArray()).rejectedPoints()).isEqualTo(3);
  }

  @Test
  void bodyOfAnotherFormIsDescribed() {
    final byte[] json = "{\"error\":\n\"no\"}".getBytes(StandardCharsets.UTF_8);

    for (final String type :
        new String[] {"application/json", "text/plain", "Application/Problem+JSON"}) {
      assertThat(ServerMessage.ofSuccess(type, json))
          .isEqualTo(ServerMessage.unreadable("the text '{\"error\": \"no\"}'"));
      assertThat(ServerMessage.ofSuccess(type, PARTIAL_SUCCESS).understood()).isFalse();
      assertThat(ServerMessage.ofSuccess(type, new byte[0])).isEqualTo(ServerMessage.NONE);
    }
    assertThat(ServerMessage.ofSuccess("", json).text())
        .isEqualTo("15 bytes that are no response of OTLP");
    assertThat(ServerMessage.ofSuccess(PROTOBUF, new byte[0])).isEqualTo(ServerMessage.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", " { } ", "{\"partialSuccess\":{}}", "{\"partial_success\": null }"})
  void successWithoutMoreIsUnderstoodInJsonToo(String json) {
    assertThat(ServerMessage.ofSuccess("application/json", json.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(ServerMessage.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html; charset=utf-8", "", "text/plain"})
  void pageIsToldByItsTitle(String contentType) {
    final String page =
        "<!DOCTYPE html>\n<html><head><TITLE lang=en>\n Sign in\u001b[2J </TITLE></head>"
            + "<body>"
            + "x".repeat(5_000);
    final byte[] body = page.getBytes(StandardCharsets.UTF_8);

    assertThat(ServerMessage.ofFailure(contentType, body).text())
        .isEqualTo("an HTML page titled 'Sign in [2J'");
    assertThat(ServerMessage.ofSuccess(contentType, body))
        .isEqualTo(ServerMessage.unreadable("an HTML page titled 'Sign in [2J'"));
    assertThat(ServerMessage.ofFailure("text/html", new byte[] {'<'}).text())
        .isEqualTo("an HTML page");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "application/protobuf",
        "application/vnd.google.protobuf",
        "application/octet-stream",
        "APPLICATION/X-PROTOBUF"
      })
  void partialSuccessIsReadUnlessTheTypeSaysOtherwise(String contentType) {
    assertThat(ServerMessage.ofSuccess(contentType, PARTIAL_SUCCESS).text()).isEqualTo("Größe");
  }

  @Test
  void malformedBodiesNeverThrow() {
    final Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] body = PARTIAL_SUCCESS.clone();
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      body = Arrays.copyOf(body, random.nextInt(body.length + 1));
      final byte[] malformed = body;
      assertThatCode(() -> ServerMessage.ofSuccess(PROTOBUF, malformed)).doesNotThrowAnyException();
      assertThatCode(() -> ServerMessage.ofFailure(PROTOBUF, malformed)).doesNotThrowAnyException();
    }
  }

  @Test
  void textOfAFailureIsOneShortLine() {
    final byte[] text =
        ("first\r\nsecond\u0007" + "x".repeat(5_000)).getBytes(StandardCharsets.UTF_8);

    final String message = ServerMessage.ofFailure("text/plain", text).text();

    assertThat(message).startsWith("first second x").endsWith("...").hasSizeLessThan(1_100);
  }
}
