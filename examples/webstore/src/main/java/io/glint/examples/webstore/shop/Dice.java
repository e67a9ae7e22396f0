package io.glint.examples.webstore.shop;

import java.util.SplittableRandom;

/**
 * Chance that can be replayed: what happens to the n-th order depends on the seed and n alone,
 * whichever thread gets to serve it.
 */
public record Dice(long seed) {

  /** A fresh generator for one purpose of one numbered event. */
  public SplittableRandom roll(String purpose, long number) {
    return new SplittableRandom(
        seed + purpose.hashCode() * 0x9E37_79B9_7F4A_7C15L + number * 0xD1B5_4A32_D192_ED03L);
  }
}
