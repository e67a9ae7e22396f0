package io.glint.examples.webstore.browser;

import static io.glint.examples.webstore.browser.Browser.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.glint.examples.webstore.traces.TraceStore;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
 * The live page of the metrics endpoint in a real browser, over an application whose names and
 * values are hostile. Runs where there is a Chromium; CI installs it. Screenshots go to {@code
 * target/screenshots}.
 */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("long")
@Tag("browser")
class LivePageTest {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int DESKTOP = 1280;
  private static final int PHONE = 390;
  private static final String HOSTILE = "<img src=x onerror=throw(1)><script>throw(2)</script>";

  /** A unit has 63 characters at most. */
  private static final String HOSTILE_UNIT = "<img src=x onerror=throw(3)>";

  /** A name has 255 characters at most, and this one has no place where a line could end. */
  private static final String LONGEST = "w".repeat(255);

  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<String> HOSTILE_KEY = AttributeKey.stringKey(HOSTILE);
  private static final AttributeKey<Long> USER = AttributeKey.longKey("user");

  /** Its picture is the one that is looked at. */
  private static final String LATENCY = "http.server.request.duration";

  private static final String DOTS = "(" + card(LATENCY) + "?.querySelectorAll('a.dot') ?? [])";

  private static final Queue<String> tracesAskedFor = new ConcurrentLinkedQueue<>();

  private static Browser browser;
  private static HttpServer traces;
  private static OpenMetricsServer endpoint;
  private static GlintMeterProvider meters;
  private static SdkTracerProvider tracing;
  private static ScheduledExecutorService traffic;

