package io.glint.bench;

import java.util.List;
import java.util.stream.Stream;

/**
 * A named comparison: what Glint does, what it is measured against, and who else takes part.
 *
 * @param id short name, for the command line and the table
 * @param what what is measured, in words
 * @param reference what ratios are relative to
 * @param others in no target's way
 * @param threads number of threads that do it at once
 * @param target the ratio of Glint's time to the reference's that is aimed at, at most, or NaN
 */
record Case(
    String id,
    Group group,
    String what,
    Contender reference,
    Contender glint,
    List<Contender> others,
    int threads,
    double target) {

  private static final String CARDINALITY = "cardinality";

  /** Both SDKs do the same. */
  static Case sideBySide(
      String id, Group group, String what, Workload workload, int threads, double target) {
    return new Case(
        id,
        group,
        what,
        new Contender(Contender.STOCK, workload.with("sdk", Sdk.STOCK)),
        new Contender(Contender.GLINT, workload.with("sdk", Sdk.GLINT)),
        List.of(),
        threads,
        target);
  }

  /** The same with more systems. */
  Case and(Contender... others) {
    return new Case(id, group, what, reference, glint, List.of(others), threads, target);
  }

  /** The same without {@link #others}. */
  Case withoutOthers() {
    return and();
  }

  /** All of them: the reference, Glint, the others. */
  List<Contender> contenders() {
    return Stream.concat(Stream.of(reference, glint), others.stream()).toList();
  }

  /** The same with another number of threads, for which no target is set. */
  Case withThreads(int threads) {
    return threads == this.threads
        ? this
        : new Case(
            id,
            group,
            what + " (run with " + threads + ")",
            reference,
            glint,
            others,
            threads,
            Double.NaN);
  }

  /** The same with a parameter set for everybody, which no target is meant for. */
  Case with(String parameter, Object value) {
    return new Case(
        id,
        group,
        what,
        reference.with(parameter, value),
        glint.with(parameter, value),
        others.stream().map(other -> other.with(parameter, value)).toList(),
        threads,
        Double.NaN);
  }

  boolean hasTarget() {
    return !Double.isNaN(target);
  }

  /** True if the number of series is the point of it. */
  boolean hasManySeries() {
    return !"1".equals(glint.workload().parameters().get(CARDINALITY));
  }

  /** True if nothing but recordings runs, so that what is allocated is allocated by them. */
  boolean recordsOnly() {
    return "0".equals(glint.workload().parameters().get("collectEveryMillis"));
  }

  boolean hasExemplars() {
    return Exemplars.TRACE_BASED.name().equals(glint.workload().parameters().get("exemplars"));
  }
}
