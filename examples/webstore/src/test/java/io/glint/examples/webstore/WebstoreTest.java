package io.glint.examples.webstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.WebClient.Answer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole demo in this process, with faster traffic and more slow payments than usual. */
@Timeout(60)
@Tag("long")
class WebstoreTest {

  private static final String HTML = "text/html";
  private static final String JSON = "application/json";
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";
  private static final Pattern EXEMPLAR =
      Pattern.compile("^(\\w+?)(?:_bucket|_total).* # \\{.*?trace_id=\"(\\w+)\".*?} (\\S+)");
  private static final Pattern PAYMENT_SECONDS =
      Pattern.compile("\"payment\\.duration_s\":([^,}]+)");

  /** Value, trace and span. */
  private static final Pattern DOT =
      Pattern.compile("\\{\"value\":([^,]+),\"trace\":\"(\\w+)\",\"span\":\"(\\w+)\"");

  /** Buckets in use, and those with an exemplar. */
  private static final Pattern SEEN =
      Pattern.compile("\"hit\":\\[([0-9,]+)],\"linked\":\\[([0-9,]+)]");

  private static RunningWebstore webstore;

  @BeforeAll
  static void open() throws Exception {
    webstore =
        RunningWebstore.start(
            "--rate=150", "--slow-every=25", "--interval=1", "--incident-after=0");
    await(
        "traffic has made slow payments",
        () -> exemplars().stream().anyMatch(WebstoreTest::isSlow));
  }

  @AfterAll
  static void close() {
    webstore.close();
  }

  @Test
  void everyExemplarOnTheMetricsPageHasItsTrace() throws Exception {
    final List<MatchResult> exemplars = exemplars();

    assertThat(exemplars).hasSizeGreaterThan(20);
    assertThat(exemplars)
        .extracting(exemplar -> exemplar.group(1))
        .contains("webstore_checkout_amount_USD", "webstore_payment_duration_seconds");
    for (final MatchResult exemplar : exemplars) {
      assertThat(trace(exemplar.group(2), JSON).status()).isEqualTo(200);
      assertThat(trace(exemplar.group(2), HTML).body()).contains(exemplar.group(2));
    }
  }

  @Test
  void theValueOfAnExemplarIsThePaymentTimeInItsTraceDigitForDigit() throws Exception {
    final List<MatchResult> payments =
        exemplars().stream().filter(WebstoreTest::isPayment).toList();

    assertThat(payments).hasSizeGreaterThan(10);
    for (final MatchResult exemplar : payments) {
      final String trace = endedTrace(exemplar.group(2));
      assertThat(PAYMENT_SECONDS.matcher(trace).results().map(found -> found.group(1)))
          .singleElement()
          .satisfies(
              seconds ->
                  assertThat(Double.parseDouble(seconds))
                      .isEqualTo(Double.parseDouble(exemplar.group(3))));
    }
  }

  @Test
  void thePageOfTheEndpointIsPartOfTheTourAndItsDotsLeadBackToTheTraces() throws Exception {
    assertThat(WebClient.get(webstore.address(), HTML).body())
        .contains("<a href=\"" + webstore.metricsAddress().resolve("/") + "\">");
    assertThat(WebClient.get(webstore.metricsAddress().resolve("/"), HTML).body())
        .contains("-/live/live.js");
    assertThat(WebClient.get(webstore.metricsAddress().resolve("/-/live/data.json"), JSON).body())
        .contains("\"traceUrl\":\"" + webstore.address() + "traces/{traceId}#{spanId}\"")
        .as("passed on by the demo's own reader")
        .contains("\"verdict\":\"LINKED\"");
  }

  @Test
  void aSlowPaymentsTraceBlamesThePayment() throws Exception {
    final MatchResult slow =
        exemplars().stream().filter(WebstoreTest::isSlow).findFirst().orElseThrow();

    assertThat(endedTrace(slow.group(2)))
        .contains("\"slowestSpan\":\"ask payment provider\"", "check inventory", "POST /checkout");
    assertThat(trace(slow.group(2), HTML))
        .returns("text/html; charset=utf-8", Answer::type)
        .extracting(Answer::body)
        .asString()
        .contains("ask payment provider took", "provider timeout");
  }

  @Test
  void everyDotOfTheHeatMapHasItsTraceAndTheValueIsThatOfThePayment() throws Exception {
    final List<MatchResult> dots =
        DOT.matcher(get("/live", JSON).body()).results().filter(WebstoreTest::isSlowDot).toList();

    assertThat(dots).isNotEmpty();
    for (final MatchResult dot : dots) {
      final String trace = endedTrace(dot.group(2));
      assertThat(trace).contains("\"spanId\":\"" + dot.group(3) + "\"");
      assertThat(PAYMENT_SECONDS.matcher(trace).results().map(found -> found.group(1)))
          .containsExactly(dot.group(1));
    }
  }

