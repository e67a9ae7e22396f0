package io.glint.examples.webstore.watch;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Two scrapers, as a pair of Prometheus servers for high availability: each asks both endpoints,
 * the stock SDK's and Glint's, every few seconds for OpenMetrics. The second one does so half an
 * interval after the first.
 */
public final class Scrapers implements AutoCloseable {

  public static final int SCRAPERS = 2;
  public static final int INTERVAL_MILLIS = 5_000;
  private static final int FIRST_MILLIS = 1_000;

  /**
   * The latest scrape, and how many slow payments of the window this scraper was led to.
   *
   * @param slowByBoth to how many of them the other scraper was led, too
   */
  public record Seen(Scrape latest, int slow, int slowByBoth) {}

  /** What one scraper got of one endpoint so far. Guarded by the scrapers. */
  private static final class Memory {
    private Scrape latest = Scrape.parse("");

    private final Map<String, Double> slow = new HashMap<>();

    private void add(Scrape scrape) {
      latest = scrape;
      slow.putAll(scrape.slow());
    }

    private void forget(double beforeSeconds) {
      slow.values().removeIf(recorded -> recorded < beforeSeconds);
    }
  }

  private final List<URI> endpoints;
  private final Consumer<Set<String>> shown;
  private final List<List<Memory>> memories = new ArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            final Thread thread = new Thread(task, "webstore-scraper");
            thread.setDaemon(true);
            return thread;
          });

  private Scrapers(List<URI> endpoints, Consumer<Set<String>> shown) {
    this.endpoints = endpoints;
    this.shown = shown;
    endpoints.forEach(endpoint -> memories.add(List.of(new Memory(), new Memory())));
  }

  /**
   * Begins to scrape.
   *
   * @param shown is told of each scrape of the first endpoint: the traces that its exemplars lead
   *     to
   */
  public static Scrapers start(List<URI> endpoints, Consumer<Set<String>> shown) {
    final Scrapers scrapers = new Scrapers(endpoints, shown);
    for (int i = 0; i < SCRAPERS; i++) {
      final int scraper = i;
      final var unused =
          scrapers.clock.scheduleAtFixedRate(
              () -> scrapers.scrape(scraper),
              FIRST_MILLIS + (long) scraper * INTERVAL_MILLIS / SCRAPERS,
              INTERVAL_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    return scrapers;
  }

  private void scrape(int scraper) {
    for (int i = 0; i < endpoints.size(); i++) {
      try {
        final Scrape scrape = Scrape.of(endpoints.get(i));
        remember(i, scraper, scrape);
        if (i == 0) {
          shown.accept(scrape.traceIds());
        }
      } catch (IOException unanswered) {
        // As Prometheus does, it tries again next time; the page shows the scrape before.
      }
    }
  }

  private synchronized void remember(int endpoint, int scraper, Scrape scrape) {
    memories.get(endpoint).get(scraper).add(scrape);
  }

  /** By scraper. */
  public synchronized List<Seen> seen(int endpoint) {
    final List<Memory> pair = memories.get(endpoint);
    final double begin = System.currentTimeMillis() / 1e3 - Monitor.WINDOW;
    pair.forEach(memory -> memory.forget(begin));
    final int both =
        (int) pair.get(0).slow.keySet().stream().filter(pair.get(1).slow::containsKey).count();
    return pair.stream().map(memory -> new Seen(memory.latest, memory.slow.size(), both)).toList();
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      final boolean unused = clock.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
