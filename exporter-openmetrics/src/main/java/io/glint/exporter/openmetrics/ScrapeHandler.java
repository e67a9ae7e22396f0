package io.glint.exporter.openmetrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers HTTP requests.
 *
 * <p>One lock serialises collections together with the rendering of what they return, because a
 * provider may reuse the data for the next collection, and because the writer has buffers of its
 * own. It is not held while bytes are sent. A second lock guards the life cycle; whoever holds it
 * waits for nothing but its condition.
 */
final class ScrapeHandler implements HttpHandler {

  private static final String METRICS_PATH = "/metrics";
  private static final String HEALTH_PATH = "/-/healthy";
  private static final int INITIAL_BODY_BYTES = 16 * 1024;
  private static final int MAX_SPARE_BUFFERS = 2;

  private final ExpositionWriter writer;
  private final ProblemLog log;
  private final ScrapeTelemetry telemetry;
  private final ExemplarOutcomes exemplarOutcomes = new ExemplarOutcomes();
  private final ReentrantLock collecting = new ReentrantLock();

  private final int maxCollectionWaitSeconds;

  /** When the collection under way began, or the last one if there is none. */
  private volatile long collectionStartNanos;

  /** Buffers that are not in use; what does not fit is left to the garbage collector. */
  private final Queue<TextBuffer> spareBodies = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final Queue<Zipper> spareZippers = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final Queue<ScrapeExemplars> spareTallies = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final ReentrantLock lifeCycle = new ReentrantLock();
  private final Condition idle = lifeCycle.newCondition();
  private volatile CollectionRegistration registration;
  private volatile boolean closed;
  private int running;

  ScrapeHandler(
      ExpositionWriter writer,
      ProblemLog log,
      ScrapeTelemetry telemetry,
      int maxCollectionWaitSeconds) {
    this.writer = writer;
    this.log = log;
    this.telemetry = telemetry;
    this.maxCollectionWaitSeconds = maxCollectionWaitSeconds;
  }

  ExemplarOutcomes exemplarOutcomes() {
    return exemplarOutcomes;
  }

