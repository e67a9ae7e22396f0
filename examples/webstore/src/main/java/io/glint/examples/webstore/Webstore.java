package io.glint.examples.webstore;

import com.sun.net.httpserver.HttpServer;
import io.glint.examples.webstore.shop.Checkout;
import io.glint.examples.webstore.shop.Dice;
import io.glint.examples.webstore.shop.InventoryService;
import io.glint.examples.webstore.shop.Packing;
import io.glint.examples.webstore.shop.PaymentProvider;
import io.glint.examples.webstore.shop.PaymentService;
import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.telemetry.AgentTelemetry;
import io.glint.examples.webstore.telemetry.Backends;
import io.glint.examples.webstore.telemetry.Collector;
import io.glint.examples.webstore.telemetry.ShopTelemetry;
import io.glint.examples.webstore.telemetry.StockTelemetry;
import io.glint.examples.webstore.telemetry.Telemetry;
import io.glint.examples.webstore.traffic.Incidents;
import io.glint.examples.webstore.traffic.Traffic;
import io.glint.examples.webstore.watch.Monitor;
import io.glint.examples.webstore.watch.PrometheusServer;
import io.glint.examples.webstore.watch.RecordCost;
import io.glint.examples.webstore.watch.Scrapers;
import io.glint.examples.webstore.watch.ZipkinServer;
import io.glint.examples.webstore.web.LiveFeed;
import io.glint.examples.webstore.web.ShopRoutes;
import io.glint.examples.webstore.web.Site;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The whole demo: a shop, its telemetry, its shoppers, its incidents, and who watches them. */
final class Webstore implements AutoCloseable {

  /** Some for people, whatever the shoppers wait for. */
  private static final int HTTP_THREADS = Traffic.MOST_SHOPPERS + 8;

  private static final String HOST = "127.0.0.1";
  private static final String ALL_INTERFACES = "0.0.0.0";
  private static final Logger LOGGER = Logger.getLogger(Webstore.class.getName());

  private final long startNanos = System.nanoTime();
  private final ShopTelemetry telemetry;
  private final StockTelemetry stock;
  private final Optional<PrometheusServer> prometheus;
  private final Optional<ZipkinServer> zipkin;
  private final HttpServer server;
  private final ExecutorService http = pool("webstore-http", HTTP_THREADS);
  private final ExecutorService workers = pool("webstore-worker", HTTP_THREADS);
  private final ExecutorService packers = pool("webstore-packing", 1);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(named("webstore-clock"));
  private final Monitor monitor;
  private final Scrapers scrapers;
  private final RecordCost cost;
  private final Incidents incidents;
  private final ConsoleReport console;
  private final Traffic traffic;
  private final long ticksToReport;
  private long ticks;

