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
    ServerMessage message = ServerMessage.ofSuccess(PROTOBUF + "; charset=x", PARTIAL_SUCCESS);

    assertThat(message.rejectedPoints()).isEqualTo(1L << 40);
    assertThat(message.text()).isEqualTo("Größe");
  }

  @Test
  void unknownFieldsAreSkipped() {
    ProtoWriter out = new ProtoWriter(1_000);
    out.string(9, "unknown");
    int end = out.size();
    out.string(7, "unknown");
    out.fixed64(6, 5);
    out.int64(1, 3);
    out.endMessage(1, end);
    out.int64(5, 5);

    assertThat(ServerMessage.ofSuccess(PROTOBUF, out.toByteArray()).rejectedPoints()).isEqualTo(3);
  }

  @Test
  void bodyOfAnotherFormSaysNothing() {
    byte[] json = "{\"partialSuccess\":{}}".getBytes(StandardCharsets.UTF_8);

    for (String type : new String[] {"application/json", "text/html", "Application/Problem+JSON"}) {
      assertThat(ServerMessage.ofSuccess(type, json)).isEqualTo(ServerMessage.NOT_UNDERSTOOD);
      assertThat(ServerMessage.ofSuccess(type, PARTIAL_SUCCESS))
          .isEqualTo(ServerMessage.NOT_UNDERSTOOD);
      assertThat(ServerMessage.ofSuccess(type, new byte[0])).isEqualTo(ServerMessage.NONE);
    }
    assertThat(ServerMessage.ofSuccess("", json)).isEqualTo(ServerMessage.NOT_UNDERSTOOD);
    assertThat(ServerMessage.ofSuccess(PROTOBUF, new byte[0])).isEqualTo(ServerMessage.NONE);
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
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] body = PARTIAL_SUCCESS.clone();
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      body = Arrays.copyOf(body, random.nextInt(body.length + 1));
      byte[] malformed = body;
      assertThatCode(() -> ServerMessage.ofSuccess(PROTOBUF, malformed)).doesNotThrowAnyException();
      assertThatCode(() -> ServerMessage.ofFailure(PROTOBUF, malformed)).doesNotThrowAnyException();
    }
  }

  @Test
  void textOfAFailureIsOneShortLine() {
    byte[] text = ("first\r\nsecond\u0007" + "x".repeat(5_000)).getBytes(StandardCharsets.UTF_8);

    String message = ServerMessage.ofFailure("text/plain", text).text();

    assertThat(message).startsWith("first second x").endsWith("...").hasSizeLessThan(1_100);
  }
}