  void register(CollectionRegistration newRegistration, Object server) {
    lifeCycle.lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            server + " was shut down and cannot be registered; build a new one");
      }
      if (registration != null) {
        throw new IllegalStateException(
            server
                + " is already registered with a meter provider, and a reader belongs to one"
                + " provider; build a server for each, on a port of its own");
      }
      registration = newRegistration;
    } finally {
      lifeCycle.unlock();
    }
  }

  /** Refuses scrapes from now on; returns false if it did already. */
  boolean close() {
    lifeCycle.lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lifeCycle.unlock();
    }
  }

  /** Waits until no request is in work, or the time is over; false if interrupted. */
  boolean awaitIdle(long millis) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    lifeCycle.lock();
    try {
      while (running > 0 && nanos > 0) {
        nanos = idle.awaitNanos(nanos);
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lifeCycle.unlock();
    }
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    enter();
    try {
      answer(exchange);
    } finally {
      exchange.close();
      leave();
    }
  }

  private void enter() {
    lifeCycle.lock();
    try {
      running++;
    } finally {
      lifeCycle.unlock();
    }
  }

  private void leave() {
    lifeCycle.lock();
    try {
      running--;
      idle.signalAll();
    } finally {
      lifeCycle.unlock();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean metrics = isAtOrBelow(METRICS_PATH, path);
    boolean health = isAtOrBelow(HEALTH_PATH, path);
    if (!metrics && !health && !"/".equals(path)) {
      sendText(exchange, 404, "Not found. Metrics are at " + METRICS_PATH + "\n");
      return;
    }
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      sendText(exchange, 405, "Only GET and HEAD are allowed here.\n");
    } else if (metrics) {
      scrape(exchange);
    } else if (health) {
      sendText(exchange, 200, "Exporter is healthy.\n");
    } else {
      sendText(
          exchange,
          200,
          "Glint serves OpenTelemetry metrics as OpenMetrics and Prometheus text.\n"
              + "Metrics are at "
              + METRICS_PATH
              + ", single ones at "
              + METRICS_PATH
              + "?name[]=a&name[]=b\n"
              + "Whether this server answers can be asked at "
              + HEALTH_PATH
              + "\n");
    }
  }

  /** As the JDK's server finds the handler of a path, and the stock exporter with it. */
  private static boolean isAtOrBelow(String place, String path) {
    return path != null
        && path.startsWith(place)
        && (path.length() == place.length() || path.charAt(place.length()) == '/');
  }

  private void scrape(HttpExchange exchange) throws IOException {
    CollectionRegistration source = registration;
    if (closed) {
      sendText(exchange, 503, "The metrics endpoint was shut down.\n");
      return;
    }
    if (source == null) {
      sendText(
          exchange,
          503,
          "No meter provider is connected yet. Pass this OpenMetricsServer to"
              + " registerMetricReader of the meter provider's builder.\n");
      return;
    }
    NameFilter names;
    try {
      names = NameFilter.of(exchange.getRequestURI().getRawQuery());
    } catch (IllegalArgumentException e) {
      sendText(exchange, 400, e.getMessage() + "\n");
      return;
    }
    Headers request = exchange.getRequestHeaders();
    Negotiation negotiation = Negotiation.of(request.get("Accept"));
    boolean gzip = Negotiation.allowsGzip(request.get("Accept-Encoding"));
    if (isHead(exchange)) {
      // No collection: on a stock provider it would take the exemplars from the next scrape.
      setScrapeHeaders(exchange, negotiation, gzip);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    ScrapeTelemetry.Operation operation = telemetry.begin();
    TextBuffer body = takeBody();
    ScrapeExemplars spareTally = spareTallies.poll();
    ScrapeExemplars tally = spareTally != null ? spareTally : new ScrapeExemplars();
    try {
      if (collect(source, negotiation.format(), names, body, tally, exchange, operation)) {
        setScrapeHeaders(exchange, negotiation, gzip);
        if (gzip) {
          sendZipped(exchange, body);
        } else {
          sendBody(exchange, body);
        }
        tally.enterIn(exemplarOutcomes, Outcome.EXPORTED);
        operation.succeeded();
      }
    } catch (Throwable e) {
      tally.enterIn(exemplarOutcomes, Outcome.EXPORT_FAILED);
      operation.failed(e.getClass().getName(), 0);
      throw e;
    } finally {
      giveBack(body);
      tally.clear();
      boolean unused = spareTallies.offer(tally);
    }
  }

  private TextBuffer takeBody() {
    TextBuffer spare = spareBodies.poll();
    return spare != null ? spare : new TextBuffer(INITIAL_BODY_BYTES);
  }

  private void giveBack(TextBuffer body) {
    body.reset();
    boolean unused = spareBodies.offer(body);
  }

  /** Fills the body; if that fails it sends an error instead and returns false. */
  private boolean collect(
      CollectionRegistration source,
      ScrapeFormat format,
      NameFilter names,
      TextBuffer body,
      ScrapeExemplars tally,
      HttpExchange exchange,
      ScrapeTelemetry.Operation operation)
      throws IOException {
    // Stays null if the collection was not even begun.
    Throwable failure;
    try {
      if (collecting.tryLock(maxCollectionWaitSeconds, TimeUnit.SECONDS)) {
        try {
          collectionStartNanos = System.nanoTime();
          Collection<MetricData> metrics = source.collectAllMetrics();
          operation.collected(metrics);
          int written = writer.write(metrics, format, names, body, tally);
          operation.written(written, writer.notAskedFor());
          return true;
        } finally {
          collecting.unlock();
        }
      }
      failure = null;
    } catch (InterruptedException e) {
      operation.failed("shutdown", 503);
      sendText(exchange, 503, "The metrics endpoint was shut down.\n");
      return false;
    } catch (Throwable e) {
      // An Error too: the scraper is to get an answer, and the thread is to live on.
      failure = e;
      // The metrics were not seen to the end, and the scraper will know that it got none.
      tally.clear();
    }
    if (failure == null) {
      operation.failed("timeout", 503);
      sendText(exchange, 503, warnOfSlowCollection() + "\n");
      return false;
    }
    String type = failure.getClass().getName();
    operation.failed(type, 500);
    log.warn(
        "failure",
        type,
        () ->
            "The collection of metrics for a scrape failed; the scrape is answered with status 500."
                + " The cause is in a callback, a MetricProducer or the meter provider:",
        failure);
    sendText(
        exchange,
        500,
        "The collection of metrics failed with a "
            + type
            + ". The log of the process has the details, under the logger "
            + OpenMetricsServer.class.getName()
            + ".\n");
    return false;
  }

  /** Logs why a scrape gets no answer, and returns the same for the scraper. */
  private String warnOfSlowCollection() {
    long runningNanos = System.nanoTime() - collectionStartNanos;
    boolean one = runningNanos >= TimeUnit.SECONDS.toNanos(maxCollectionWaitSeconds);
    String why =
        (one ? "a collection has been running" : "other scrapes have been waiting to collect")
            + " for more than "
            + maxCollectionWaitSeconds
            + " s; look for a slow callback"
            + (one ? "" : ", or scrape less often");
    log.warn("slow", "", () -> "A scrape is answered with status 503: " + why + ".");
    return why;
  }

  private static void setScrapeHeaders(
      HttpExchange exchange, Negotiation negotiation, boolean gzip) {
    Headers response = exchange.getResponseHeaders();
    response.set("Content-Type", negotiation.contentType());
    response.set("Vary", "Accept, Accept-Encoding");
    if (gzip) {
      response.set("Content-Encoding", "gzip");
    }
  }

  /** Compresses all of it before it is sent: then its length is known, and no chunks are needed. */
  private void sendZipped(HttpExchange exchange, TextBuffer body) throws IOException {
    Zipper spare = spareZippers.poll();
    Zipper zipper = spare != null ? spare : new Zipper();
    try {
      sendBody(exchange, zipper.zip(body));
    } finally {
      zipper.reset();
      boolean unused = spareZippers.offer(zipper);
    }
  }

  private static void sendBody(HttpExchange exchange, TextBuffer body) throws IOException {
    // To this method a length of 0 means "unknown" and -1 "none".
    exchange.sendResponseHeaders(200, body.size() == 0 ? -1 : body.size());
    if (body.size() > 0) {
      OutputStream stream = exchange.getResponseBody();
      body.writeTo(stream);
      // A short answer would wait for the close, which does not say whether it could be sent.
      stream.flush();
    }
  }

  private static void sendText(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    if (isHead(exchange)) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }
}
