package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.ScrapeTelemetry.Operation;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The body of an answer, and what is in it. It is filled by one thread, and then used by all
 * scrapes that it answers; whoever uses it last gives it back to be filled again.
 */
final class FinishedScrape {

  private static final int INITIAL_BODY_BYTES = 16 * 1024;

  private final TextBuffer body = new TextBuffer(INITIAL_BODY_BYTES);

  /** Made once, for the first that asks; others wait. */
  private final ReentrantLock zipping = new ReentrantLock();

  /** Guarded by {@link #zipping} until it is complete, and not changed then. */
  private final TextBuffer zipped = new TextBuffer(INITIAL_BODY_BYTES);

  private boolean isZipped;
  private final ScrapeExemplars exemplars = new ScrapeExemplars();
  private final AtomicInteger users = new AtomicInteger();

  private long startNanos;
  private Negotiation negotiation = Negotiation.TEXT;
  private NameFilter names = NameFilter.ALL;
  private int points;
  private int written;
  private int notAskedFor;

  /**
   * Starts to be filled, by a collection that begins now; has one user then.
   *
   * @param nanos by {@link System#nanoTime}
   */
  void start(long nanos, Negotiation newNegotiation, NameFilter newNames) {
    users.set(1);
    startNanos = nanos;
    negotiation = newNegotiation;
    names = newNames;
  }

  /** Writes what was collected for a scrape, whose telemetry is told. */
  void write(Collection<MetricData> metrics, ExpositionWriter writer, Operation operation) {
    points = 0;
    for (final MetricData metric : metrics) {
      points += metric.getData().getPoints().size();
    }
    operation.collected(points);
    written =
        writer.write(metrics, negotiation.format(), negotiation.escaping(), names, body, exemplars);
    notAskedFor = writer.notAskedFor();
    operation.written(written, notAskedFor);
  }

  /**
   * Whether it answers a request: one for the same, that came before the collection began.
   *
   * @param askedNanos by {@link System#nanoTime}
   */
  boolean answers(long askedNanos, Negotiation asked, NameFilter askedNames) {
    return startNanos - askedNanos >= 0 && isOf(asked, askedNames);
  }

  /** Whether another one answers the same requests, but for the time. */
  boolean isSameAs(FinishedScrape other) {
    return isOf(other.negotiation, other.names);
  }

  private boolean isOf(Negotiation asked, NameFilter askedNames) {
    return negotiation.format() == asked.format()
        && negotiation.escaping() == asked.escaping()
        && names.equals(askedNames);
  }

  TextBuffer body() {
    return body;
  }

  /** The body as gzip, the same for all users. */
  TextBuffer zipped(Zipper zipper) {
    zipping.lock();
    try {
      if (!isZipped) {
        zipped.clear();
        zipper.zip(body, zipped);
        isZipped = true;
      }
      return zipped;
    } finally {
      zipping.unlock();
    }
  }

  /** Tells the telemetry of another scrape what that gets. */
  void tell(Operation operation) {
    operation.collected(points);
    operation.written(written, notAskedFor);
  }

  /** Counts the exemplars of one scrape. */
  void count(OutcomeCounts outcomes, Outcome ofWritten) {
    exemplars.addTo(outcomes, ofWritten);
  }

  /** Has one user more; only for who keeps it from being given back. */
  void retain() {
    users.incrementAndGet();
  }

  /** Has one user less; returns whether it was the last one, and then holds nothing any more. */
  boolean release() {
    if (users.decrementAndGet() > 0) {
      return false;
    }
    body.reset();
    if (isZipped) {
      zipped.reset();
      isZipped = false;
    }
    exemplars.clear();
    negotiation = Negotiation.TEXT;
    names = NameFilter.ALL;
    return true;
  }
}
