package io.glint.examples.webstore.traffic;

import io.glint.examples.webstore.shop.PaymentProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Makes the payment provider slow for a while: by itself, and whenever somebody asks for it. */
public final class Incidents implements AutoCloseable {

  /** From the end of one to the next that comes by itself. */
  private static final long PAUSE_MILLIS = 120_000;

  private static final int REMEMBERED = 16;

  /** Both in milliseconds since the epoch. */
  public record Incident(long fromMillis, long toMillis) {}

  private final PaymentProvider provider;
  private final Duration length;
  private final boolean automatic;
  private final Deque<Incident> known = new ArrayDeque<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            final Thread thread = new Thread(task, "webstore-incidents");
            thread.setDaemon(true);
            return thread;
          });
  private ScheduledFuture<?> next;

  private Incidents(PaymentProvider provider, Duration length, boolean automatic) {
    this.provider = provider;
    this.length = length;
    this.automatic = automatic;
  }

  /**
   * Starts the clock.
   *
   * @param first when the first one comes by itself; zero if none ever does
   */
  public static Incidents start(PaymentProvider provider, Duration first, Duration length) {
    final Incidents incidents = new Incidents(provider, length, !first.isZero());
    incidents.schedule(first.toMillis());
    return incidents;
  }

  /** One begins now; if one is under way, it goes on for its whole length from now. */
  public synchronized Incident begin() {
    final long now = System.currentTimeMillis();
    final Incident last = known.peekLast();
    final boolean underWay = last != null && last.toMillis() > now;
    final long from = underWay ? known.removeLast().fromMillis() : now;
    final Incident incident = new Incident(from, now + length.toMillis());
    known.addLast(incident);
    if (known.size() > REMEMBERED) {
      known.removeFirst();
    }
    provider.beSlowFor(length);
    schedule(length.toMillis() + PAUSE_MILLIS);
    return incident;
  }

  /** Those that are over and the one under way, oldest first. */
  public synchronized List<Incident> known() {
    return List.copyOf(known);
  }

  /** When the next one comes by itself, in milliseconds since the epoch; empty if none does. */
  public synchronized OptionalLong nextMillis() {
    return next == null
        ? OptionalLong.empty()
        : OptionalLong.of(System.currentTimeMillis() + next.getDelay(TimeUnit.MILLISECONDS));
  }

  private synchronized void schedule(long inMillis) {
    if (!automatic) {
      return;
    }
    if (next != null) {
      next.cancel(false);
    }
    next = clock.schedule(this::begin, inMillis, TimeUnit.MILLISECONDS);
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
