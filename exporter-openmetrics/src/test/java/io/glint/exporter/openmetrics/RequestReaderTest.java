package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.openmetrics.RequestReader.Head;
import io.glint.exporter.openmetrics.RequestReader.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

  private static RequestReader reader(String sent) {
    return new RequestReader(new ByteArrayInputStream(sent.getBytes(ISO_8859_1)), () -> {});
  }

  private static Head read(String sent) throws Exception {
    return reader(sent).read();
  }

  @Test
  void requestsAreReadOneAfterTheOtherInAnyPieces() throws Exception {
    final String sent =
        "\r\nGET /metrics?name[]=a&x=%20 HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\naccept:  c ; q=1 \r\n\r\n"
            + "HEAD / HTTP/1.1\nHost:h\nX-Long: "
            + "x".repeat(5000)
            + "\n\n"
            + "GET http://h:1/metrics HTTP/1.1\r\nHost: h\r\nConnection: Keep-Alive, Close\r\n\r\n";
    for (final int piece : new int[] {1, 7, 100_000}) {
      final AtomicInteger begun = new AtomicInteger();
      final InputStream inPieces =
          new ByteArrayInputStream(sent.getBytes(ISO_8859_1)) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
              return super.read(target, offset, Math.min(piece, length));
            }
          };
      final RequestReader reader = new RequestReader(inPieces, begun::incrementAndGet);
      final Head first = reader.read();
      assertThat(first.method()).isEqualTo("GET");
      assertThat(first.path()).isEqualTo("/metrics");
      assertThat(first.query()).isEqualTo("name[]=a&x=%20");
      assertThat(first.headers())
          .containsEntry("accept", List.of("a/b", "c ; q=1"))
          .containsEntry("host", List.of("h"));
      assertThat(first.isPersistent()).isTrue();
      final Head second = reader.read();
      assertThat(second.method()).isEqualTo("HEAD");
      assertThat(second.path()).isEqualTo("/");
      assertThat(second.query()).isNull();
      assertThat(second.headers().get("x-long").get(0)).hasSize(5000);
      final Head third = reader.read();
      assertThat(third.path()).isEqualTo("/metrics");
      assertThat(third.isPersistent()).isFalse();
      assertThat(reader.read()).isNull();
      assertThat(begun).hasValue(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET /m HTTP/1.0, '', false",
    "GET /m HTTP/1.1, '', true",
    "GET /m HTTP/1.1, Content-Length: 0, true",
    "GET /m HTTP/1.1, Content-Length: 5, false",
    "GET /m HTTP/1.1, Transfer-Encoding: chunked, false",
    "GET /m HTTP/1.1, 'Connection: x, close', false"
  })
  void theConnectionGoesOnOnlyWhereTheNextRequestBegins(
      String line, String header, boolean persistent) throws Exception {
    final String headers = header.isEmpty() ? "" : header + "\r\n";
    assertThat(read(line + "\r\nHost: h\r\n" + headers + "\r\n").isPersistent())
        .isEqualTo(persistent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /m",
        "GET  /m HTTP/1.1",
        "GET /m HTTP/1.1 x",
        " GET /m HTTP/1.1",
        "G(T /m HTTP/1.1",
        "GET m HTTP/1.1",
        "GET ftp://h/m HTTP/1.1",
        "GET /m#f HTTP/1.1",
        "GET /m\0 HTTP/1.1",
        "GET /mä HTTP/1.1",
        "GET /m FTP/1.1",
        "\u0016\u0003\u0001\u0002 \u0001 x"
      })
  void aFirstLineThatIsNoneIsRefused(String line) {
    assertRefused(line + "\r\nHost: h\r\n\r\n", 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Host: h\r\nHost: h\r\n",
        "Host : h\r\n",
        "Host: h\r\n folded\r\n",
        "Host: h\r\nnone\r\n",
        "Host: h\r\n: none\r\n",
        "Host: h\r\nX: a\0b\r\n",
        "Host: h\r\nX: a\rb\r\n",
        "Host: h\r\nContent-Length: -1\r\n",
        "Host: h\r\nContent-Length: 1, 1\r\n",
        "Host: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
        "Host: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
      })
  void headersThatBreakTheRulesAreRefused(String headers) {
    assertRefused("GET /m HTTP/1.1\r\n" + headers + "\r\n", 400);
  }

  @Test
  void otherVersionsAreRefused() {
    assertRefused("GET /m HTTP/2.0\r\nHost: h\r\n\r\n", 505);
    assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  }

  @Test
  void whatIsTooLongIsRefusedWithAStatusThatSaysSo() throws Exception {
    final String query = "a".repeat(NameFilter.MAX_QUERY_CHARS);
    assertThat(read("GET /metrics?" + query + " HTTP/1.1\r\nHost: h\r\n\r\n").query())
        .isEqualTo(query);
    assertRefused("GET /" + "a".repeat(70_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
    assertRefused("GET / HTTP/1.1\r\nHost: h\r\nX: " + "a".repeat(17_000) + "\r\n\r\n", 431);
    assertRefused("GET / HTTP/1.1\r\nHost: h\r\n" + "X: aaaaaaaaaa\r\n".repeat(100) + "\r\n", 431);
    assertThat(
            read("GET / HTTP/1.1\r\nHost: h\r\n" + "X: aaaaaaaaaa\r\n".repeat(99) + "\r\n")
                .headers()
                .get("x"))
        .hasSize(99);
  }

  /** A line without an end: no more is read of it than the limit, twice at most. */
  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HTTP/1.1\r\nHost: h\r\nX: ", "GET / HTTP/1.1\r\n\r\n"})
  void whatNeverEndsIsNotReadOn(String beginning) {
    final AtomicLong read = new AtomicLong();
    final InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError();
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            for (int i = 0; i < length; i++) {
              final int at = (int) Math.min(read.getAndIncrement(), Integer.MAX_VALUE);
              target[offset + i] = (byte) (at < beginning.length() ? beginning.charAt(at) : 'a');
            }
            return length;
          }
        };
    assertThatThrownBy(() -> new RequestReader(endless, () -> {}).read())
        .isInstanceOf(RefusedException.class);
    assertThat(read.get()).isLessThan(2 * RequestReader.MAX_REQUEST_LINE_BYTES);
  }

  private static void assertRefused(String sent, int status) {
    assertThatThrownBy(() -> read(sent))
        .asInstanceOf(InstanceOfAssertFactories.type(RefusedException.class))
        .satisfies(
            e -> {
              assertThat(e.status).isEqualTo(status);
              assertThat(e.getMessage()).endsWith(".\n").doesNotContain("folded", "ftp");
            });
  }

  /** Requests with single bytes changed, left out, or doubled: each is read or refused. */
  @Test
  void brokenRequestsAreReadOrRefusedAndNothingElse() throws Exception {
    final Random random = new Random(18);
    final String sent =
        String.join(
            "\r\n",
            "GET /metrics?name[]=a%20b&c HTTP/1.1",
            "Host: h",
            "Accept: text/plain;q=0.5, */*",
            "Accept-Encoding: gzip",
            "Content-Length: 3",
            "",
            "");
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 50_000; i++) {
      final StringBuilder broken = new StringBuilder(sent);
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        final int at = random.nextInt(broken.length());
        switch (random.nextInt(4)) {
          case 0 -> broken.setCharAt(at, (char) random.nextInt(256));
          case 1 -> broken.deleteCharAt(at);
          case 2 -> broken.insert(at, broken.substring(at, Math.min(at + 40, broken.length())));
          default -> broken.insert(at, "\r\n \t:?#%\0".charAt(random.nextInt(9)));
        }
      }
      try {
        final Head head = read(broken.toString());
        if (head != null) {
          accepted++;
          assertThat(head.method()).matches("[!-~]+");
          assertThat(head.path()).matches("/[!-~]*|\\*");
        }
      } catch (RefusedException e) {
        refused++;
        assertThat(e.status).isIn(400, 414, 431, 505);
      }
    }
    assertThat(accepted).isGreaterThan(5_000);
    assertThat(refused).isGreaterThan(5_000);
  }
}
