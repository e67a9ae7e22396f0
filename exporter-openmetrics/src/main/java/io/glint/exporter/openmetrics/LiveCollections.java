package io.glint.exporter.openmetrics;

import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which collection the live page shows: the last one there was, whoever asked for it.
 *
 * <p>A collection ends an interval of exemplars, and on a stock provider it takes them from the
 * next scrape. So a page does not collect where something scrapes: it shows what the last scrape
 * has collected. Something scrapes if two scrapes came within {@value #MAX_GAP_MINUTES} minutes,
 * and another one has not been overdue for half as long as they were apart. If nothing does, a page
 * collects, and all pages together do so every {@value #MIN_AGE_MILLIS} ms at most.
 *
 * <p>It holds the data of the last collection, which a provider may reuse for the next one: all is
 * called under the lock of collections. What is written of it is kept for all pages.
 */
final class LiveCollections {

  private static final int MAX_GAP_MINUTES = 5;
  private static final int MIN_AGE_MILLIS = 1900;

  /** Several scrapers do not come at regular intervals. */
  private static final int GAPS_REMEMBERED = 4;

  /** How late a scrape may be. */
  private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Naming naming;

  /** Another one tells a page that counts may begin again. */
  private final String process = UUID.randomUUID().toString();

  /** Distances of the last scrapes in nanoseconds; 0 for none. */
  private final long[] gaps = new long[GAPS_REMEMBERED];

  private int nextGap;
  private boolean wasScraped;
  private long lastScrapeNanos;

  /** Null before the first collection, and if the last one failed. */
  private @Nullable Collection<MetricData> metrics;

  private long number;
  private long nanos;
  private long epochMillis;

  /** What {@link #metrics} are as JSON, or null if nobody has asked. */
  private @Nullable String written;

  LiveCollections(Naming naming) {
    this.naming = naming;
  }

  /** A collection for a scrape begins, or one for a page: what there is may be overwritten. */
  void begin() {
    metrics = null;
    written = null;
  }

  /**
   * A collection has ended.
   *
   * @param collected good until the next one begins
   * @param beginNanos when it began, by {@link System#nanoTime}
   */
  void end(Collection<MetricData> collected, boolean isScrape, long beginNanos, long beginMillis) {
    metrics = collected;
    number++;
    nanos = beginNanos;
    epochMillis = beginMillis;
    if (isScrape) {
      scraped(beginNanos);
    }
  }

  private void scraped(long atNanos) {
    final long gap = atNanos - lastScrapeNanos;
    if (wasScraped && gap <= Duration.ofMinutes(MAX_GAP_MINUTES).toNanos()) {
      gaps[nextGap] = gap;
      nextGap = (nextGap + 1) % gaps.length;
    } else {
      Arrays.fill(gaps, 0);
    }
    wasScraped = true;
    lastScrapeNanos = atNanos;
  }

  /** The longest of the last distances between scrapes, in nanoseconds; 0 if nothing scrapes. */
  long scrapeInterval(long nowNanos) {
    final long longest = Arrays.stream(gaps).max().getAsLong();
    return nowNanos - lastScrapeNanos > longest + longest / 2 + LATE_NANOS ? 0 : longest;
  }

  /** Whether a page has to collect to have something to show. */
  boolean needsCollection(long nowNanos) {
    if (metrics == null) {
      return true;
    }
    final boolean isOld = nowNanos - nanos >= Duration.ofMillis(MIN_AGE_MILLIS).toNanos();
    return isOld && scrapeInterval(nowNanos) == 0;
  }

  /**
   * What a page is answered, as JSON in UTF-8: when the last collection began and how often
   * something scrapes, and the collection itself unless the page has it.
   *
   * @param after the number of the last collection that the page got; -1 for none
   * @param source what has collected
   */
  String answer(
      long after, CollectionRegistration source, long nowNanos, @Nullable String traceUrl) {
    final LiveJson json = new LiveJson();
    json.open('{');
    json.name("process").string(process);
    json.name("number").integer(number);
    json.name("time").integer(epochMillis);
    json.name("age").floating((nowNanos - nanos) / 1e9);
    json.name("interval").floating(scrapeInterval(nowNanos) / 1e9);
    if (traceUrl != null) {
      json.name("traceUrl").string(traceUrl);
    }
    if (after != number) {
      json.name("data").raw(written(source));
    }
    return json.close('}').toString();
  }

  private String written(CollectionRegistration source) {
    String text = written;
    if (text == null) {
      final ExemplarReport report =
          source instanceof ExemplarReport.Source glint ? glint.explainExemplars() : null;
      text = LiveMetrics.write(Objects.requireNonNull(metrics, "not collected"), report, naming);
      written = text;
    }
    return text;
  }
}
