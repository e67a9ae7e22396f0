package io.glint.bench.tail;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;

/** What else goes on while threads record into 128 series. */
enum Scenario {
  DELTA("a collector that never pauses, delta"),
  CUMULATIVE("a collector that never pauses, cumulative"),
  DELTA_ALONE("a collector that never pauses, delta, one recorder"),
  CUMULATIVE_ALONE("a collector that never pauses, cumulative, one recorder"),
  NEW_SERIES("5000 new series a second, below the cardinality limit"),
  OVERFLOW("5000 new attribute sets a second, beyond the cardinality limit"),
  GARBAGE("100 MB of garbage a second in a heap of 256 MB, collecting every 10 ms");

  /** Above what is recorded in the time that a fork takes. */
  private static final int ROOM = 1_000_000;

  private static final int DEFAULT_LIMIT = 2000;

  private final String title;

  Scenario(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  AggregationTemporality temporality() {
    return this == DELTA || this == DELTA_ALONE
        ? AggregationTemporality.DELTA
        : AggregationTemporality.CUMULATIVE;
  }

  /** From the start of one collection to that of the next, 0 if they never pause. */
  int periodMillis() {
    return switch (this) {
      case DELTA, CUMULATIVE, DELTA_ALONE, CUMULATIVE_ALONE -> 0;
      case NEW_SERIES, OVERFLOW -> 100;
      case GARBAGE -> 10;
    };
  }

  /**
   * Threads that record. One leaves a processor of two to the collector, so that its response time
   * is not the scheduler's.
   */
  int recorders() {
    return this == DELTA_ALONE || this == CUMULATIVE_ALONE ? 1 : 2;
  }

  /** True of what target P9 is about: recorders that meet, and a collector that never pauses. */
  boolean isJudged() {
    return periodMillis() == 0 && recorders() == 2;
  }

  boolean createsSeries() {
    return this == NEW_SERIES || this == OVERFLOW;
  }

  int cardinalityLimit() {
    return this == NEW_SERIES ? ROOM : DEFAULT_LIMIT;
  }

  int heapMegabytes() {
    return this == GARBAGE ? 256 : 1024;
  }
}
