package io.glint.micrometer;

/** A meter that can be removed from its registry. */
interface Removable {
  /** Ends its series. What is recorded from now on is dropped, as nobody would see it. */
  void remove();
}
