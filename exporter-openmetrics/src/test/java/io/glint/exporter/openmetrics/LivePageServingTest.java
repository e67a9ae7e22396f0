package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.ScrapeClient.Answer;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets the live page and its data, and what it takes. */
@Tag("long")
@Timeout(60)
class LivePageServingTest {

  private static final String DATA = "/-/live/data.json";
  private static final String BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";

  private static OpenMetricsServerBuilder local() {
    return OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0);
  }

  private static boolean hasPage(OpenMetricsServerBuilder builder, String... headers)
      throws Exception {
    try (OpenMetricsServer server = builder.build()) {
      final ScrapeClient client = new ScrapeClient(server);
      final String[] all = new String[headers.length + 2];
      all[0] = "Accept";
      all[1] = BROWSER;
      System.arraycopy(headers, 0, all, 2, headers.length);
      final boolean isPage = client.get("/", all).text().startsWith("<!doctype html>");
      final int status = client.get(DATA, all).status();
      assertThat(status).isEqualTo(isPage ? 503 : 404);
      return isPage;
    }
  }

  @Test
  void itIsOnWhereNobodyElseCanReadAndOffElsewhereUnlessItIsSwitchedOn() throws Exception {
    assertThat(hasPage(local())).isTrue();
    assertThat(hasPage(local().setLivePageEnabled(false))).isFalse();
    assertThat(hasPage(local().setHost("0.0.0.0"))).isFalse();
    assertThat(hasPage(local().setHost("0.0.0.0").setLivePageEnabled(true))).isTrue();
    assertThat(
            hasPage(
                local().setHost("0.0.0.0").setBasicAuthentication("u", "p"),
                "Authorization",
                "Basic dTpw"))
        .isTrue();
  }

  @Test
  void whoIsNotAllowedToScrapeGetsNeitherPageNorData() throws Exception {
    try (OpenMetricsServer server = local().setBasicAuthentication("u", "p").build()) {
      final ScrapeClient client = new ScrapeClient(server);
      for (final String path : List.of("/", DATA, "/-/live/live.js")) {
        assertThat(client.get(path, "Accept", BROWSER).status()).isEqualTo(401);
      }
    }
  }

  @Test
  void programsGetTheTextThatTellsWhereTheMetricsAre() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      final ScrapeClient client = new ScrapeClient(server);
      for (final String accept : List.of("*/*", "text/plain")) {
        assertThat(client.get("/", "Accept", accept).text()).contains("Metrics are at /metrics");
      }
      assertThat(client.get("/").text()).contains("Metrics are at /metrics");
    }
  }

  @Test
  void nothingIsLoadedFromElsewhereAndTheBrowserIsToldSo() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      final ScrapeClient client = new ScrapeClient(server);
      for (final String path : List.of("/", "/-/live/live.css", "/-/live/live.js", DATA)) {
        final Answer answer = client.get(path, "Accept", BROWSER);
        assertThat(answer.header("Content-Security-Policy"))
            .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
            .doesNotContain("unsafe");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.text()).doesNotContain("http://").doesNotContain("https://");
      }
      assertThat(client.get("/", "Accept", BROWSER).text())
          .doesNotContain("<style")
          .doesNotContain(" style=")
          .doesNotContainPattern("<script(?! src=\"-/live/live.js\" defer></script>)");
    }
  }

  @Test
  void pageAndDataAreCompressedForWhoTakesThat() throws Exception {
    final OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      for (int i = 0; i < 20; i++) {
        meters.get("m").counterBuilder("counter." + i).build().add(1);
      }
      final ScrapeClient client = new ScrapeClient(server);
      for (final String path : List.of("/", "/-/live/live.css", "/-/live/live.js", DATA)) {
        final Answer plain = client.get(path, "Accept", BROWSER);
        final Answer zipped =
            client.get(path, "Accept", BROWSER, "Accept-Encoding", "gzip, deflate, br");
        assertThat(plain.header("Content-Encoding")).isNull();
        assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(zipped.header("Content-Type")).isEqualTo(plain.header("Content-Type"));
        assertThat(zipped.header("Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(zipped.header("Vary")).contains("Accept-Encoding");
        assertThat(zipped.bytes().length).isLessThan(plain.bytes().length * 2 / 3);
        if (!path.equals(DATA)) {
          assertThat(zipped.unzipped()).isEqualTo(plain.text());
        } else {
          assertThat(zipped.unzipped()).startsWith("{").contains("\"name\":\"counter.19\"");
        }
      }
    }
  }

  @Test
  void pageAndTextSayHowToSwitchThePageOnAndOff() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      final ScrapeClient client = new ScrapeClient(server);
      assertThat(client.get("/", "Accept", BROWSER).text()).contains("setLivePageEnabled(false)");
      assertThat(client.get("/").text())
          .contains("setLivePageEnabled(false)", "GLINT_PROMETHEUS_LIVE_PAGE=false");
    }
    try (OpenMetricsServer server = local().setHost("0.0.0.0").build()) {
      assertThat(new ScrapeClient(server).get("/", "Accept", BROWSER).text())
          .contains("setLivePageEnabled(true)", "GLINT_PROMETHEUS_LIVE_PAGE=true");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:9464",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80"
      })
  void aWebPageThatHasItsNameLeadHereCanReadNothing(String host) throws Exception {
    try (OpenMetricsServer server = local().build()) {
      for (final String path :
          List.of("/", DATA, "/-/live/live.js", "/metrics", "/metrics?name[]=a")) {
        assertThat(asked(server, path, "Host: " + host, "Accept-Language: en"))
            .as(path)
            .startsWith("HTTP/1.1 403 Forbidden\r\n")
            .contains("http://localhost:" + server.getPort() + "/ ")
            .doesNotContain("evil");
      }
      // The script of the page can set this header, but not leave it out.
      assertThat(asked(server, "/metrics", "Host: " + host, "Accept-Language:"))
          .startsWith("HTTP/1.1 403 Forbidden\r\n");
      assertThat(asked(server, "/-/healthy", "Host: " + host, "Accept-Language: en"))
          .startsWith("HTTP/1.1 200 ");
      // A scraper may be told any name of this machine. Without a provider the answer is 503.
      assertThat(asked(server, "/metrics", "Host: " + host)).startsWith("HTTP/1.1 503 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:9464",
        "10.0.0.7:80",
        "[::1]",
        "[::1]:9464",
        "LocalHost:1",
        "localhost.",
        "shop.localhost:8080",
        "workstation:9464",
        ""
      })
  void aBrowserOfThisMachineSeesThePageByAnAddressOrALocalName(String host) throws Exception {
    try (OpenMetricsServer server = local().build()) {
      assertThat(asked(server, "/", "Host: " + host, "Accept-Language: en", "Accept: text/html"))
          .startsWith("HTTP/1.1 200 ")
          .contains("<!doctype html>");
    }
  }

  @Test
  void whereOthersMayConnectOrHaveToSayWhoTheyAreAnyNameOfTheServerWillDo() throws Exception {
    for (final OpenMetricsServerBuilder builder :
        List.of(
            local().setHost("0.0.0.0").setLivePageEnabled(true),
            local().setBasicAuthentication("u", "p"))) {
      try (OpenMetricsServer server = builder.build()) {
        assertThat(
                asked(
                    server,
                    "/",
                    "Host: metrics.example",
                    "Accept-Language: en",
                    "Accept: text/html",
                    "Authorization: Basic dTpw"))
            .startsWith("HTTP/1.1 200 ");
      }
    }
  }

  /** An answer to a request with exactly these headers, which the client of the JDK cannot send. */
  private static String asked(OpenMetricsServer server, String path, String... headers)
      throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setSoTimeout(20_000);
      final String request =
          "GET "
              + path
              + " HTTP/1.1\r\n"
              + String.join("\r\n", headers)
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatThereIsNotIsSaidToWhoLooks() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      final ScrapeClient client = new ScrapeClient(server);
      assertThat(client.get(DATA).status()).isEqualTo(503);
      assertThat(client.get(DATA).text())
          .startsWith("{\"error\":\"No meter provider is connected yet.");
      assertThat(client.get("/-/live/other").status()).isEqualTo(404);
    }
  }

  @Test
  void aFailureOfAProducerIsAnAnswerAndALine() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      server.register(
          new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
              throw new IllegalStateException("broken");
            }
          });
      final Answer answer = new ScrapeClient(server).get(DATA);
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.text()).contains("java.lang.IllegalStateException");
    }
  }

  @Test
  void manyViewersShareOneCollection() throws Exception {
    final AtomicInteger callbacks = new AtomicInteger();
    final OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      final var unused =
          meters
              .get("m")
              .gaugeBuilder("g")
              .buildWithCallback(observer -> observer.record(callbacks.incrementAndGet()));
      final ScrapeClient client = new ScrapeClient(server);
      final long begin = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        assertThat(client.get(DATA).text()).contains("\"name\":\"g\"");
      }
      final long seconds = (System.nanoTime() - begin) / 1_000_000_000;
      assertThat(callbacks.get()).isBetween(1, (int) (1 + seconds));
    }
  }

  @Test
  void afterAScrapeAPageShowsItsCollectionAndTakesNoExemplarFromTheNextOne() throws Exception {
    final OpenMetricsServer server = local().build();
    // The stock SDK hands an exemplar to whoever collects first.
    try (SdkMeterProvider meters =
        SdkMeterProvider.builder().registerMetricReader(server).build()) {
      final var counter = meters.get("m").counterBuilder("c").build();
      counter.add(1);
      final ScrapeClient client = new ScrapeClient(server);
      client.scrape();
      Thread.sleep(3_000);
      client.scrape();
      // Older than what pages share, and the next scrape is not overdue yet.
      Thread.sleep(2_000);
      try (var scope = Context.root().with(Span.wrap(Metrics.span(7))).makeCurrent()) {
        counter.add(1);
      }
      assertThat(client.get(DATA).text()).contains("\"all\":{\"v\":1.0}");
      assertThat(client.scrape().text()).contains("trace_id=");
    }
  }

  @Test
  void whatGlintKnowsOfExemplarsAndLimitsIsThere() throws Exception {
    final OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      meters.get("m").histogramBuilder("h").build().record(1);
      meters.get("m").upDownCounterBuilder("u").build().add(1);
      final String text = new ScrapeClient(server).get(DATA).text();
      assertThat(text)
          .contains("\"limit\":2000")
          .contains("{\"name\":\"h\",\"scope\":\"m\",\"verdict\":\"TROUBLE\",\"cause\":\"NO_SPAN\"")
          .as("nothing can be done at this endpoint")
          .contains("{\"name\":\"u\",\"scope\":\"m\",\"verdict\":\"WITHOUT\"");
    }
  }

  @Test
  void whatAnApplicationRecordsUnderANameOfGlintIsItsOwn() throws Exception {
    final OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      for (final String scope :
          List.of("io.glint.micrometer", "io.glint.sdk", "io.glint.exporter.otlp")) {
        meters.get(scope).histogramBuilder("h").build().record(1);
      }
      assertThat(new ScrapeClient(server).get(DATA).text())
          .contains("\"scope\":\"io.glint.micrometer\",\"verdict\":\"TROUBLE\"")
          .as("what Glint says of itself belongs to no request")
          .contains("\"scope\":\"io.glint.sdk\",\"verdict\":\"WITHOUT\"")
          .contains("\"scope\":\"io.glint.exporter.otlp\",\"verdict\":\"WITHOUT\"");
    }
  }
}
