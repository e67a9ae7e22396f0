package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("long")
class ScrapersTest {

  @Test
  void eachScrapeOfTheFirstEndpointIsTold() throws Exception {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer(server, "/glint", "a_total 3 # {trace_id=\"aa\"} 1.0 1.5\n");
    answer(server, "/stock", "a_total 3 # {trace_id=\"bb\"} 1.0 1.5\n");
    server.start();
    final URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    final BlockingQueue<Set<String>> told = new LinkedBlockingQueue<>();
    try (Scrapers scrapers =
        Scrapers.start(List.of(address.resolve("/glint"), address.resolve("/stock")), told::add)) {
      for (int scraper = 0; scraper < Scrapers.SCRAPERS; scraper++) {
        assertThat(told.poll(30, TimeUnit.SECONDS)).containsExactly("aa");
      }
      assertThat(scrapers.seen(0)).hasSize(Scrapers.SCRAPERS);
    } finally {
      server.stop(0);
    }
  }

  private static void answer(HttpServer server, String path, String text) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            final byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }
}