  @BeforeAll
  static void open() throws Exception {
    final Optional<Path> program = Browser.program();
    assumeTrue(
        program.isPresent(),
        "No Chromium on the path, and the system property glint.chromium is not set: the live page"
            + " is not looked at.");
    browser = new Browser(program.get());
    traces = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    traces.createContext(
        "/trace/",
        exchange -> {
          tracesAskedFor.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    traces.start();
    endpoint =
        OpenMetricsServer.builder()
            .setHost("127.0.0.1")
            .setPort(0)
            .setTraceUrlTemplate(
                "http://127.0.0.1:"
                    + traces.getAddress().getPort()
                    + "/trace/{traceId}?span={spanId}")
            .build();
    meters =
        GlintMeterProvider.builder()
            .setResource(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop")))
            .registerView(
                InstrumentSelector.builder().setName("payload.size").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("logins").build(),
                GlintView.builder().setCardinalityLimit(40).build())
            .registerView(
                InstrumentSelector.builder().setName("refunds").build(),
                GlintView.builder().setExemplarFilter(ExemplarFilter.alwaysOn()).build())
            .registerMetricReader(endpoint)
            .build();
    tracing = SdkTracerProvider.builder().addSpanProcessor(new TraceStore()).build();
    serve();
  }

  /** An application that goes on and on. */
  private static void serve() {
    final Tracer tracer = tracing.get("shop");
    final Meter meter = meters.get("shop");
    final DoubleHistogram latency =
        meter
            .histogramBuilder(LATENCY)
            .setUnit("s")
            .setDescription("Duration of HTTP server requests.")
            .setExplicitBucketBoundariesAdvice(
                List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0))
            .build();
    final DoubleHistogram size =
        meter.histogramBuilder("payload.size").setUnit("By").setDescription("Of orders.").build();
    final DoubleHistogram packing =
        meter
            .histogramBuilder("packing.duration")
            .setUnit("s")
            .setDescription("Recorded by a pool without context.")
            .build();
    final LongCounter logins = meter.counterBuilder("logins").setUnit("{login}").build();
    final LongUpDownCounter open =
        meter.upDownCounterBuilder("carts.open").setDescription("Carts in use.").build();
    final LongCounter hostile =
        meters
            .get(HOSTILE)
            .counterBuilder("hostile")
            .setUnit(HOSTILE_UNIT)
            .setDescription(HOSTILE)
            .build();
    // What each object of a script has, too.
    final LongCounter built = meter.counterBuilder("built").setUnit("constructor").build();
    final LongCounter refunds = meter.counterBuilder("refunds").build();
    final DoubleHistogram single =
        meter
            .histogramBuilder("single.bucket")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(List.of())
            .build();
    final DoubleHistogram widest = meter.histogramBuilder(LONGEST).setUnit("s").build();
    final var unused =
        meter
            .gaugeBuilder("jvm.memory.used")
            .setUnit("By")
            .ofLongs()
            .buildWithCallback(
                measurement ->
                    measurement.record(
                        Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()));
    final String[] routes = {"/cart", "/checkout", "/products/{id}", "/search"};
    final Random random = new Random(18);
    final long[] round = new long[1];
    traffic = Executors.newSingleThreadScheduledExecutor();
    final var unusedFuture =
        traffic.scheduleAtFixedRate(
            () -> {
              round[0]++;
              for (int i = 0; i < 4; i++) {
                final Span span = tracer.spanBuilder("request").startSpan();
                try (Scope scope = span.makeCurrent()) {
                  final boolean isSlow = round[0] % 200 > 150 && random.nextInt(4) == 0;
                  final double seconds = 0.03 * Math.exp(random.nextGaussian() * 0.7);
                  latency.record(
                      isSlow ? 1.1 + 2 * random.nextDouble() : seconds,
                      Attributes.of(ROUTE, routes[random.nextInt(routes.length)]));
                  size.record(2000 * Math.exp(random.nextGaussian() * 1.5));
                  logins.add(1, Attributes.of(USER, (long) random.nextInt(200)));
                  hostile.add(1, Attributes.of(HOSTILE_KEY, HOSTILE));
                  built.add(1);
                  single.record(seconds);
                  widest.record(seconds, Attributes.of(ROUTE, "/" + "v".repeat(300)));
                } finally {
                  span.end();
                }
              }
              open.add(random.nextInt(3) - 1);
              // In turns without and with a span, so that the newest exemplar has no trace or one.
              if (round[0] % 160 < 80) {
                refunds.add(1);
              } else {
                final Span span = tracer.spanBuilder("refund").startSpan();
                try (Scope scope = span.makeCurrent()) {
                  refunds.add(1);
                } finally {
                  span.end();
                }
              }
              packing.record(0.2 + random.nextDouble());
            },
            0,
            50,
            TimeUnit.MILLISECONDS);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (meters != null) {
      traffic.shutdownNow();
      meters.close();
      tracing.close();
    }
    if (traces != null) {
      traces.stop(0);
    }
  }

  @BeforeEach
  void asOnADesktop() throws Exception {
    browser.resize(DESKTOP, 900);
    browser.setDark(false);
  }

  @AfterEach
  void noScriptErrorAndNothingFromElsewhere() {
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.requests())
        .allMatch(
            address ->
                address.startsWith(page().toString())
                    || address.startsWith("data:")
                    || address.equals("about:blank"));
  }

  private static URI page() {
    return URI.create("http://127.0.0.1:" + endpoint.getPort() + "/");
  }

  private static String card(String metric) {
    return "[...document.querySelectorAll('.metric')].find(card =>"
        + " card.querySelector('h2').textContent === '"
        + metric
        + "')";
  }

  private static String text(String element) throws Exception {
    return String.valueOf(browser.evaluate("(" + element + ")?.innerText ?? ''"));
  }

  @Test
  @Order(1)
  void aClickOnADotOpensItsTrace() throws Exception {
    browser.open(page());
    await("dots", () -> browser.number(DOTS + ".length") > 3);
    final String address = browser.evaluate(DOTS + "[0].href").toString();
    assertThat(address)
        .matches(
            "http://127\\.0\\.0\\.1:"
                + traces.getAddress().getPort()
                + "/trace/[0-9a-f]{32}\\?span=[0-9a-f]{16}");

    browser.click(card(LATENCY) + ".querySelector('a.dot[tabindex=\"0\"]')");

    await("the trace is asked for", () -> !tracesAskedFor.isEmpty());
    assertThat(tracesAskedFor.peek()).matches("/trace/[0-9a-f]{32}\\?span=[0-9a-f]{16}");
  }

  @Test
  @Order(2)
  void theHeatMapFillsWhileThePageIsOpen() throws Exception {
    browser.open(page());
    final String seen =
        card(LATENCY) + "?.querySelector('canvas')?.getAttribute('aria-label') ?? ''";
    await("the first column", () -> browser.evaluate(seen).toString().matches(".*: [1-9].*"));
    browser.evaluate("window.sameCard = " + card(LATENCY) + "; 0");
    final String first = browser.evaluate(seen).toString();
    await("more", () -> !browser.evaluate(seen).equals(first));
    assertThat(browser.evaluate("window.sameCard === " + card(LATENCY)))
        .as("patched, not made anew")
        .isEqualTo(true);
    Thread.sleep(20_000);
    browser.screenshot(SCREENSHOTS.resolve("live-desktop-light.png"));
    browser.setDark(true);
    Thread.sleep(500);
    browser.screenshot(SCREENSHOTS.resolve("live-desktop-dark.png"));
    browser.resize(PHONE, 844);
    Thread.sleep(500);
    browser.screenshot(SCREENSHOTS.resolve("live-phone-dark.png"));
    browser.setDark(false);
    Thread.sleep(500);
    browser.screenshot(SCREENSHOTS.resolve("live-phone-light.png"));
    assertThat(browser.number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(PHONE);
  }

  @Test
  @Order(3)
  void hostileTextIsShownAsText() throws Exception {
    browser.open(page());
    await("the metric", () -> text(card("hostile")).contains("counter"));
    browser.evaluate(card("hostile") + ".querySelector('details').open = true");
    await("its series", () -> text(card("hostile") + "?.querySelector('td')").contains("throw(2)"));

    assertThat(text(card("hostile") + ".querySelector('td')")).isEqualTo(HOSTILE + "=" + HOSTILE);
    assertThat(text(card("hostile") + ".querySelector('.help')")).isEqualTo(HOSTILE);
    assertThat(text(card("hostile") + ".querySelector('.kind')"))
        .isEqualTo("counter · " + HOSTILE_UNIT + " · " + HOSTILE);
    assertThat(text(card("hostile") + ".querySelector('.figure')")).contains(HOSTILE_UNIT);
    assertThat(browser.number("document.querySelectorAll('main img, main script').length"))
        .isZero();
    assertThat(text(card("built") + ".querySelector('.figure')"))
        .contains(" constructor")
        .doesNotContain("NaN");
  }

  @Test
  @Order(4)
  void troubleAndFullMetricsAreToldFirst() throws Exception {
    browser.open(page());
    await(
        "the report",
        () -> text("document.getElementById('summary')").endsWith("1 needs your attention."));

    assertThat(text("document.querySelector('#trouble .verdict')"))
        .contains("packing.duration")
        .contains("Context.taskWrapping(executor)");
    assertThat(text(card("packing.duration") + ".querySelector('.why')"))
        .startsWith("No exemplars. No span was current");
    await("the limit", () -> text(card("logins")).contains("40 of at most 40 series"));
    assertThat(text(card("logins"))).contains("further attribute sets count as one");
    assertThat(text("document.getElementById('fullest')"))
        .startsWith("At the cardinality limit: logins.");
  }

  @Test
  @Order(5)
  void searchFindsNamesLabelsAndHelp() throws Exception {
    browser.open(page());
    await("metrics", () -> !text(card("carts.open")).isEmpty());

    search("/checkout");
    assertThat(shown()).isEqualTo(LATENCY);
    search("carts USE");
    assertThat(shown()).isEqualTo("carts.open");
    search("http_server_request_duration_seconds");
    assertThat(shown()).isEqualTo(LATENCY);
    search("nothing has that");
    assertThat(shown()).isEmpty();
    assertThat(text("document.getElementById('empty')")).startsWith("No metric has that");
    assertThat(browser.evaluate("document.activeElement.id")).isEqualTo("search");
  }

  private static void search(String words) throws Exception {
    browser.evaluate(
        "document.getElementById('search').focus();"
            + "document.getElementById('search').value = '"
            + words
            + "';"
            + "document.getElementById('search').dispatchEvent(new Event('input'))");
  }

  private static String shown() throws Exception {
    return browser
        .evaluate(
            "[...document.querySelectorAll('.metric')].filter(card => !card.hidden)"
                + ".map(card => card.querySelector('h2').textContent).join()")
        .toString();
  }

  @Test
  @Order(6)
  void dotsAreReachedWithTheKeyboardAndKeepTheFocus() throws Exception {
    browser.open(page());
    await("dots", () -> browser.number(DOTS + ".length") > 3);
    for (int i = 0; i < 20 && !focusIsOnADot(); i++) {
      browser.press("Tab", 9);
    }
    assertThat(focusIsOnADot()).isTrue();
    final String chosen = browser.evaluate("document.activeElement.href").toString();
    browser.press("ArrowLeft", 37);
    assertThat(focusIsOnADot()).isTrue();
    final String before = browser.evaluate("document.activeElement.href").toString();
    assertThat(before).isNotEqualTo(chosen);
    Thread.sleep(3_000);
    assertThat(browser.evaluate("document.activeElement.href"))
        .as("the focus stays while the picture moves")
        .isEqualTo(before);
    assertThat(text(card(LATENCY) + ".querySelector('.tip')")).contains("its trace, in a new tab");
    browser.screenshot(SCREENSHOTS.resolve("live-focus.png"));

    tracesAskedFor.clear();
    browser.press("Enter", 13);

    await("the trace is asked for", () -> !tracesAskedFor.isEmpty());
    assertThat(before).contains(tracesAskedFor.element().replaceAll("#.*", ""));
  }

  private static boolean focusIsOnADot() throws Exception {
    return (boolean) browser.evaluate("document.activeElement.matches('.dot')");
  }

  @Test
  @Order(7)
  void whatIsReadStaysWhereItIsWhileThePageIsRefreshed() throws Exception {
    browser.open(page());
    await("series", () -> !text(card("logins") + "?.querySelector('summary')").isEmpty());
    browser.click(card("logins") + ".querySelector('summary')");
    await("rows", () -> browser.number(card("logins") + ".querySelectorAll('tr').length") > 20);
    browser.evaluate(card("logins") + ".querySelector('.series').scrollTop = 120");
    browser.evaluate("window.row = " + card("logins") + ".querySelectorAll('tr')[10]; 0");
    final double scrolled = browser.number("scrollY");
    Thread.sleep(4_500);
    assertThat(browser.number(card("logins") + ".querySelector('.series').scrollTop"))
        .isEqualTo(120);
    assertThat(browser.number("scrollY")).isEqualTo(scrolled);
    assertThat(browser.evaluate("window.row.isConnected")).isEqualTo(true);
    assertThat(browser.evaluate(card("logins") + ".querySelector('details').open")).isEqualTo(true);
  }

  @Test
  @Order(8)
  void aSeriesWhoseNewestExemplarHasATraceOnlySometimesIsALinkOnlyThen() throws Exception {
    browser.open(page());
    await("series", () -> !text(card("refunds") + "?.querySelector('summary')").isEmpty());
    browser.click(card("refunds") + ".querySelector('summary')");
    final String isLink = "!!(" + card("refunds") + ".querySelector('td:last-child a'))";
    final String said = card("refunds") + ".querySelector('td:last-child')";
    for (final boolean expected : new boolean[] {false, true, false}) {
      await(
          expected ? "a link" : "no link",
          () -> text(said).contains(" at ") && browser.evaluate(isLink).equals(expected));
    }
    assertThat(browser.evaluate("document.getElementById('state').dataset.state"))
        .isEqualTo("live");
  }

  @Test
  @Order(9)
  void aHistogramWithoutBoundariesHasARateAndNoQuantiles() throws Exception {
    browser.open(page());
    final String facts = card("single.bucket") + "?.querySelector('.facts')";
    await("its rate", () -> text(facts).matches("(?s).*[1-9].* /s.*"));

    assertThat(text(facts)).doesNotContain("p95", "Infinity");
    assertThat(text(card(LATENCY) + ".querySelector('.facts')")).contains("p95");
  }
}
