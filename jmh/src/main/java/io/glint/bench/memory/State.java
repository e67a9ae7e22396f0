package io.glint.bench.memory;

/** What has happened to a series before it is weighed. */
enum State {
  OFF("exemplars off"),
  CONTENDED("exemplars off, two threads have met"),
  UNSAMPLED("exemplars on, nothing sampled yet"),
  FILLED("exemplars on, each bucket sampled"),
  FILLED_CONTENDED("exemplars on, each bucket sampled, two threads have met");

  private final String title;

  State(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  boolean hasExemplars() {
    return this != OFF && this != CONTENDED;
  }

  boolean isSampled() {
    return this == FILLED || this == FILLED_CONTENDED;
  }

  boolean isContended() {
    return this == CONTENDED || this == FILLED_CONTENDED;
  }
}
