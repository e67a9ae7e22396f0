package io.glint.sdk;

/** A point of one number. */
abstract class NumberPoint extends AbstractPoint {

  /**
   * Sets the value.
   *
   * @param bits a long, or the bits of a double
   */
  abstract void set(long bits);
}
