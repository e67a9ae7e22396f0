package io.glint.examples.webstore.traffic;

import io.glint.examples.webstore.shop.Dice;
import io.glint.examples.webstore.shop.Order;
import io.glint.examples.webstore.shop.Product;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Shoppers. Request n is due at n / rate seconds and is sent by whichever shopper is free, so that
 * one who waits for a slow payment does not thin out the rest. If all of them wait, requests that
 * are overdue are not made up for afterwards: the shop would get a second spike from that.
 */
public final class Traffic implements AutoCloseable {

  private static final int ONE_IN_HUGE = 400;
  private static final int HUGE = 500;
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** More of them would not leave enough threads of the server to people. */
  public static final int MOST_SHOPPERS = 60;

  private final URI shop;
  private final Dice dice;
  private final int rate;
  private final long startNanos = System.nanoTime();
  private final AtomicLong numbers = new AtomicLong();
  private final List<Thread> shoppers = new ArrayList<>();
  private volatile boolean closing;

  private Traffic(URI shop, Dice dice, int rate) {
    this.shop = shop;
    this.dice = dice;
    this.rate = rate;
  }

  public static Traffic start(URI shop, Dice dice, int rate) {
    final Traffic traffic = new Traffic(shop, dice, rate);
    final int shoppers = rate == 0 ? 0 : Math.max(4, Math.min(MOST_SHOPPERS, rate / 2));
    for (int i = 1; i <= shoppers; i++) {
      final Thread shopper = new Thread(traffic::shop, "webstore-shopper-" + i);
      shopper.setDaemon(true);
      traffic.shoppers.add(shopper);
    }
    traffic.shoppers.forEach(Thread::start);
    return traffic;
  }

  /** Lets requests under way finish, within bounds. */
  @Override
  public void close() {
    closing = true;
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    shoppers.forEach(LockSupport::unpark);
    try {
      for (final Thread shopper : shoppers) {
        final long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        shopper.join(Math.max(1, left));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void shop() {
    while (!closing) {
      final long number = numbers.incrementAndGet();
      final long due = startNanos + number * TimeUnit.SECONDS.toNanos(1) / rate;
      long wait = due - System.nanoTime();
      while (wait > 0 && !closing) {
        LockSupport.parkNanos(this, wait);
        wait = due - System.nanoTime();
      }
      if (!closing && -wait < OVERDUE_NANOS) {
        send(number);
      }
    }
  }

  private void send(long number) {
    final SplittableRandom chance = dice.roll("shopper", number);
    final boolean browsing = chance.nextInt(5) == 0;
    final URI address =
        shop.resolve(browsing ? page(chance, number) : "/checkout?" + basket(chance));
    try {
      final HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setRequestMethod(browsing ? "GET" : "POST");
      connection.setRequestProperty("Accept", "application/json");
      // A kept connection would leave a JDK thread behind after close.
      connection.setRequestProperty("Connection", "close");
      connection.setConnectTimeout(2_000);
      connection.setReadTimeout(10_000);
      try (InputStream body =
          connection.getResponseCode() < 400
              ? connection.getInputStream()
              : connection.getErrorStream()) {
        if (body != null) {
          body.transferTo(OutputStream.nullOutputStream());
        }
      }
    } catch (IOException lost) {
      // A shopper whose request fails walks away; the shop's own metrics tell of failures.
    }
  }

  /** Every other one asks what became of an order; there are about as many as requests. */
  private static String page(SplittableRandom chance, long requests) {
    return chance.nextBoolean() ? "/products" : "/orders/" + chance.nextLong(1, requests / 2 + 2);
  }

  private static String basket(SplittableRandom chance) {
    final Product product = any(Product.ALL, chance);
    final int quantity = chance.nextInt(1, 4) * (chance.nextInt(ONE_IN_HUGE) == 0 ? HUGE : 1);
    return "product=%s&quantity=%d&country=%s&method=%s"
        .formatted(
            product.id(), quantity, any(Order.COUNTRIES, chance), any(Order.METHODS, chance));
  }

  private static <T> T any(List<T> choices, SplittableRandom chance) {
    return choices.get(chance.nextInt(choices.size()));
  }
}
