package io.glint.exporter.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.FreePort;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers may answer over plain HTTP, and what becomes of the connection. */
@Timeout(30)
class PlainHttpClientTest {
  private static final byte[] BODY = "points".getBytes(ISO_8859_1);

  private static PlainHttpClient client(String endpoint) {
    return new PlainHttpClient(
        OtlpMetricExporter.builder().setEndpoint(endpoint).setMaxResponseSize(1000));
  }

  private static HttpExchange exchange(PlainHttpClient client) {
    return client.exchange(Map.of("X-Key", "value"), new SentBody(BODY));
  }

  private static HttpAnswer answer(RawServer server) throws IOException, InterruptedException {
    return exchange(client(server.url("http"))).make();
  }

  private static String text(HttpAnswer answer) {
    return new String(answer.body().bytes(), ISO_8859_1);
  }

  /** Answers as many requests of each connection, with the same bytes. */
  private static RawServer answering(int requests, String response) throws IOException {
    return new RawServer(
        connection -> {
          for (int i = 0; i < requests; i++) {
            RawServer.readRequest(connection.getInputStream());
            connection.getOutputStream().write(response.getBytes(ISO_8859_1));
          }
        });
  }

  @Test
  void aRequestHasWhatHttpAsksFor() throws Exception {
    final CompletableFuture<String> received = new CompletableFuture<>();
    try (RawServer server =
        new RawServer(
            connection -> {
              final StringBuilder all = new StringBuilder();
              final InputStream in = connection.getInputStream();
              while (!all.toString().endsWith("points")) {
                all.append((char) in.read());
              }
              received.complete(all.toString());
              connection.getOutputStream().write("HTTP/1.1 204 \r\n\r\n".getBytes(ISO_8859_1));
            })) {
      final String url = server.url("http");
      final HttpAnswer answer = exchange(client(url + "/\u00fc?a=%20b#no")).make();
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.body().isComplete()).isTrue();
      assertThat(received.get())
          .isEqualTo(
              "POST /v1/metrics/%C3%BC?a=%20b HTTP/1.1\r\nHost: "
                  + URI.create(url).getAuthority()
                  + "\r\nContent-Length: 6\r\nX-Key: value\r\n\r\npoints");
    }
  }

  /** Users are allowed to with the property jdk.httpclient.allowRestrictedHeaders. */
  @Test
  void aHostOfTheUserReplacesThatOfTheEndpoint() throws Exception {
    final CompletableFuture<String> received = new CompletableFuture<>();
    try (RawServer server =
        new RawServer(
            connection -> {
              received.complete(RawServer.readRequest(connection.getInputStream()));
              connection.getOutputStream().write("HTTP/1.1 204 \r\n\r\n".getBytes(ISO_8859_1));
            })) {
      final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.put("host", "tenant");
      assertThat(client(server.url("http")).exchange(headers, new SentBody(BODY)).make().status())
          .isEqualTo(204);
      assertThat(received.get())
          .isEqualTo(
              "POST /v1/metrics HTTP/1.1\r\nContent-Length: 6\r\nhost: tenant\r\n\r\npoints");
    }
  }

  /** Such as of a service whose pods are all told by one name, and one of them is gone. */
  @Test
  void whereOneAddressRefusesTheNextIsTried() throws Exception {
    // The server is at one address of the loopback only.
    final InetAddress other = InetAddress.getAllByName("::1")[0];
    final InetAddress own = InetAddress.getLoopbackAddress();
    try (RawServer server = RawServer.answering("")) {
      final int port = URI.create(server.url("http")).getPort();
      PlainConnection.to(new InetAddress[] {other, own}, port, 0).close();
    }
    final int gone = FreePort.find();
    assertThatThrownBy(() -> PlainConnection.to(new InetAddress[] {own, other}, gone, 0))
        .isInstanceOf(ConnectException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\ncontent-length:5\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        "HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 9\r\n\tConnection: close\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n03\r\nllo\r\n0\r\nEnd: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      })
  void anAnswerWhoseEndIsKnownLeavesTheConnectionToTheNextRequest(String response)
      throws Exception {
    try (RawServer server = answering(3, response)) {
      final PlainHttpClient client = client(server.url("http"));
      for (int i = 0; i < 3; i++) {
        final HttpAnswer answer = exchange(client).make();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.body().isComplete()).isTrue();
      }
      assertThat(server.connections).hasValue(1);
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nConnection: X\r\nconnection: close\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 400 Not asked for\r\n\r\n",
      })
  void anotherConnectionIsMadeAfterAnAnswerThatEndsOne(String response) throws Exception {
    try (RawServer server = answering(1, response)) {
      final PlainHttpClient client = client(server.url("http"));
      for (int i = 0; i < 3; i++) {
        final HttpAnswer answer = exchange(client).make();
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.body().isComplete()).isTrue();
      }
      assertThat(server.connections).hasValue(3);
    }
  }

  /** The end is told twice, or by what is not known here: the next answer may begin elsewhere. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      })
  void anAnswerWhoseEndIsDoubtfulIsReadAndEndsTheConnection(String rest) throws Exception {
    try (RawServer server = stayingOpen("HTTP/1.1 200 OK\r\n" + rest)) {
      final PlainHttpClient client = client(server.url("http"));
      for (int i = 0; i < 2; i++) {
        final HttpAnswer answer = exchange(client).make();
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.body().isComplete()).isTrue();
      }
      assertThat(server.connections).hasValue(2);
    }
  }

  /** Answers one request of each connection, and then waits until the client closes it. */
  private static RawServer stayingOpen(String response) throws IOException {
    return new RawServer(
        connection -> {
          RawServer.readRequest(connection.getInputStream());
          connection.getOutputStream().write(response.getBytes(ISO_8859_1));
          final int unused = connection.getInputStream().read();
        });
  }

  @Test
  void anotherProtocolThanAskedForIsNotWaitedFor() throws Exception {
    try (RawServer server = stayingOpen("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")) {
      final PlainHttpClient client = client(server.url("http"));
      for (int i = 0; i < 2; i++) {
        assertThat(exchange(client).make().status()).isEqualTo(101);
      }
      assertThat(server.connections).hasValue(2);
    }
  }

  /** That the server has taken the request is not forgotten for what is wrong with the rest. */
  @Test
  void ofAnAnswerWithTwoLengthsTheStatusCounts() throws Exception {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")) {
      final HttpExchange exchange = exchange(client(server.url("http")));
      assertThatThrownBy(exchange::make).isInstanceOf(ProtocolException.class);
      assertThat(exchange.begun().status()).isEqualTo(200);
    }
  }

  @Test
  void aConnectionThatTheServerHasClosedMeanwhileIsNotUsed() throws Exception {
    final CountDownLatch isClosed = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readRequest(connection.getInputStream());
              connection
                  .getOutputStream()
                  .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
              connection.close();
              isClosed.countDown();
            })) {
      final PlainHttpClient client = client(server.url("http"));
      assertThat(exchange(client).make().status()).isEqualTo(200);
      isClosed.await();
      // What the server says arrives at once here, but not before it is said.
      Thread.sleep(50);
      assertThat(exchange(client).make().status()).isEqualTo(200);
      assertThat(server.connections).hasValue(2);
    }
  }

  /** The server may refuse what is too large by its headers, and read no more. */
  @Test
  void anAnswerCountsThatComesBeforeAllWasSent() throws Exception {
    final CountDownLatch mayClose = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            connection -> {
              final int unused = connection.getInputStream().read(new byte[100]);
              connection
                  .getOutputStream()
                  .write("HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
              try {
                mayClose.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            })) {
      final SentBody body = new SentBody(new byte[50_000_000]);
      final PlainHttpClient client = client(server.url("http"));
      assertThat(client.exchange(Map.of(), body).make().status()).isEqualTo(413);
      assertThat(body.isSent()).isFalse();
      mayClose.countDown();
    }
  }

  /** Some servers say that they read on, though nobody has asked. */
  @Test
  void allIsSentThoughTheServerSaysBeforeThatAnAnswerWillCome() throws Exception {
    final int size = 20_000_000;
    try (RawServer server =
        new RawServer(
            connection -> {
              final InputStream in = connection.getInputStream();
              final int begun = in.read(new byte[1]);
              final OutputStream out = connection.getOutputStream();
              out.write("HTTP/1.1 ".getBytes(ISO_8859_1));
              sleep(100);
              out.write("100 Continue\r\n\r\n".getBytes(ISO_8859_1));
              sleep(100);
              in.skipNBytes(size);
              out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
              assertThat(begun).isEqualTo(1);
            })) {
      final SentBody body = new SentBody(new byte[size]);
      final PlainHttpClient client = client(server.url("http"));
      assertThat(client.exchange(Map.of(), body).make().status()).isEqualTo(200);
      assertThat(body.isSent()).isTrue();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nhello",
        "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
      })
  void ofAnAnswerThatBreaksOffThereIsWhatCame(String response) throws Exception {
    try (RawServer server = RawServer.answering(response)) {
      final HttpExchange exchange = exchange(client(server.url("http")));
      assertThatThrownBy(exchange::make).isInstanceOf(EOFException.class);
      assertThat(exchange.begun().status()).isEqualTo(503);
      assertThat(text(exchange.begun())).isEqualTo("hello");
      assertThat(exchange.begun().body().isComplete()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 twohundred\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 099 Low\r\n\r\n",
        "HTTP/1.1 2000\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
      })
  void whatIsNoAnswerOfHttpIsRefused(String response) throws Exception {
    try (RawServer server = RawServer.answering(response)) {
      assertThatThrownBy(() -> answer(server)).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void headersWithoutEndAreRefused() throws Exception {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 200 OK\r\nX: " + "x".repeat(300_000) + "\r\n\r\n")) {
      assertThatThrownBy(() -> answer(server))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("larger than");
    }
  }

  @Test
  void aBodyThatIsTooLargeIsCutOffUnlessItIsNeeded() throws Exception {
    final String rest = " OK\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(2000);
    try (RawServer ok = RawServer.answering("HTTP/1.1 200" + rest);
        RawServer busy = RawServer.answering("HTTP/1.1 503" + rest)) {
      assertThatThrownBy(() -> answer(ok)).isInstanceOf(ResponseTooLargeException.class);
      final HttpAnswer cutOff = answer(busy);
      assertThat(cutOff.status()).isEqualTo(503);
      assertThat(cutOff.body().bytes()).hasSizeLessThanOrEqualTo(1000);
      assertThat(cutOff.body().isComplete()).isFalse();
    }
  }

  /** An export that is given up must not keep a thread. */
  @Test
  void anInterruptEndsAnExchangeThatWaits() throws Exception {
    final CountDownLatch hasArrived = new CountDownLatch(1);
    final CountDownLatch mayClose = new CountDownLatch(1);
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readRequest(connection.getInputStream());
              hasArrived.countDown();
              // Ends when the client has closed the connection.
              assertThat(connection.getInputStream().read()).isEqualTo(-1);
              mayClose.countDown();
            })) {
      final CompletableFuture<HttpAnswer> result = new CompletableFuture<>();
      final Thread thread =
          new Thread(
              () -> {
                try {
                  result.complete(answer(server));
                } catch (IOException | InterruptedException e) {
                  result.completeExceptionally(e);
                }
              });
      thread.start();
      hasArrived.await();
      thread.interrupt();
      assertThatThrownBy(() -> result.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(mayClose.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** When reading it would be a SocketException, when writing it is not. */
  @Test
  void aResetIsToldInOneWay() throws Exception {
    try (RawServer server =
        new RawServer(
            connection -> {
              RawServer.readRequest(connection.getInputStream());
              connection.setSoLinger(true, 0);
              connection.close();
            })) {
      assertThatThrownBy(() -> answer(server))
          .isExactlyInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void withoutAServerOrAHostNothingIsConnectedTo() throws Exception {
    final String gone = "http://127.0.0.1:" + FreePort.find() + "/v1/metrics";
    assertThatThrownBy(() -> exchange(client(gone)).make()).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> exchange(client("http://collector.invalid:4318/")).make())
        .isInstanceOf(ConnectException.class)
        .satisfies(
            e ->
                assertThat(ExportFailure.describe(e))
                    .isEqualTo("the host name cannot be resolved"));
  }

  @Test
  void nothingIsSentOnceItIsClosed() throws Exception {
    try (RawServer server = answering(1, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      final PlainHttpClient client = client(server.url("http"));
      assertThat(exchange(client).make().status()).isEqualTo(200);
      client.close();
      assertThatThrownBy(() -> exchange(client).make()).isInstanceOf(InterruptedException.class);
      assertThat(server.connections).hasValue(1);
    }
  }

  /** Others are for the JDK's client, which asks for the proxy again. */
  @Test
  void onlyWhereNoProxyIsOnTheWayIsItForThisClient() {
    final URI endpoint = URI.create("http://localhost:4318/v1/metrics");
    final ProxySelector before = ProxySelector.getDefault();
    try {
      final PlainHttpClient client = client(endpoint.toString());
      ProxySelector.setDefault(null);
      assertThat(client.isDirect()).isTrue();
      ProxySelector.setDefault(answering(List.of()));
      assertThat(client.isDirect()).isTrue();
      ProxySelector.setDefault(answering(List.of(Proxy.NO_PROXY)));
      assertThat(client.isDirect()).isTrue();
      final SocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
      ProxySelector.setDefault(answering(List.of(new Proxy(Proxy.Type.HTTP, proxy))));
      assertThat(client.isDirect()).isFalse();
      ProxySelector.setDefault(answering(null));
      assertThat(client.isDirect()).isTrue();
      ProxySelector.setDefault(failing());
      assertThat(client.isDirect()).isFalse();
    } finally {
      ProxySelector.setDefault(before);
    }
  }

  private static ProxySelector answering(List<Proxy> proxies) {
    return new Selector() {
      @Override
      public List<Proxy> select(URI uri) {
        return proxies;
      }
    };
  }

  private static ProxySelector failing() {
    return new Selector() {
      @Override
      public List<Proxy> select(URI uri) {
        throw new IllegalStateException("no idea");
      }
    };
  }

  private abstract static class Selector extends ProxySelector {
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }
}
