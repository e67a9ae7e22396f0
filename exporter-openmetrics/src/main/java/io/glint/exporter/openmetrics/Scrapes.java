package io.glint.exporter.openmetrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers scrapes.
 *
 * <p>One lock serialises collections together with the rendering of what they return, because a
 * provider may reuse the data for the next collection, and because the writer has buffers of its
 * own. It is not held while a body is compressed or sent. A second lock guards the registration;
 * whoever holds it waits for nothing.
 *
 * <p>A scrape that waited for the lock is answered with what another one has collected, if it asks
 * for the same (format, escaping and names) and came before that collection began. So of scrapes
 * that come at once and ask for the same, however many, at most two collect. If more than {@value
 * #MAX_SHAREABLE} different things are asked for at once, more may. Those that share a body share
 * what it is compressed to as well.
 *
 * <p>A scrape counts as running from when it was asked for until its response was written or
 * closed. So the limit of running scrapes is one of threads that wait and of bodies in memory.
 */
final class Scrapes {

  private static final String SHUT_DOWN = "The metrics endpoint was shut down.";
  private static final String NOT_CONNECTED =
      "No meter provider is connected yet. Pass this reader to registerMetricReader of the meter"
          + " provider's builder.";

  private static final int MAX_SPARE_BUFFERS = 2;

  /** How many bodies are kept for scrapes that wait, each for what another request asks for. */
  private static final int MAX_SHAREABLE = 4;

  /** Of all values of one header, in characters: a browser sends some hundred. */
  static final int MAX_HEADER_CHARS = 8 * 1024;

  /** How long a scrape that asks others to make room waits for it. */
  private static final long ROOM_MILLIS = 2000;

  /** How often it asks. */
  private static final long ASK_FOR_ROOM_MILLIS = 50;

  /** How many wait so; any more are refused at once. */
  private static final int MAX_WAITING_FOR_ROOM = 32;

  private final ExpositionWriter writer;
  private final ProblemLog log;

  /** Where the log has details, for the scraper. */
  private final String loggerName;

  private final ScrapeTelemetry telemetry;
  private final OutcomeCounts exemplarOutcomes = new OutcomeCounts();
  private final ReentrantLock collecting = new ReentrantLock();

  private final int maxCollectionWaitSeconds;

  /** Whether OpenMetrics 2.0 is among the formats. */
  private final boolean openMetrics2;

  private final int maxRunning;
  private final Semaphore room;

  /** How many scrapes wait until others have made room. */
  private final AtomicInteger waitingForRoom = new AtomicInteger();

  /** Ends a scrape that does not get on, if there is one; null if nothing can. */
  private volatile @Nullable Runnable makeRoom;

  /** When the collection under way began, or the last one if there is none. */
  private volatile long collectionStartNanos;

  /** How many scrapes wait for the lock. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** What may answer scrapes that wait, the latest last. */
  @GuardedBy("collecting")
  private final List<FinishedScrape> shareable = new ArrayList<>(MAX_SHAREABLE);

  /** Buffers that are not in use; what does not fit is left to the garbage collector. */
  private final Queue<FinishedScrape> spareScrapes = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final Queue<Zipper> spareZippers = new ArrayBlockingQueue<>(MAX_SPARE_BUFFERS);

  private final ReentrantLock lifeCycle = new ReentrantLock();
  private volatile @Nullable CollectionRegistration registration;
  private volatile boolean closed;

  /** Null if there is no live page. */
  private volatile @Nullable LiveCollections live;

  Scrapes(
      ExpositionWriter writer,
      ProblemLog log,
      String loggerName,
      ScrapeTelemetry telemetry,
      boolean openMetrics2,
      int maxRunning,
      int maxCollectionWaitSeconds) {
    this.writer = writer;
    this.log = log;
    this.loggerName = loggerName;
    this.telemetry = telemetry;
    this.openMetrics2 = openMetrics2;
    this.maxRunning = maxRunning;
    this.maxCollectionWaitSeconds = maxCollectionWaitSeconds;
    room = new Semaphore(maxRunning);
  }

  /** Keeps what is collected for live pages. Called before the first scrape. */
  void showBy(LiveCollections newLive) {
    live = newLive;
  }

  /** Sets what is asked to end a scrape that does not get on when too many are running. */
  void makeRoomBy(Runnable newMakeRoom) {
    makeRoom = newMakeRoom;
  }

  ExemplarOutcomes exemplarOutcomes() {
    return exemplarOutcomes;
  }

  void register(CollectionRegistration newRegistration, Object reader) {
    lifeCycle.lock();
    try {
      if (closed) {
        throw new IllegalStateException(
            reader + " was shut down and cannot be registered; build a new one");
      }
      if (registration != null) {
        throw new IllegalStateException(
            reader
                + " is already registered with a meter provider, and a reader belongs to one"
                + " provider; build one for each, a server on a port of its own");
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
      final boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lifeCycle.unlock();
    }
  }

  /** Waits for the end of a collection that is under way; false if it does not end in time. */
  boolean awaitCollection(long millis) throws InterruptedException {
    if (!collecting.tryLock(millis, TimeUnit.MILLISECONDS)) {
      return false;
    }
    collecting.unlock();
    return true;
  }

  /**
   * Answers one scrape.
   *
   * @param query as it was sent, with its escapes; null if there is none
   * @param headers gives all values of a header; may answer null
   */
  OpenMetricsResponse answer(
      String method,
      @Nullable String query,
      Function<String, ? extends @Nullable List<String>> headers) {
    final boolean isHead = method.equals("HEAD");
    if (!isHead && !method.equals("GET")) {
      return TextResponse.methodNotAllowed();
    }
    final CollectionRegistration source = registration;
    if (closed) {
      return shutDown(isHead);
    }
    if (source == null) {
      return TextResponse.of(503, NOT_CONNECTED + "\n", isHead);
    }
    final List<String> accept = headers.apply("Accept");
    final List<String> acceptEncoding = headers.apply("Accept-Encoding");
    if (length(accept) > MAX_HEADER_CHARS || length(acceptEncoding) > MAX_HEADER_CHARS) {
      return TextResponse.of(
          431,
          "Accept or Accept-Encoding has more than " + MAX_HEADER_CHARS + " characters.\n",
          isHead);
    }
    final NameFilter names;
    try {
      names = NameFilter.of(query);
    } catch (IllegalArgumentException e) {
      return TextResponse.of(400, e.getMessage() + "\n", isHead);
    }
    final Negotiation negotiation = Negotiation.of(accept, openMetrics2);
    final boolean gzip = Negotiation.allowsGzip(acceptEncoding);
    if (isHead) {
      // No collection: on a stock provider it would take the exemplars from the next scrape.
      return TextResponse.headers(headers(negotiation, gzip));
    }
    return scrape(source, negotiation, names, gzip);
  }

  private static int length(@Nullable List<String> values) {
    int length = 0;
    if (values != null) {
      for (final String value : values) {
        length += value.length();
      }
    }
    return length;
  }

  private static OpenMetricsResponse shutDown(boolean isHead) {
    return TextResponse.of(503, SHUT_DOWN + "\n", isHead);
  }

  private OpenMetricsResponse scrape(
      CollectionRegistration source, Negotiation negotiation, NameFilter names, boolean gzip) {
    final long askedNanos = System.nanoTime();
    final ScrapeTelemetry.Operation operation = telemetry.begin();
    boolean isAnswered = false;
    boolean hasRoom = false;
    FinishedScrape finished = null;
    try {
      hasRoom = takeRoom();
      if (!hasRoom) {
        return refuse(operation);
      }
      if (!lock()) {
        operation.failed("timeout", 503);
        return TextResponse.of(503, warnOfSlowCollection() + "\n", false);
      }
      finished = collect(source, negotiation, names, askedNanos, operation);
      final Map<String, String> headers = headers(negotiation, gzip);
      final TextBuffer body = gzip ? zipped(finished) : finished.body();
      headers.put("Content-Length", Integer.toString(body.size()));
      final OpenMetricsResponse response =
          new ScrapeResponse(headers, this, finished, body, operation);
      isAnswered = true;
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      operation.failed("shutdown", 503);
      return shutDown(false);
    } catch (Throwable e) {
      // An Error too: the scraper is to get an answer, and the thread is to live on.
      return failed(e, operation);
    } finally {
      if (!isAnswered) {
        if (finished != null) {
          giveBack(finished);
        }
        if (hasRoom) {
          room.release();
        }
      }
    }
  }

  private boolean takeRoom() throws InterruptedException {
    if (room.tryAcquire()) {
      return true;
    }
    final Runnable make = makeRoom;
    if (make == null) {
      return false;
    }
    try {
      if (waitingForRoom.incrementAndGet() > MAX_WAITING_FOR_ROOM) {
        return false;
      }
      for (long waited = 0; waited < ROOM_MILLIS; waited += ASK_FOR_ROOM_MILLIS) {
        make.run();
        if (room.tryAcquire(ASK_FOR_ROOM_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return false;
    } finally {
      waitingForRoom.decrementAndGet();
    }
  }

  private OpenMetricsResponse refuse(ScrapeTelemetry.Operation operation) {
    operation.failed("too_many_scrapes", 503);
    final String why =
        maxRunning
            + " scrapes are running, and no more may (setMaxConcurrentScrapes). Look for scrapers"
            + " that do not read their answers, for a slow callback, and for responses that are"
            + " neither written nor closed";
    log.warn("refused", "", () -> "A scrape is answered with status 503: " + why + ".");
    return TextResponse.of(
        503, Map.of("Retry-After", "1"), TextResponse.PLAIN, TextResponse.utf8(why + ".\n"), false);
  }

  private OpenMetricsResponse failed(Throwable failure, ScrapeTelemetry.Operation operation) {
    final String type = failure.getClass().getName();
    operation.failed(type, 500);
    log.warn(
        "failure",
        type,
        () ->
            "The collection of metrics for a scrape failed; the scrape is answered with status 500."
                + " The cause is in a callback, a MetricProducer or the meter provider:",
        failure);
    return TextResponse.of(
        500,
        "The collection of metrics failed with a "
            + type
            + ". The log of the process has the details, under the logger "
            + loggerName
            + ".\n",
        false);
  }

  /** A response was written, or was not. */
  void ended(
      FinishedScrape scrape, ScrapeTelemetry.Operation operation, @Nullable String errorType) {
    try {
      if (errorType == null) {
        scrape.count(exemplarOutcomes, Outcome.EXPORTED);
        operation.succeeded();
      } else {
        scrape.count(exemplarOutcomes, Outcome.EXPORT_FAILED);
        operation.failed(errorType, 0);
      }
    } finally {
      giveBack(scrape);
      room.release();
    }
  }

  private void giveBack(FinishedScrape scrape) {
    if (scrape.release()) {
      final boolean unused = spareScrapes.offer(scrape);
    }
  }

  @GuardedBy("collecting")
  private void giveBackShareable() {
    while (!shareable.isEmpty()) {
      giveBack(shareable.remove(shareable.size() - 1));
    }
  }

  /** Returns what answers the scrape; holds the lock, and lets go of it. */
  private FinishedScrape collect(
      CollectionRegistration source,
      Negotiation negotiation,
      NameFilter names,
      long askedNanos,
      ScrapeTelemetry.Operation operation) {
    try {
      final FinishedScrape shared = shared(askedNanos, negotiation, names);
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

  /** How many scrapes wait for another one's collection, for tests. */
  int waiting() {
    return waiting.get();
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
  @GuardedBy("collecting")
  private @Nullable FinishedScrape shared(
      long askedNanos, Negotiation negotiation, NameFilter names) {
    for (int i = shareable.size() - 1; i >= 0; i--) {
      final FinishedScrape finished = shareable.get(i);
      if (finished.answers(askedNanos, negotiation, names)) {
        finished.retain();
        return finished;
      }
    }
    return null;
  }

  @GuardedBy("collecting")
  private FinishedScrape collectNow(
      CollectionRegistration source,
      Negotiation negotiation,
      NameFilter names,
      ScrapeTelemetry.Operation operation) {
    final FinishedScrape spare = spareScrapes.poll();
    final FinishedScrape scrape = spare != null ? spare : new FinishedScrape();
    boolean isFinished = false;
    try {
      collectionStartNanos = System.nanoTime();
      scrape.start(collectionStartNanos, negotiation, names);
      final Collection<MetricData> metrics = collect(source, /* isScrape= */ true);
      scrape.write(metrics, writer, operation);
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

  @GuardedBy("collecting")
  private Collection<MetricData> collect(CollectionRegistration source, boolean isScrape) {
    final LiveCollections page = live;
    if (page == null) {
      return source.collectAllMetrics();
    }
    final long beginMillis = System.currentTimeMillis();
    page.begin();
    final Collection<MetricData> metrics = source.collectAllMetrics();
    page.end(metrics, isScrape, collectionStartNanos, beginMillis);
    return metrics;
  }

  /** What a live page is answered; {@link LiveCollections} says when that takes a collection. */
  String live(long after, @Nullable String traceUrl) throws LivePage.UnavailableException {
    final CollectionRegistration source = registration;
    if (closed || source == null) {
      throw new LivePage.UnavailableException(closed ? SHUT_DOWN : NOT_CONNECTED);
    }
    final LiveCollections page = Objects.requireNonNull(live, "no live page");
    boolean isLocked = false;
    try {
      isLocked = collecting.tryLock(maxCollectionWaitSeconds, TimeUnit.SECONDS);
      if (!isLocked) {
        throw new LivePage.UnavailableException(warnOfSlowCollection());
      }
      final long now = System.nanoTime();
      if (page.needsCollection(now)) {
        collectionStartNanos = now;
        final var unused = collect(source, /* isScrape= */ false);
      }
      return page.answer(after, source, now, traceUrl);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LivePage.UnavailableException(SHUT_DOWN);
    } finally {
      if (isLocked) {
        collecting.unlock();
      }
    }
  }

  @GuardedBy("collecting")
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

  /** Compresses all of it before it is sent: then its length is known, and no chunks are needed. */
  private TextBuffer zipped(FinishedScrape scrape) {
    final Zipper spare = spareZippers.poll();
    final Zipper zipper = spare != null ? spare : new Zipper();
    try {
      return scrape.zipped(zipper);
    } finally {
      final boolean unused = spareZippers.offer(zipper);
    }
  }

  /** Logs why a scrape gets no answer, and returns the same for the scraper. */
  private String warnOfSlowCollection() {
    final long runningNanos = System.nanoTime() - collectionStartNanos;
    final boolean one = runningNanos >= TimeUnit.SECONDS.toNanos(maxCollectionWaitSeconds);
    final String why =
        (one ? "a collection has been running" : "other scrapes have been waiting to collect")
            + " for more than "
            + maxCollectionWaitSeconds
            + " s; look for a slow callback"
            + (one ? "" : ", or scrape less often");
    log.warn("slow", "", () -> "A scrape is answered with status 503: " + why + ".");
    return why;
  }

  private static Map<String, String> headers(Negotiation negotiation, boolean gzip) {
    final Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", negotiation.contentType());
    headers.put("Vary", "Accept, Accept-Encoding");
    if (gzip) {
      headers.put("Content-Encoding", "gzip");
    }
    return headers;
  }
}
