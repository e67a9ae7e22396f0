package io.glint.examples.webstore.browser;

import static io.glint.examples.webstore.browser.Browser.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.examples.webstore.RunningWebstore;
import io.glint.examples.webstore.WebClient;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * The story of the demo in a real browser: an incident, a spike, a click on a dot, the trace. Runs
 * where there is a Chromium; CI installs it. Screenshots go to {@code target/screenshots}.
 */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("long")
@Tag("browser")
class StoryTest {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int DESKTOP = 1280;
  private static final int PHONE = 390;

  /** The slowest dot of the chart. */
  private static final String SLOWEST_DOT =
      "[...document.querySelectorAll('.dot.slow')]"
          + ".reduce((a, b) => +a.dataset.value > +b.dataset.value ? a : b)";

  private static RunningWebstore webstore;
  private static Browser browser;

  @BeforeAll
  static void open() throws Exception {
    final Optional<Path> program = Browser.program();
    assumeTrue(
        program.isPresent(),
        "No Chromium on the path, and the system property glint.chromium is not set: the story is"
            + " not played.");
    browser = new Browser(program.get());
    webstore =
        RunningWebstore.start(
            "--rate=60", "--incident-after=10", "--incident-length=8", "--slow-every=1000000");
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (webstore != null) {
      webstore.close();
    }
  }

  @BeforeEach
  void asOnADesktop() throws Exception {
    browser.resize(DESKTOP, 900);
    browser.setDark(false);
  }

  @AfterEach
  void noScriptErrorAndNothingFromElsewhere() {
    // The browser calls the page of a declined payment, one in some dozens, a failed load.
    assertThat(browser.errors())
        .filteredOn(error -> !error.contains("status of 402 (Payment Required)"))
        .isEmpty();
    assertThat(browser.requests())
        .allMatch(
            address ->
                address.startsWith(webstore.address().toString())
                    || address.startsWith("data:")
                    || address.equals("about:blank"));
  }

  @Test
  @Order(1)
  void anIncidentMakesASpikeAndAClickOnADotOfItOpensTheTraceThatExplainsIt() throws Exception {
    browser.open(webstore.address());
    await("the coming incident", () -> text("#status").contains("turns slow by itself in"));
    await("quick payments", () -> browser.number("document.querySelectorAll('.dot').length") > 3);
    final double slowBefore = browser.number("document.querySelectorAll('.dot.slow').length");
    browser.evaluate("window.sameDocument = true");

    await("the incident", () -> text("#status").contains("The payment provider is slow"));
    await(
        "the spike",
        () -> browser.number("document.querySelectorAll('.dot.slow').length") > slowBefore + 5);
    await("the end of the incident", () -> text("#status").contains("is over"));
    assertThat(browser.evaluate("window.sameDocument")).as("without a reload").isEqualTo(true);
    assertThat(browser.evaluate("document.querySelector('.p95').getAttribute('d')").toString())
        .contains("L");
    browser.screenshot(SCREENSHOTS.resolve("start-light.png"));

    // The dots move once a second, so the one that is hit need not be the one that was aimed at.
    final Map<?, ?> values =
        (Map<?, ?>)
            JsonReader.read(
                browser
                    .evaluate(
                        "JSON.stringify(Object.fromEntries([...document.querySelectorAll('.dot.slow')]"
                            + ".map(dot => [dot.getAttribute('href').split('#')[0],"
                            + " +dot.dataset.value])))")
                    .toString());
    browser.click(SLOWEST_DOT + ".querySelector('.spot')");
    await(
        "the trace page",
        () ->
            browser
                .evaluate("location.pathname + document.readyState")
                .toString()
                .matches("/traces/[0-9a-f]{32}complete"));
    final double value = (double) values.get(browser.evaluate("location.pathname"));
    assertThat(value).isGreaterThan(0.8);

    assertThat(browser.number("+document.getElementById('measured').value")).isEqualTo(value);
    assertThat(browser.number("+document.querySelector(':target').dataset.seconds"))
        .as("duration of the span that the exemplar names")
        .isBetween(value - 0.001, value + 0.5);
    assertThat(text(".waterfall"))
        .contains(
            "POST /checkout",
            "validate cart",
            "check inventory",
            "process payment",
            "ask payment provider",
            "provider timeout",
            "create order");
    assertThat(text(".waterfall .slow")).contains("provider timeout");
    browser.screenshot(SCREENSHOTS.resolve("trace-light.png"));
  }

