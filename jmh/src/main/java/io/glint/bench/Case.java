package io.glint.bench;

import java.util.Locale;

/**
 * A named comparison: what Glint does, and what it is measured against.
 *
 * @param id short name, for the command line and the table
 * @param what what is measured, in words
 * @param peer name of what Glint is compared with
 * @param reference what the peer does
 * @param glint what Glint does
 * @param threads number of threads that do it at once
 * @param target the ratio of Glint's time to the peer's that is aimed at, at most
 */
record Case(
    String id,
    String what,
    String peer,
    Workload reference,
    Workload glint,
    int threads,
    double target) {

  /** Both SDKs do the same. */
  static Case sideBySide(String id, String what, Workload workload, int threads, double target) {
    return new Case(
        id,
        what,
        Sdk.STOCK.name().toLowerCase(Locale.ROOT),
        workload.with("sdk", Sdk.STOCK),
        workload.with("sdk", Sdk.GLINT),
        threads,
        target);
  }

  /** The same with another number of threads, for which no target is set. */
  Case withThreads(int threads) {
    return threads == this.threads
        ? this
        : new Case(
            id, what + " (run with " + threads + ")", peer, reference, glint, threads, Double.NaN);
  }

  boolean hasTarget() {
    return !Double.isNaN(target);
  }

  /** True if nothing but recordings runs, so that what is allocated is allocated by them. */
  boolean recordsOnly() {
    return "0".equals(glint.parameters().get("collectEveryMillis"));
  }

  boolean hasExemplars() {
    return Exemplars.TRACE_BASED.name().equals(glint.parameters().get("exemplars"));
  }
}
