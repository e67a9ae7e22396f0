package io.glint.exporter.openmetrics;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers HTTP requests.
 *
 * <p>One lock serialises collections together with the rendering of what they return, because a
 * provider may reuse the data for the next collection, and because the writer has buffers of its
 * own. It is not held while bytes are sent. A second lock guards the life cycle; whoever holds it
 * waits for nothing but its condition.
 *
 * <p>A scrape that waited for the lock is answered with what another one has collected, if it asks
 * for the same (format, escaping and names) and came before that collection began. So of scrapes
 * that come at once and ask for the same, however many, at most two collect. If more than {@value
 * #MAX_SHAREABLE} different things are asked for at once, more may.
 */
final class ScrapeHandler implements HttpHandler {

  private static final String METRICS_PATH = "/metrics";
  private static final String HEALTH_PATH = "/-/healthy";
  private static final int MAX_SPARE_BUFFERS = 2;

  /** How many bodies are kept for scrapes that wait, each for what another request asks for. */
  private static final int MAX_SHAREABLE = 4;

  private final ExpositionWriter writer;
  private final ProblemLog log;
  private final ScrapeTelemetry telemetry;
  private final ExemplarOutcomes exemplarOutcomes = new ExemplarOutcomes();
  private final ReentrantLock collecting = new ReentrantLock();

  private final int maxCollectionWaitSeconds;

  /** Whether OpenMetrics 2.0 is among the formats. */
  private final boolean openMetrics2;

  /** When the collection under way began, or the last one if there is none. */
  private volatile long collectionStartNanos;

  /** How many scrapes wait for the lock. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** What may answer scrapes that wait, the latest last; guarded by {@link #collecting}. */
  private final List<FinishedScrape> shareable = new ArrayList<>(MAX_SHAREABLE);

  /** Buffers that are not in use; what does not fit is left to the garbage collector. */
  private final Queue<FinishedScrape> spareScrapes = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final Queue<Zipper> spareZippers = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final ReentrantLock lifeCycle = new ReentrantLock();
  private final Condition idle = lifeCycle.newCondition();
  private volatile CollectionRegistration registration;
  private volatile boolean closed;
  private int running;

  ScrapeHandler(
      ExpositionWriter writer,
      ProblemLog log,
      ScrapeTelemetry telemetry,
      boolean openMetrics2,
      int maxCollectionWaitSeconds) {
    this.writer = writer;
    this.log = log;
    this.telemetry = telemetry;
    this.openMetrics2 = openMetrics2;
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
          "Glint serves OpenTelemetry metrics as OpenMetrics, Prometheus text and protobuf.\n"
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
    Negotiation negotiation = Negotiation.of(request.get("Accept"), openMetrics2);
    boolean gzip = Negotiation.allowsGzip(request.get("Accept-Encoding"));
    if (isHead(exchange)) {
      // No collection: on a stock provider it would take the exemplars from the next scrape.
      setScrapeHeaders(exchange, negotiation, gzip);
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    ScrapeTelemetry.Operation operation = telemetry.begin();
    FinishedScrape finished = null;
    try {
      finished = collect(source, negotiation, names, exchange, operation);
      if (finished != null) {
        setScrapeHeaders(exchange, negotiation, gzip);
        if (gzip) {
          sendZipped(exchange, finished.body());
        } else {
          sendBody(exchange, finished.body());
        }
        finished.count(exemplarOutcomes, Outcome.EXPORTED);
        operation.succeeded();
      }
    } catch (Throwable e) {
      if (finished != null) {
        finished.count(exemplarOutcomes, Outcome.EXPORT_FAILED);
      }
      operation.failed(e.getClass().getName(), 0);
      throw e;
    } finally {
      if (finished != null) {
        giveBack(finished);
      }
    }
  }

  private void giveBack(FinishedScrape scrape) {
    if (scrape.release()) {
      boolean unused = spareScrapes.offer(scrape);
    }
  }

  private void giveBackShareable() {
    while (!shareable.isEmpty()) {
      giveBack(shareable.remove(shareable.size() - 1));
    }
  }

  /** Returns what answers the scrape; if there is nothing it sends an error and returns null. */
  private FinishedScrape collect(
      CollectionRegistration source,
      Negotiation negotiation,
      NameFilter names,
      HttpExchange exchange,
      ScrapeTelemetry.Operation operation)
      throws IOException {
    long askedNanos = System.nanoTime();
    // Stays null if the collection was not even begun.
    Throwable failure;
    try {
      if (lock()) {
        try {
          FinishedScrape shared = shared(askedNanos, negotiation, names);
          if (shared == null) {
            return collectNow(source, negotiation, names, operation);
          }
          shared.tell(operation);
          return shared;
        } finally {
          try {
            if (waiting.get() == 0) {
              giveBackShareable();
            }
          } finally {
            collecting.unlock();
          }
        }
      }
      failure = null;
    } catch (InterruptedException e) {
      operation.failed("shutdown", 503);
      sendText(exchange, 503, "The metrics endpoint was shut down.\n");
      return null;
    } catch (Throwable e) {
      // An Error too: the scraper is to get an answer, and the thread is to live on.
      failure = e;
    }
    if (failure == null) {
      operation.failed("timeout", 503);
      sendText(exchange, 503, warnOfSlowCollection() + "\n");
      return null;
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
    return null;
  }

  private boolean lock() throws InterruptedException {
    waiting.incrementAndGet();
    try {
      return collecting.tryLock(maxCollectionWaitSeconds, TimeUnit.SECONDS);
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** What another scrape has collected meanwhile, if that is what is asked for; or null. */
  private FinishedScrape shared(long askedNanos, Negotiation negotiation, NameFilter names) {
    for (int i = shareable.size() - 1; i >= 0; i--) {
      FinishedScrape finished = shareable.get(i);
      if (finished.answers(askedNanos, negotiation, names)) {
        finished.retain();
        return finished;
      }
    }
    return null;
  }

  private FinishedScrape collectNow(
      CollectionRegistration source,
      Negotiation negotiation,
      NameFilter names,
      ScrapeTelemetry.Operation operation) {
    FinishedScrape spare = spareScrapes.poll();
    FinishedScrape scrape = spare != null ? spare : new FinishedScrape();
    boolean isFinished = false;
    try {
      collectionStartNanos = System.nanoTime();
      scrape.start(collectionStartNanos, negotiation, names);
      scrape.write(source.collectAllMetrics(), writer, operation);
      if (waiting.get() > 0) {
        share(scrape);
      }
      isFinished = true;
      return scrape;
    } finally {
      if (!isFinished) {
        // The metrics were not seen to the end, and the scraper will know that it got none.
        giveBack(scrape);
      }
    }
  }

  private void share(FinishedScrape scrape) {
    int old = 0;
    while (old < shareable.size() && !shareable.get(old).isSameAs(scrape)) {
      old++;
    }
    if (old < shareable.size()) {
      giveBack(shareable.remove(old));
    } else if (shareable.size() == MAX_SHAREABLE) {
      giveBack(shareable.remove(0));
    }
    scrape.retain();
    shareable.add(scrape);
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