  private Webstore(
      Options options,
      PrintStream out,
      HttpServer server,
      ShopTelemetry telemetry,
      StockTelemetry stock,
      Optional<PrometheusServer> prometheus,
      Optional<ZipkinServer> zipkin) {
    this.server = server;
    this.telemetry = telemetry;
    this.stock = stock;
    this.prometheus = prometheus;
    this.zipkin = zipkin;
    final URI stockMetrics = stock.metricsAddress(HOST);

    // The shop.
    final OpenTelemetry openTelemetry = telemetry.openTelemetry();
    final Dice dice = new Dice(options.seed());
    final PaymentProvider provider = new PaymentProvider(dice, options.slowEvery());
    final Checkout checkout =
        new Checkout(
            openTelemetry,
            workers,
            new InventoryService(openTelemetry, dice),
            new PaymentService(openTelemetry, stock.meter(Signals.SCOPE), provider),
            new Packing(openTelemetry, packers));
    new ShopRoutes(openTelemetry, checkout).serveOn(server);

    // What is watched, and where it is shown.
    this.monitor = new Monitor(telemetry);
    this.scrapers = Scrapers.start(List.of(metricsAddress(), stockMetrics), telemetry::scraped);
    this.cost = RecordCost.start();
    this.incidents = Incidents.start(provider, options.incidentAfter(), options.incidentLength());
    new Site(
            telemetry,
            new LiveFeed(monitor, incidents, scrapers, cost),
            incidents,
            metricsAddress(),
            stockMetrics,
            prometheus.map(PrometheusServer::graph),
            zipkin.map(ZipkinServer::address))
        .serveOn(server);
    server.setExecutor(http);
    server.start();

    this.console = new ConsoleReport(out, address(), metricsAddress());
    console.greeting(
        options, prometheus.map(PrometheusServer::address), zipkin.map(ZipkinServer::address));
    this.traffic = Traffic.start(address(), dice, options.rate());
    this.ticksToReport = options.interval().toSeconds();
    final var unused = clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  static Webstore start(Options options, PrintStream out) throws CannotStartException {
    // What has been started, the latest first: it is stopped again if what follows cannot start.
    final Deque<Runnable> started = new ArrayDeque<>();
    try {
      final Optional<Collector> collector = collector(options);
      final String bound = options.allInterfaces() ? ALL_INTERFACES : HOST;
      final HttpServer server = listen(bound, options.port());
      started.push(() -> server.stop(0));
      final Optional<ZipkinServer> zipkin = zipkin(options, out);
      zipkin.ifPresent(store -> started.push(store::close));
      final Backends backends =
          new Backends(collector, zipkin.map(ZipkinServer::address), options.tailSampling());
      final ShopTelemetry telemetry = telemetry(options, bound, address(server), backends);
      started.push(telemetry::close);
      final Optional<PrometheusServer> prometheus =
          prometheus(options, telemetry.metricsAddress(HOST));
      return new Webstore(
          options, out, server, telemetry, new StockTelemetry(HOST), prometheus, zipkin);
    } catch (CannotStartException problem) {
      started.forEach(Runnable::run);
      throw problem;
    }
  }

  private static ShopTelemetry telemetry(Options options, String bound, URI site, Backends backends)
      throws CannotStartException {
    try {
      // Each of the other scrapes, which are fewer, may show some that Prometheus never had.
      final int lateTraces = options.prometheus().isPresent() ? 2 * PrometheusServer.EXEMPLARS : 0;
      if (UnderAgent.receiverPort().isPresent()) {
        return new AgentTelemetry(
            UnderAgent.receiverPort().getAsInt(), options.metricsPort(), lateTraces);
      }
      return new Telemetry(
          bound, options.metricsPort(), site, options.sampleRatio(), lateTraces, backends);
    } catch (IllegalStateException | IOException failure) {
      throw cannotListen(failure, options.metricsPort(), "--metrics-port");
    }
  }

  private static Optional<PrometheusServer> prometheus(Options options, URI metrics)
      throws CannotStartException {
    if (options.prometheus().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(PrometheusServer.start(options.prometheus().get(), metrics));
    } catch (IOException failure) {
      throw CannotStartException.badEnvironment(
          "no Prometheus server: %s. Install Prometheus, or name its program: --prometheus=PATH."
              .formatted(failure.getMessage()));
    }
  }

  private static Optional<ZipkinServer> zipkin(Options options, PrintStream out)
      throws CannotStartException {
    if (options.zipkin().isEmpty()) {
      return Optional.empty();
    }
    out.println("Starting Zipkin, which takes some ten seconds.");
    try {
      return Optional.of(ZipkinServer.start(options.zipkin().get()));
    } catch (IOException failure) {
      throw CannotStartException.badEnvironment(
          "no Zipkin server: %s. Name the jar of zipkin-server with the classifier exec: --zipkin=PATH."
              .formatted(failure.getMessage()));
    }
  }

  private static Optional<Collector> collector(Options options) throws CannotStartException {
    try {
      return options.otlp().map(Collector::new);
    } catch (IllegalArgumentException malformed) {
      throw CannotStartException.badEnvironment(
          "the address of the collector cannot be used: " + malformed.getMessage());
    }
  }

  /**
   * Where the shop answers. As a rule it listens on the loopback address only: a demo has no
   * business on the network.
   */
  URI address() {
    return address(server);
  }

  private static URI address(HttpServer server) {
    return URI.create("http://" + HOST + ":" + server.getAddress().getPort() + "/");
  }

  URI metricsAddress() {
    return telemetry.metricsAddress(HOST);
  }

  /** Stops the traffic, prints the summary and lets go of every port and thread, within bounds. */
  @Override
  public void close() {
    traffic.close();
    prometheus.ifPresent(PrometheusServer::close);
    scrapers.close();
    cost.close();
    clock.shutdown();
    awaitEnd(clock);
    monitor.tick();
    console.summary(monitor.look(), Duration.ofNanos(System.nanoTime() - startNanos));
    server.stop(0);
    http.shutdownNow();
    workers.shutdownNow();
    packers.shutdownNow();
    awaitEnd(http);
    awaitEnd(workers);
    awaitEnd(packers);
    incidents.close();
    telemetry.close();
    stock.close();
    // After the telemetry, which sends its last traces.
    zipkin.ifPresent(ZipkinServer::close);
  }

  private static void awaitEnd(ExecutorService pool) {
    try {
      final boolean unused = pool.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void tick() {
    try {
      monitor.tick();
      ticks++;
      if (ticks % ticksToReport == 0) {
        console.interval(monitor.look(), LocalTime.now(ZoneId.systemDefault()));
      }
    } catch (RuntimeException failure) {
      // Left to the executor, it would silently end all further ticks.
      LOGGER.log(Level.WARNING, "This look at the metrics failed; others will follow.", failure);
    }
  }

  private static HttpServer listen(String host, int port) throws CannotStartException {
    try {
      return HttpServer.create(new InetSocketAddress(host, port), 0);
    } catch (IOException failure) {
      throw cannotListen(failure, port, "--port");
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

  private static ExecutorService pool(String name, int threads) {
    return Executors.newFixedThreadPool(threads, named(name));
  }

  private static ThreadFactory named(String name) {
    final AtomicInteger number = new AtomicInteger();
    return task -> {
      final Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
