package io.glint.it.prometheus;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Hands scrapes on to an endpoint, and keeps what the scraper was answered. */
final class ScrapeTap implements AutoCloseable {
  /** One answer, and when it was asked for, in seconds since the epoch. */
  static final class Answer {
    private final double asked;
    private final int status;
    private final byte[] bytes;

    private Answer(double asked, int status, byte[] bytes) {
      this.asked = asked;
      this.status = status;
      this.bytes = bytes;
    }

    double asked() {
      return asked;
    }

    int status() {
      return status;
    }

    byte[] bytes() {
      return bytes;
    }

    String body() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final HttpServer server;
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final URI endpoint;

  /** What to ask for; null for what the scraper asks for. */
  private final String accept;

  private final List<Answer> answers = new CopyOnWriteArrayList<>();

  ScrapeTap(int port, String accept) throws IOException {
    this.endpoint = URI.create("http://127.0.0.1:" + port + "/metrics");
    this.accept = accept;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext("/metrics", this::handOn);
    server.start();
  }

  String target() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  List<Answer> answers() {
    return answers;
  }

  private void handOn(HttpExchange exchange) throws IOException {
    final double asked = Topic.seconds();
    try {
      final HttpResponse<byte[]> response =
          CLIENT.send(
              HttpRequest.newBuilder(endpoint)
                  .header(
                      "Accept",
                      accept == null ? exchange.getRequestHeaders().getFirst("Accept") : accept)
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      response
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      final byte[] body = response.body();
      answers.add(new Answer(asked, response.statusCode(), body));
      exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
