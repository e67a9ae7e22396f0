package io.glint.examples.webstore.shop;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The other company, played by a few calls of {@link Thread#sleep}. It is quick, as a rule. Now and
 * then its first answer does not come, and while an incident lasts that happens to many payments.
 */
public final class PaymentProvider {

  /** Of a hundred payments during an incident, how many wait in vain for their first answer. */
  private static final int SLOW_PERCENT = 30;

  private final Dice dice;
  private final int slowEvery;
  private volatile long slowUntilNanos = System.nanoTime();

  /**
   * Creates a quick provider.
   *
   * @param slowEvery outside of incidents, one payment in this many is slow
   */
  public PaymentProvider(Dice dice, int slowEvery) {
    this.dice = dice;
    this.slowEvery = slowEvery;
  }

  /** The incident begins now. One that is under way is replaced. */
  public void beSlowFor(Duration time) {
    slowUntilNanos = System.nanoTime() + time.toNanos();
  }

  /**
   * Charges the customer.
   *
   * @param attempt from 1; only the first one ever goes unanswered
   * @return whether the payment was accepted
   * @throws TimeOut after a second or two, if no answer came
   */
  boolean charge(Order order, int attempt) throws InterruptedException, TimeOut {
    final SplittableRandom chance = dice.roll("payment", order.number());
    final boolean unlucky = chance.nextInt(slowEvery) == 0;
    final boolean hit =
        chance.nextInt(100) < SLOW_PERCENT && System.nanoTime() - slowUntilNanos < 0;
    if (attempt == 1 && (unlucky || hit || order.slow())) {
      Thread.sleep(chance.nextInt(800, 2_440));
      throw new TimeOut();
    }
    final double millis = 18 * Math.exp(0.45 * chance.nextGaussian());
    Thread.sleep(Math.round(Math.max(5, Math.min(60, millis))));
    return chance.nextInt(80) != 0;
  }

  /** No answer came in time. */
  static final class TimeOut extends Exception {
    private static final long serialVersionUID = 1L;

    private TimeOut() {
      super("provider timeout");
    }
  }
}