  @Test
  void bothScrapersFindAnExemplarInEachBucketThatGlintHasInUse() throws Exception {
    await(
        "both scrapes",
        () -> SEEN.matcher(glintSide()).results().noneMatch(seen -> isEmpty(seen.group(1))));

    assertThat(SEEN.matcher(glintSide()).results().toList())
        .hasSize(2)
        .allSatisfy(seen -> assertThat(seen.group(2)).isEqualTo(seen.group(1)));
  }

  @Test
  void anIncidentIsCausedByAPostOnly() throws Exception {
    assertThat(get("/incident", JSON).status()).isEqualTo(405);
    assertThat(get("/live", JSON).body()).contains("\"incidents\":[]");
  }

  @Test
  void explainNamesTheMetricThatLosesItsContextAndNoOther() throws Exception {
    assertThat(get("/explain", HTML).body()).doesNotContain("Trouble", "nobody has scraped");
    // Some payments are declined; then there is nothing to wrap.
    await(
        "an order that is paid",
        () -> get("/checkout?product=mug&giftwrap=true", JSON).status() == 200);
    await("the gift is wrapped", () -> get("/explain", HTML).body().contains("Trouble"));

    final String page = get("/explain", HTML).body();
    final String trouble = page.substring(page.indexOf("Trouble"), page.indexOf("With exemplars"));
    assertThat(trouble)
        .contains("webstore.packing.duration", "Context.taskWrapping")
        .containsOnlyOnce("<article");
    assertThat(get("/explain", "text/plain").body()).contains("'webstore.packing.duration'");
  }

  @Test
  void explainTellsNothingOfWhatGlintSaysOfItself() throws Exception {
    assertThat(get("/explain", HTML).body())
        .contains("webstore.span.duration")
        .doesNotContain("otel.sdk.metric_reader");
  }

  @Test
  void aUrlThatIsMadeALabelIsFoundOutAndNamed() throws Exception {
    assertThat(get("/explain", HTML).body()).contains("id=\"by-url\"");
    final HttpURLConnection button =
        (HttpURLConnection) webstore.address().resolve("/explain").toURL().openConnection();
    button.setRequestMethod("POST");
    button.setRequestProperty("Accept", HTML);
    button.setRequestProperty("Connection", "close");
    assertThat(button.getResponseCode()).isEqualTo(200);
    button.disconnect();

    await(
        "the guard", () -> get("/explain", HTML).body().contains("<b id=\"guilty\">url.path</b>"));
    assertThat(get("/explain", HTML).body())
        .contains("20 URLs have a series each")
        .doesNotContain("id=\"by-url\"");
    assertThat(WebClient.get(webstore.metricsAddress(), OPEN_METRICS).body())
        .contains("glint_attribute_key=\"url.path\"", "otel_metric_overflow=\"true\"");
  }

  @Test
  void spansAreCountedBesideThePaymentsThatTheyAreAbout() throws Exception {
    final String page = get("/explain", HTML).body();
    final long recorded = number("recorded", page);

    assertThat(recorded).isPositive();
    // Every request is sampled, and few of their spans are under way.
    assertThat(number("from-spans", page)).isBetween(recorded - 150, recorded + 150);
  }

  private static long number(String id, String page) {
    return Long.parseLong(
        page.replaceAll("(?s).*<td id=\"" + id + "\">([0-9,]+)</td>.*", "$1").replace(",", ""));
  }

  @Test
  void anOrderHasAPageOfItsOwn() throws Exception {
    final String order =
        get("/checkout?product=mug", JSON).body().replaceAll("(?s).*\"order\":(\\d+).*", "$1");

    assertThat(get("/orders/" + order, HTML).body()).contains("Order " + order);
    assertThat(get("/orders/" + order, JSON).body()).startsWith("{\"order\":" + order);
    assertThat(get("/orders/0", JSON).status()).isEqualTo(404);
    assertThat(get("/orders/one", JSON).status()).isEqualTo(404);
    assertThat(get("/orders/1/2", JSON).status()).isEqualTo(404);
  }

