package io.glint.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How much time a comparison takes.
 *
 * @param forks number of JVMs for Glint and for what it is measured against
 * @param otherForks number of JVMs for everybody else, not above {@code forks}
 * @param warmups number of iterations that are thrown away
 * @param iterations number of iterations that count
 * @param time duration of an iteration of either kind
 */
record Effort(int forks, int otherForks, int warmups, int iterations, TimeValue time) {
  /** To see whether something is badly wrong. */
  static final Effort QUICK = new Effort(2, 1, 2, 3, TimeValue.milliseconds(300));

  /** To know, in minutes, how it is on a machine. */
  static final Effort NORMAL = new Effort(3, 3, 3, 3, TimeValue.milliseconds(500));

  /** To publish. */
  static final Effort FULL = new Effort(5, 5, 5, 5, TimeValue.seconds(1));

  /** What it takes to start a JVM and to make series. */
  private static final int START_MILLIS = 1100;

  Effort withForks(int forks) {
    return new Effort(forks, forks, warmups, iterations, time);
  }

  /** About how many seconds a case takes. */
  double secondsFor(Case benchmarkCase) {
    final int jvms = 2 * forks + benchmarkCase.others().size() * otherForks;
    return jvms
        * (START_MILLIS + (warmups + iterations) * time.convertTo(TimeUnit.MILLISECONDS))
        / 1000d;
  }

  @Override
  public String toString() {
    return "forks, taking turns: "
        + forks
        + (otherForks == forks ? "" : ", of client_java and Micrometer: " + otherForks)
        + "; iterations to warm up: "
        + warmups
        + ", that count: "
        + iterations
        + ", each of "
        + time;
  }
}
