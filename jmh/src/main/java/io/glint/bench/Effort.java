package io.glint.bench;

import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How much time a comparison takes.
 *
 * @param forks number of JVMs for each side
 * @param warmups number of iterations that are thrown away
 * @param iterations number of iterations that count
 * @param time duration of an iteration of either kind
 */
record Effort(int forks, int warmups, int iterations, TimeValue time) {
  /** To see whether something is badly wrong. */
  static final Effort QUICK = new Effort(2, 2, 3, TimeValue.milliseconds(700));

  /** To publish. */
  static final Effort FULL = new Effort(5, 5, 5, TimeValue.seconds(1));

  Effort withForks(int forks) {
    return new Effort(forks, warmups, iterations, time);
  }

  @Override
  public String toString() {
    return "forks of each side, taking turns: "
        + forks
        + "; iterations to warm up: "
        + warmups
        + ", that count: "
        + iterations
        + ", each of "
        + time;
  }
}
