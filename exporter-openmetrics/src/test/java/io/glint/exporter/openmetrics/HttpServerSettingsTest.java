package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpServerSettingsTest {

  private static final String[] ALL = {
    HttpServerSettings.MAX_REQUEST_SECONDS,
    HttpServerSettings.MAX_RESPONSE_SECONDS,
    HttpServerSettings.NO_DELAY
  };

  @AfterEach
  void reset() {
    for (String property : ALL) {
      System.clearProperty(property);
    }
    HttpServerSettings.apply();
  }

  @Test
  void whatIsNotSetIsSet() {
    for (String property : ALL) {
      System.clearProperty(property);
    }
    OpenMetricsServer.builder().setPort(0).build().close();
    assertThat(ALL).extracting(System::getProperty).containsExactly("60", "600", "true");
  }

  @Test
  void whatTheUserHasSetStays() {
    for (String property : ALL) {
      System.setProperty(property, "7");
    }
    OpenMetricsServer.builder().setPort(0).build().close();
    assertThat(ALL).extracting(System::getProperty).containsOnly("7");
  }

  /** In a JVM of its own, whose server reads the time limit: a minute would be long to wait for. */
  @Test
  void requestThatIsNeverCompletedIsCutOff() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + HttpServerSettings.MAX_REQUEST_SECONDS + "=1",
                "-cp",
                System.getProperty("java.class.path"),
                HalfOpen.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(output).contains("closed by the server");
  }

  /** Sends half a request and waits for what comes. */
  static final class HalfOpen {

    private HalfOpen() {}

    public static void main(String[] arguments) throws Exception {
      try (OpenMetricsServer server =
              OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
        System.out.println(socket.getInputStream().read() < 0 ? "closed by the server" : "answer");
      } catch (SocketTimeoutException e) {
        System.out.println("still open");
      }
    }
  }
}