  @Test
  @Order(2)
  void theStockSdkIsShownBesideIt() throws Exception {
    browser.open(webstore.address());
    await("both scrapers", () -> text("#buckets").matches("(?s).*second\\s+\\d+ of \\d+.*Stock.*"));
    await("the cost", () -> text("#cost-ratio").matches("[0-9.]+ times"));

    final Map<?, ?> feed =
        (Map<?, ?>)
            JsonReader.read(
                WebClient.get(webstore.address().resolve("/live"), "application/json").body());
    for (final Object seen : (List<?>) feed.get("glint")) {
      assertThat(((Map<?, ?>) seen).get("linked"))
          .as("Glint has an exemplar in each bucket in use, whoever scrapes")
          .isEqualTo(((Map<?, ?>) seen).get("hit"));
    }
    assertThat(text("#glint-both")).isNotEqualTo("0");
  }

  @Test
  @Order(3)
  void dotsAreReachedAndOpenedWithTheKeyboard() throws Exception {
    browser.open(webstore.address());
    await("the spike", () -> browser.number("document.querySelectorAll('.dot.slow').length") > 5);
    for (int i = 0; i < 20 && !focusIsOnADot(); i++) {
      browser.press("Tab", 9);
    }
    assertThat(focusIsOnADot()).isTrue();
    final double slowest = browser.number("+document.activeElement.dataset.value");
    assertThat(slowest).isEqualTo(browser.number("+(" + SLOWEST_DOT + ").dataset.value"));
    assertThat(text("#tip")).contains("its trace");
    browser.screenshot(SCREENSHOTS.resolve("start-focus.png"));

    browser.press("ArrowLeft", 37);
    assertThat(focusIsOnADot()).isTrue();
    final String address =
        browser.evaluate("document.activeElement.getAttribute('href')").toString();
    browser.press("Enter", 13);
    await("its trace", () -> browser.evaluate("location.pathname + location.hash").equals(address));
  }

  @Test
  @Order(4)
  void theButtonsSayWhatTheyDid() throws Exception {
    browser.open(webstore.address());
    await("the page", () -> text("#payments").matches("[0-9,]+"));

    browser.click("document.getElementById('huge')");
    await("the huge order", () -> text("#result").contains("$37,000.00 took"));
    assertThat(
            browser.evaluate("document.querySelector('#result a').getAttribute('href')").toString())
        .startsWith("/traces/");

    await(
        "the huge order in view, or a larger one",
        () -> text("#largest").matches(".*\\$(37|[4-9][0-9]|[1-9][0-9]{2}|[0-9],[0-9]{3}),.*"));

    browser.click("document.getElementById('incident')");
    await("the incident", () -> text("#status").contains("The payment provider is slow"));

    browser.click("document.getElementById('orphan')");
    await("the gift", () -> text("#result").contains("on a pool that nobody wrapped"));
    browser.click("document.querySelector('#result a')");
    await(
        "the metric without exemplars",
        () -> text(".trouble").contains("webstore.packing.duration"));
    assertThat(text(".trouble")).contains("Context.taskWrapping");
    assertThat(
            WebClient.get(
                    webstore.metricsAddress().resolve("/-/live/data.json?after=-1"),
                    "application/json")
                .body())
        .as("the endpoint's own page says the same")
        .containsPattern(
            "\"webstore.packing.duration\",\"scope\":\"[^\"]+\",\"verdict\":\"TROUBLE\"");
    browser.click("document.querySelector('.trouble summary')");
    await("numbers", () -> text(".trouble details").contains("outside of a span"));
    browser.evaluate("document.querySelector('.trouble article').mark = 1");
    Thread.sleep(2_500);
    assertThat(browser.evaluate("document.querySelector('.trouble article').mark"))
        .as("refreshed in place")
        .isEqualTo(1.0);
    assertThat(browser.evaluate("document.querySelector('.trouble details').open")).isEqualTo(true);
  }

