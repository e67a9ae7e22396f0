package io.glint.bench.memory;

/** An instrument of one of the libraries whose series can be made and weighed. */
interface Subject {
  /** What the application holds for its series anyway: its attributes or label values. */
  Object held();

  /** What the library holds. */
  Object root();

  /** Records a value into a series. Thread-safe. */
  void record(int series, double value);

  /** Collects, as often as it takes to reach a steady state. */
  void collect();

  /**
   * Looks whether what was recorded has been collected.
   *
   * @throws IllegalStateException if not
   */
  default void check(State state) {}

  /**
   * Waits until the library would take the next exemplar.
   *
   * @throws InterruptedException if interrupted
   */
  default void awaitNextExemplar() throws InterruptedException {}
}
