package io.glint.examples.webstore;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The whole demo: a shop, its telemetry, its shoppers, and a report now and then. */
final class Webstore implements AutoCloseable {

  static final int HTTP_THREADS = 32;

  static final String HOST = "127.0.0.1";
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final Logger LOGGER = Logger.getLogger(Webstore.class.getName());

  private final long startNanos = System.nanoTime();
  private final Telemetry telemetry;
  private final HttpServer server;
  private final ExecutorService http = pool("webstore-http");
  private final ExecutorService workers = pool("webstore-worker");
  private final ScheduledExecutorService reports =
      Executors.newSingleThreadScheduledExecutor(named("webstore-report"));
  private final Monitor monitor;
  private final ConsoleReport console;
  private final Traffic traffic;

  private Webstore(
      Options options,
      Optional<String> otlpEndpoint,
      PrintStream out,
      HttpServer server,
      Telemetry telemetry) {
    this.server = server;
    this.telemetry = telemetry;
    this.monitor = new Monitor(telemetry);
    this.console = new ConsoleReport(out, address(), telemetry.metricsAddress());

    OpenTelemetry openTelemetry = telemetry.openTelemetry();
    Dice dice = new Dice(options.seed());
    Checkout checkout =
        new Checkout(
            openTelemetry,
            workers,
            new InventoryService(openTelemetry, dice),
            new PaymentService(openTelemetry, dice, options.slowEvery()));
    new Shop(openTelemetry, checkout).serveOn(server);
    TracePages tracePages = new TracePages(telemetry.traces());
    server.createContext("/traces", exchange -> serve(exchange, tracePages::reply));
    server.createContext(
        "/exemplars",
        exchange -> serve(exchange, request -> ExemplarPage.reply(telemetry.shown())));
    server.createContext(
        "/explain",
        exchange -> serve(exchange, request -> ExplainPage.reply(telemetry.explainExemplars())));
    server.createContext("/", exchange -> serve(exchange, request -> home(request, options)));
    server.setExecutor(http);
    server.start();

    console.greeting(options, otlpEndpoint);
    this.traffic = Traffic.start(address(), dice, options.rate());
    long interval = options.interval().toMillis();
    var unused =
        reports.scheduleAtFixedRate(this::report, interval, interval, TimeUnit.MILLISECONDS);
  }

  static Webstore start(Options options, Optional<String> otlpEndpoint, PrintStream out)
      throws CannotStartException {
    HttpServer server = listen(options);
    try {
      return new Webstore(options, otlpEndpoint, out, server, new Telemetry(options, otlpEndpoint));
    } catch (CannotStartException failure) {
      server.stop(0);
      throw failure;
    }
  }

  /** Where the shop answers. The loopback address only: a demo has no business on the network. */
  URI address() {
    return URI.create("http://" + HOST + ":" + server.getAddress().getPort() + "/");
  }

  URI metricsAddress() {
    return telemetry.metricsAddress();
  }

  /** Stops the traffic, prints the summary and lets go of every port and thread, within bounds. */
  @Override
  public void close() {
    traffic.close();
    reports.shutdown();
    awaitEnd(reports);
    console.summary(monitor.look(), Duration.ofNanos(System.nanoTime() - startNanos));
    server.stop(0);
    http.shutdownNow();
    workers.shutdownNow();
    awaitEnd(http);
    awaitEnd(workers);
    telemetry.close();
  }

  private static void awaitEnd(ExecutorService pool) {
    try {
      boolean unused = pool.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void report() {
    try {
      console.interval(monitor.look(), LocalTime.now(ZoneId.systemDefault()));
    } catch (RuntimeException failure) {
      // Left to the executor, it would silently end all further reports.
      LOGGER.log(Level.WARNING, "This report failed; others will follow.", failure);
    }
  }

  private Reply home(Request request, Options options) {
    return request.path().equals("/")
        ? Pages.home(monitor.last(), options, telemetry.metricsAddress())
        : Pages.notFound();
  }

  private static void serve(HttpExchange exchange, Page page) throws IOException {
    try (exchange) {
      try {
        page.reply(Request.of(exchange)).send(exchange);
      } catch (BadRequestException bad) {
        Reply.text(400, bad.getMessage()).send(exchange);
      }
    }
  }

  private static HttpServer listen(Options options) throws CannotStartException {
    try {
      return HttpServer.create(
          new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), options.port()), 0);
    } catch (IOException failure) {
      throw cannotListen(failure, options.port(), "--port");
    }
  }

  static CannotStartException cannotListen(Exception failure, int port, String flag) {
    String reason = failure.getMessage();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        reason = "it is in use";
      }
    }
    return CannotStartException.badEnvironment(
        "cannot listen on port %d: %s. Choose another with %s N, or 0 for a free one."
            .formatted(port, reason, flag));
  }

  private static ExecutorService pool(String name) {
    return Executors.newFixedThreadPool(HTTP_THREADS, named(name));
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @FunctionalInterface
  private interface Page {
    Reply reply(Request request);
  }
}
