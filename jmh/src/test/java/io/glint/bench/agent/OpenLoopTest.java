package io.glint.bench.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {
  private static final long STALL_MILLIS = 400;

  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** One thread serves; the tenth request stops it for a while. */
  private void serve(int status) {
    server.createContext(
        "/order",
        exchange -> {
          if (requests.incrementAndGet() == 10) {
            try {
              Thread.sleep(STALL_MILLIS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          // Without a body: its answer would wait for an acknowledgement, 40 ms, in each.
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
  }

  @Test
  void whatWasDueWhileTheServiceStoodStillCountsAsLate() throws Exception {
    serve(200);
    final Histogram latencies = OpenLoop.run(server.getAddress().getPort(), 400, 900, 1);
    assertThat(latencies.getTotalCount()).isEqualTo(requests.get()).isGreaterThan(200);
    // Some 160 were due in the stall; no more than 16 of them could be under way.
    final long late = latencies.getCountBetweenValues(100_000_000, latencies.getMaxValue());
    assertThat(late).isGreaterThan(60);
  }

  @Test
  void aServiceThatAnswersWithAnErrorIsToldAsIs() {
    serve(500);
    assertThatThrownBy(() -> OpenLoop.run(server.getAddress().getPort(), 100, 300, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("500");
  }
}