  @Test
  void aPageRunsTheScriptsOfThisSiteOnly() throws Exception {
    final HttpURLConnection connection =
        (HttpURLConnection) webstore.address().toURL().openConnection();
    try {
      assertThat(connection.getHeaderField("Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self'");
    } finally {
      connection.disconnect();
    }
    assertThat(get("/assets/home.js", "*/*").type()).startsWith("text/javascript");
    assertThat(get("/assets/../web/frame.html", "*/*").status()).isEqualTo(404);
  }

  @Test
  void anOrderPlacedByHandLeadsToItsTrace() throws Exception {
    final Answer receipt =
        get("/checkout?product=kettle&country=FR&method=invoice&slow=true", JSON);
    final String trace = receipt.body().replaceAll("(?s).*\"trace\":\"/traces/(\\w+)\".*", "$1");

    assertThat(endedTrace(trace)).contains("\"country\":\"FR\"", "\"payment.method\":\"invoice\"");
    assertThat(get("/checkout?country=DE", HTML).body()).contains("href=\"/traces/");
  }

  @Test
  void thePagesLinkToOneAnother() throws Exception {
    assertThat(get("/", HTML).body())
        .contains("/traces", "/exemplars", "/explain", "p95", webstore.metricsAddress().toString());
    assertThat(get("/traces", HTML).body()).contains("Slowest requests", "ask payment provider");
    assertThat(get("/traces", JSON).body()).startsWith("{\"traces\":[{\"traceId\"");
    assertThat(get("/exemplars", HTML).body()).contains("FR invoice", "href=\"/traces/");
    assertThat(get("/explain", HTML).body())
        .contains("webstore.payment.duration", "Exemplars are exported.");
    assertThat(get("/products", HTML).body()).contains("Burr grinder");
    assertThat(get("/products", JSON).body()).contains("\"id\":\"grinder\"");
  }

  @Test
  void aRequestThatMakesNoSenseIsRefused() throws Exception {
    assertThat(get("/checkout?country=XX", JSON))
        .returns(400, Answer::status)
        .extracting(Answer::body)
        .asString()
        .contains("country must be one of");
    assertThat(get("/checkout/out", JSON).status()).isEqualTo(404);
    assertThat(get("/nothing", HTML).status()).isEqualTo(404);
    assertThat(get("/traces/unknown", HTML).status()).isEqualTo(404);
  }

  @Test
  void theMetricsPageHasEveryKindOfInstrument() throws Exception {
    assertThat(WebClient.get(webstore.metricsAddress(), OPEN_METRICS).body())
        .contains(
            "# TYPE webstore_payment_duration_seconds histogram",
            "# TYPE webstore_checkout_amount_USD histogram",
            "# TYPE webstore_orders counter",
            "# TYPE webstore_requests_active gauge",
            "# TYPE webstore_basket_last_size gauge",
            "webstore_inventory_level{",
            "webstore_response_bytes_total");
  }

  @Test
  void theConsoleNamesTheSlowestRequestAndItsTrace() throws Exception {
    await("a report", () -> webstore.console().contains(" took 9"));

    final String console = webstore.console();
    assertThat(console)
        .contains("p50", "p95", "p99", "ask payment provider took", webstore.address() + "traces/");
    assertThat(console).as("no escape sequences").doesNotContain("\u001b");
  }

  private static boolean isPayment(MatchResult exemplar) {
    return exemplar.group(1).equals("webstore_payment_duration_seconds");
  }

  private static boolean isSlow(MatchResult exemplar) {
    return isPayment(exemplar) && Double.parseDouble(exemplar.group(3)) > 0.5;
  }

  private static boolean isSlowDot(MatchResult dot) {
    final double value = Double.parseDouble(dot.group(1));
    return value > 0.5 && value < 10;
  }

  private static String glintSide() throws IOException {
    final String feed = get("/live", JSON).body();
    return feed.substring(feed.indexOf("\"glint\""), feed.indexOf("\"stock\""));
  }

  private static boolean isEmpty(String counts) {
    return counts.matches("[0,]+");
  }

  private static List<MatchResult> exemplars() throws IOException {
    return WebClient.get(webstore.metricsAddress(), OPEN_METRICS)
        .body()
        .lines()
        .flatMap(line -> EXEMPLAR.matcher(line).results())
        .toList();
  }

  /** A trace is there before its last span has ended; its attributes are not. */
  private static String endedTrace(String id) throws Exception {
    await(
        "trace " + id + " has ended", () -> trace(id, JSON).body().contains("\"spansRunning\":0"));
    return trace(id, JSON).body();
  }

  private static Answer trace(String id, String accept) throws IOException {
    return get("/traces/" + id, accept);
  }

  private static Answer get(String path, String accept) throws IOException {
    return WebClient.get(webstore.address().resolve(path), accept);
  }

  private static void await(String what, Condition condition) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }
}
