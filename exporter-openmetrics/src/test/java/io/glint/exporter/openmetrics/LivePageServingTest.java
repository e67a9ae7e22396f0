package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.ScrapeClient.Answer;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets the live page and its data, and what it takes. */
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
      ScrapeClient client = new ScrapeClient(server);
      String[] all = new String[headers.length + 2];
      all[0] = "Accept";
      all[1] = BROWSER;
      System.arraycopy(headers, 0, all, 2, headers.length);
      boolean isPage = client.get("/", all).text().startsWith("<!doctype html>");
      int status = client.get(DATA, all).status();
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
      ScrapeClient client = new ScrapeClient(server);
      for (String path : List.of("/", DATA, "/-/live/live.js")) {
        assertThat(client.get(path, "Accept", BROWSER).status()).isEqualTo(401);
      }
    }
  }

  @Test
  void programsGetTheTextThatTellsWhereTheMetricsAre() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      ScrapeClient client = new ScrapeClient(server);
      for (String accept : List.of("*/*", "text/plain")) {
        assertThat(client.get("/", "Accept", accept).text()).contains("Metrics are at /metrics");
      }
      assertThat(client.get("/").text()).contains("Metrics are at /metrics");
    }
  }

  @Test
  void nothingIsLoadedFromElsewhereAndTheBrowserIsToldSo() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      ScrapeClient client = new ScrapeClient(server);
      for (String path : List.of("/", "/-/live/live.css", "/-/live/live.js", DATA)) {
        Answer answer = client.get(path, "Accept", BROWSER);
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
  void whatThereIsNotIsSaidToWhoLooks() throws Exception {
    try (OpenMetricsServer server = local().build()) {
      ScrapeClient client = new ScrapeClient(server);
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
      Answer answer = new ScrapeClient(server).get(DATA);
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.text()).contains("java.lang.IllegalStateException");
    }
  }

  @Test
  void manyViewersShareOneCollection() throws Exception {
    AtomicInteger callbacks = new AtomicInteger();
    OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      var unused =
          meters
              .get("m")
              .gaugeBuilder("g")
              .buildWithCallback(observer -> observer.record(callbacks.incrementAndGet()));
      ScrapeClient client = new ScrapeClient(server);
      long begin = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        assertThat(client.get(DATA).text()).contains("\"name\":\"g\"");
      }
      long seconds = (System.nanoTime() - begin) / 1_000_000_000;
      assertThat(callbacks.get()).isBetween(1, (int) (1 + seconds));
    }
  }

  @Test
  void afterAScrapeAPageShowsItsCollectionAndTakesNoExemplarFromTheNextOne() throws Exception {
    OpenMetricsServer server = local().build();
    // The stock SDK hands an exemplar to whoever collects first.
    try (SdkMeterProvider meters =
        SdkMeterProvider.builder().registerMetricReader(server).build()) {
      var counter = meters.get("m").counterBuilder("c").build();
      counter.add(1);
      ScrapeClient client = new ScrapeClient(server);
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
    OpenMetricsServer server = local().build();
    try (GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      meters.get("m").histogramBuilder("h").build().record(1);
      meters.get("m").upDownCounterBuilder("u").build().add(1);
      String text = new ScrapeClient(server).get(DATA).text();
      assertThat(text)
          .contains("\"limit\":2000")
          .contains("{\"name\":\"h\",\"scope\":\"m\",\"verdict\":\"TROUBLE\",\"cause\":\"NO_SPAN\"")
          .as("nothing can be done at this endpoint")
          .contains("{\"name\":\"u\",\"scope\":\"m\",\"verdict\":\"WITHOUT\"");
    }
  }
}
