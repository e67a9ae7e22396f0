package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.HttpConnection.Phase;
import io.glint.sdk.internal.log.ProblemLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HttpConnectionTest {

  /** RFC 9110, section 5.6.7: what has to be sent has a fixed length. */
  @ParameterizedTest
  @CsvSource({
    "1994-11-06T08:49:37Z, 'Sun, 06 Nov 1994 08:49:37 GMT'",
    "2026-09-30T23:59:59.999Z, 'Wed, 30 Sep 2026 23:59:59 GMT'"
  })
  void theDayOfADateHasTwoDigits(String time, String header) {
    assertThat(HttpConnection.date(Instant.parse(time))).isEqualTo(header);
  }

  /**
   * A connection that was idle for longer than a request may take is not cut when one comes, nor
   * one whose answer took longer to make than a client may do nothing.
   */
  @ParameterizedTest
  @CsvSource({"IDLE, READING", "ANSWERING, SENDING"})
  void aPhaseThatBeginsIsNotTakenToBeAsOldAsTheOneBeforeIt(Phase before, Phase phase)
      throws Exception {
    final long now = System.nanoTime();
    final long hour = TimeUnit.HOURS.toNanos(1);
    final ExecutorService threads = Executors.newSingleThreadExecutor();
    try (ServerSocket server =
            HttpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Socket socket = new Socket()) {
      final HttpListener listener = listener(server);
      final AtomicReference<HttpConnection> current =
          new AtomicReference<>(new HttpConnection(socket, null, listener, this::answer));
      final Future<?> phases =
          threads.submit(
              () -> {
                for (int i = 0; i < 300_000; i++) {
                  final HttpConnection next =
                      new HttpConnection(socket, null, listener, this::answer);
                  next.enter(before, now - hour);
                  current.set(next);
                  for (int pause = i % 100; pause > 0; pause--) {
                    Thread.onSpinWait();
                  }
                  next.enter(phase, now);
                }
              });
      while (!phases.isDone()) {
        assertThat(listener.isTooSlow(current.get(), now)).isFalse();
      }
      phases.get();
      current.get().enter(phase, now - hour);
      assertThat(listener.isTooSlow(current.get(), now)).as("after an hour").isTrue();
    } finally {
      threads.shutdownNow();
    }
  }

  private static HttpListener listener(ServerSocket server) {
    return new HttpListener(
        server,
        null,
        Runnable::run,
        request -> TextResponse.of(200, "", false),
        new HttpLimits(64, 2 * 3_600_000, 10_000, 10_000, 10_000, 10_000),
        ProblemLog.once(Logger.getAnonymousLogger()));
  }

  private OpenMetricsResponse answer(OpenMetricsRequest request) {
    return TextResponse.of(200, "", request.isHead());
  }
}