  @Test
  @Order(5)
  void metricsMadeFromSpansAreShownBesideThoseThatAreRecordedAndWhatAUrlDoesToThem()
      throws Exception {
    browser.open(webstore.address().resolve("/explain"));
    final double recorded =
        browser.number("+document.getElementById('recorded').innerText.replace(',','')");
    assertThat(recorded).isPositive();
    assertThat(browser.number("+document.getElementById('from-spans').innerText.replace(',','')"))
        .as("every request is sampled, and few of their spans are under way")
        .isBetween(recorded - 60, recorded + 60);

    browser.click("document.getElementById('by-url')");
    await("the guard", () -> text("#guilty").equals("url.path"));
    assertThat(text("#spans"))
        .contains("20 URLs have a series each", "otel.metric.overflow=\"true\"", "http.route");
    browser.screenshot(SCREENSHOTS.resolve("spans-light.png"));
  }

  @Test
  @Order(6)
  void noPageScrollsSidewaysOnAPhoneInLightAndInDark() throws Exception {
    final String slowest =
        WebClient.get(webstore.address().resolve("/live"), "application/json")
            .body()
            .replaceAll("(?s).*\"slowest\":\\{\"value\":[^,]+,\"trace\":\"(\\w+)\".*", "$1");
    final Map<String, String> pages =
        Map.of(
            "start", "/",
            "trace", "/traces/" + slowest,
            "traces", "/traces",
            "exemplars", "/exemplars",
            "explain", "/explain",
            "products", "/products",
            "order", "/checkout?product=mug");
    for (final Map.Entry<String, String> page : pages.entrySet()) {
      final URI address = webstore.address().resolve(page.getValue());
      for (final boolean dark : new boolean[] {false, true}) {
        browser.setDark(dark);
        for (final int width : new int[] {PHONE, DESKTOP}) {
          browser.resize(width, width == PHONE ? 844 : 900);
          browser.open(address);
          if (page.getKey().equals("start")) {
            await("the cost", () -> text("#cost-ratio").contains("times"));
            if (!dark && width == DESKTOP) {
              // docs/images/story.png is such a picture.
              browser.screenshot(
                  SCREENSHOTS.resolve("story.png"), "document.querySelector('.panel')");
            }
          }
          assertThat(browser.number("document.documentElement.scrollWidth"))
              .as("width of %s", page.getValue())
              .isLessThanOrEqualTo(width);
          browser.screenshot(
              SCREENSHOTS.resolve(
                  "%s-%s-%s.png"
                      .formatted(
                          page.getKey(),
                          width == PHONE ? "phone" : "desktop",
                          dark ? "dark" : "light")));
        }
      }
    }
  }

  @Test
  @Order(7)
  void hostileTextIsShownAsText() throws Exception {
    final String trace = "0af7651916cd43dd8448eb211c80319c";
    try (Socket client = new Socket(webstore.address().getHost(), webstore.address().getPort())) {
      client
          .getOutputStream()
          .write(
              """
              <script>throw(1)</script><img/src=x/onerror=throw(1)> /products HTTP/1.1\r
              Host: shop\r
              Connection: close\r
              traceparent: 00-%s-b7ad6b7169203331-01\r
              \r
              """
                  .formatted(trace)
                  .getBytes(US_ASCII));
      assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 200");
    }
    browser.open(webstore.address().resolve("/traces/" + trace));

    assertThat(text("h1")).startsWith("<script>throw(1)</script><img/src=x/onerror=throw(1)>");
    assertThat(browser.number("document.querySelectorAll('main img, main script').length"))
        .isZero();
  }

  private static boolean focusIsOnADot() throws Exception {
    return (boolean) browser.evaluate("document.activeElement.matches('.dot')");
  }

  private static String text(String selector) throws Exception {
    return String.valueOf(
        browser.evaluate("document.querySelector('" + selector + "')?.innerText ?? ''"));
  }
}
