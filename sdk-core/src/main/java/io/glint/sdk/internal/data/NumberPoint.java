package io.glint.sdk.internal.data;

/** A point of one number. */
public abstract class NumberPoint extends AbstractPoint {

  /**
   * Sets the value.
   *
   * @param bits a long, or the bits of a double
   */
  public abstract void set(long bits);
}
